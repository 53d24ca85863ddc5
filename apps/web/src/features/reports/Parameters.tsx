import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { CustomsContext } from "../../ui/formats";
import { LinkChip } from "../../ui/links";
import { addDays, today } from "../../ui/moments";
import { CategoryPicker } from "../../ui/pickers";
import { Filters, PeriodFilter, ProductFilter, SiteFilter } from "../stock/Filters";
import { DAYS, dayOf, daysOf, PERIODS } from "./periods";
import type { Filter, ReportInfo } from "./report";

type Props = { report: ReportInfo; filter: Filter; set: (change: Filter) => void };

/** What narrows a report: its days with quick choices, and where and of what. */
export function Parameters({ report, filter, set }: Props) {
  const { t } = useTranslation();
  const maySites = useMay("site:read");
  const mayCategories = useMay("category:read");
  const mayProducts = useMay("product:read");
  const { timeZone } = useContext(CustomsContext);
  const now = today(timeZone);
  const by = (one: ReportInfo["narrowing"][number]) => report.narrowing.includes(one);
  const until = filter.until ?? now;
  const since = filter.since ?? addDays(until, -29);
  return (
    <Box sx={{ mb: 4 }}>
      {(by("period") || by("day")) && <QuickChoices report={report} filter={by("day") ? { ...filter, day: filter.day ?? now } : { ...filter, since, until }} />}
      <Filters>
        {by("product") && mayProducts && <ProductFilter product={filter.product} set={(product) => set({ product })} />}
        {by("period") && <PeriodFilter since={since} until={until} set={set} />}
        {by("day") && (
          <TextField type="date" label={t("date")} value={filter.day ?? now} onChange={(event) => set({ day: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true }, htmlInput: { max: now } }} />
        )}
        {by("site") && maySites && <SiteFilter site={filter.site} set={(site) => set({ site })} />}
        {by("category") && mayCategories && <CategoryPicker label={t("category")} all={t("allCategories")} value={filter.category ?? ""} set={(category) => set({ category: category || undefined })} />}
      </Filters>
    </Box>
  );
}

function QuickChoices({ report, filter }: { report: ReportInfo; filter: Filter }) {
  const { t } = useTranslation("reports");
  const { timeZone } = useContext(CustomsContext);
  const now = today(timeZone);
  const choices = report.narrowing.includes("day")
    ? DAYS.map((one) => ({ one, label: t(`quickDay.${one}`), days: { day: dayOf(one, now) } as Filter }))
    : PERIODS.map((one) => ({ one, label: t(`quick.${one}`), days: daysOf(one, now) as Filter }));
  const isChosen = (days: Filter) => days.day === filter.day && days.since === filter.since && days.until === filter.until;
  const chosen = choices.find(({ days }) => isChosen({ day: undefined, since: undefined, until: undefined, ...days }))?.one;
  return (
    <Box component="nav" aria-label={t("period")} sx={{ display: "flex", flexWrap: "wrap", gap: 2, mb: 3 }}>
      {choices.map(({ one, label, days }) => (
        <LinkChip
          key={one}
          to="/reports/$name"
          params={{ name: report.name }}
          search={(before: object) => ({ ...before, ...days })}
          replace
          resetScroll={false}
          label={label}
          variant={chosen === one ? "filled" : "outlined"}
          color={chosen === one ? "primary" : "default"}
          {...(chosen === one ? { "aria-current": "true" as const } : {})}
        />
      ))}
    </Box>
  );
}
