import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { CustomsContext } from "../../ui/formats";
import { Link, LinkChip } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { today } from "../../ui/moments";
import { Section } from "../../ui/Page";
import { dayOf, daysOf } from "./periods";
import { grouped, mostUsed, useReports, type ReportInfo } from "./report";

/** All reports by what they are about; above them those that this person opens most. */
export function Gallery() {
  const { t } = useTranslation("reports");
  const reports = useReports();
  const usage = useQuery({ ...read("/api/v1/me/usage"), staleTime: Infinity });
  const all = reports.data ?? [];
  const often = mostUsed(all, usage.data?.reports ?? []);
  return (
    <Listing state={{ isPending: reports.isPending || usage.isPending, error: reports.error, retry: () => void reports.refetch() }} isEmpty={all.length === 0} empty={{ title: t("empty.reports") }} narrowed={null}>
      {often.length > 0 && (
        <Stack component="nav" direction="row" spacing={2} useFlexGap aria-label={t("often")} sx={{ flexWrap: "wrap", alignItems: "center", mb: 6 }}>
          <Typography variant="body2" color="textSecondary">
            {t("often")}
          </Typography>
          {often.map(({ name, title }) => (
            <LinkChip key={name} to="/reports/$name" params={{ name }} search={{}} label={title} variant="outlined" />
          ))}
        </Stack>
      )}
      {grouped(all).map(([group, those]) => (
        <Section key={group} title={t(`group.${group}`)}>
          <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 3, gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "repeat(auto-fill, minmax(260px, 1fr))" } }}>
            {those.map((report) => (
              <Tile key={report.name} report={report} />
            ))}
          </Box>
        </Section>
      ))}
    </Listing>
  );
}

function Tile({ report }: { report: ReportInfo }) {
  const { t } = useTranslation("reports");
  const { timeZone } = useContext(CustomsContext);
  const { name, title, narrowing } = report;
  const now = today(timeZone);
  const quick = narrowing.includes("period") ? daysOf("lastMonth", now) : narrowing.includes("day") ? { day: dayOf("lastMonth", now) } : null;
  return (
    <Card component="li" variant="outlined" sx={{ p: 4, display: "flex", flexDirection: "column", gap: 1 }}>
      <Link to="/reports/$name" params={{ name }} search={{}} sx={{ fontWeight: 600, color: "text.primary", overflowWrap: "anywhere" }}>
        {title}
      </Link>
      <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
        {t(`says.${name}` as "says.daily", { defaultValue: "" })}
      </Typography>
      {quick && (
        <Link to="/reports/$name" params={{ name }} search={quick} variant="body2" aria-label={t("ofReport", { report: title, period: t(narrowing.includes("day") ? "quickDay.lastMonth" : "quick.lastMonth") })} sx={{ alignSelf: "flex-start", py: 1 }}>
          {t(narrowing.includes("day") ? "quickDay.lastMonth" : "quick.lastMonth")}
        </Link>
      )}
    </Card>
  );
}
