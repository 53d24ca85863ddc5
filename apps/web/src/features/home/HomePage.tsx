import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay, useSession } from "../../session/session";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { BLOCKS, type Dashboard } from "./blocks";
import { inColumns } from "./columns";
import { ArrangeButton } from "./ArrangeButton";
import { SiteSelect } from "./SiteSelect";

const route = getRouteApi("/shell/");
const PERIODS = ["7", "30", "90"] as const;

/** What matters to this person now: blocks in the order that the server reckons from role, pins and use. */
export function HomePage() {
  const { can, profile } = useSession();
  return profile.company === null && can("platform:company") ? <Navigate to="/companies" search={{}} replace /> : <HomeOfCompany />;
}

function HomeOfCompany() {
  const { t } = useTranslation("home");
  const { profile } = useSession();
  const { period = "30", site } = route.useSearch();
  const navigate = route.useNavigate();
  const maySeeSites = useMay("site:read");
  const dashboard = useQuery({
    ...read("/api/v1/dashboard", { query: { period: Number(period) as 7 | 30 | 90, ...(site ? { site } : {}) } }),
    placeholderData: keepPreviousData,
  });
  const shown = dashboard.data;
  const hasDays = shown && (shown.stock_value ?? shown.flow ?? shown.sales ?? shown.best_sellers);
  return (
    <Page
      title={t("greeting", { name: profile.name.split(" ")[0] })}
      subtitle={profile.company?.name}
      actions={
        <>
          {maySeeSites && shown?.currency && (
            <SiteSelect value={site ?? ""} set={(code) => void navigate({ search: (before) => ({ ...before, site: code || undefined }) })} />
          )}
          {hasDays && (
            <Stack direction="row" spacing={1} role="group" aria-label={t("period")} sx={{ alignItems: "center" }}>
              {PERIODS.map((days) => (
                <Chip
                  key={days}
                  label={t("days", { count: Number(days) })}
                  aria-pressed={days === period}
                  color={days === period ? "primary" : "default"}
                  variant={days === period ? "filled" : "outlined"}
                  onClick={() => void navigate({ search: (before) => ({ ...before, period: days }) })}
                />
              ))}
            </Stack>
          )}
          {shown && <ArrangeButton blocks={shown.blocks} />}
        </>
      }
    >
      {dashboard.error && <Failure state={{ error: dashboard.error, retry: () => void dashboard.refetch(), readAt: dashboard.dataUpdatedAt }} />}
      {dashboard.isPending && <LateSkeleton rows={12} />}
      {shown && <Arranged dashboard={shown} />}
    </Page>
  );
}

/** What is wide from side to side first, the rest in two columns of about the same height; on a narrow screen one below the other, and likewise
 * on paper, but by style alone: a block that changed its column would be made anew, and its chart not be drawn before it is printed. */
function Arranged({ dashboard }: { dashboard: Dashboard }) {
  const isWide = useMediaQuery("(min-width: 1200px), not screen");
  const { wide, columns } = inColumns(dashboard, isWide ? 2 : 1);
  const drawn = (blocks: readonly (keyof typeof BLOCKS)[]) =>
    blocks.map((block) => {
      const Block = BLOCKS[block];
      return <Block key={block} dashboard={dashboard} />;
    });
  return (
    <Stack spacing={4}>
      {drawn(wide)}
      <Stack direction="row" spacing={4} useFlexGap sx={{ alignItems: "flex-start", "@media print": { flexDirection: "column", alignItems: "stretch" } }}>
        {columns.map((column, at) => (
          <Stack key={at} spacing={4} sx={{ flex: 1, minWidth: 0 }}>
            {drawn(column)}
          </Stack>
        ))}
      </Stack>
    </Stack>
  );
}
