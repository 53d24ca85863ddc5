import Box from "@mui/material/Box";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, CustomsContext, minus, plus, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { addDays, today } from "../../ui/moments";
import { Filters, PeriodFilter, SiteFilter, usePeriod } from "../stock/Filters";
import { SalesFrame } from "./SalesFrame";

const SummaryChart = lazy(() => import("./SummaryChart").then((module) => ({ default: module.SummaryChart })));
const route = getRouteApi("/shell/sales/summary");

export type Grouping = "day" | "product" | "category" | "site";
export type Row = Schemas["SalesRow"];
const GROUPINGS: readonly Grouping[] = ["day", "product", "category", "site"];

/** What sales come to, less what was returned: by day, product, category or site. */
export function SummaryPage() {
  const { t } = useTranslation("sales");
  const { timeZone } = useContext(CustomsContext);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const by = search.by ?? "day";
  const now = today(timeZone);
  const since = search.since ?? addDays(search.until ?? now, -29);
  const until = search.until ?? now;
  const answer = useQuery({ ...read("/api/v1/sales/summary", { query: { by, ...usePeriod({ since, until }), ...(search.site ? { site: search.site } : {}) } }), placeholderData: keepPreviousData });
  const rows = useMemo(() => ordered(answer.data ?? [], by), [answer.data, by]);
  return (
    <SalesFrame>
      <DataTable
        caption={t("summary.caption")}
        columns={useColumns(by)}
        rows={rows}
        rowId={({ group }) => group}
        list={{ isPending: answer.isPending, isStale: answer.isPlaceholderData, error: answer.error, retry: () => void answer.refetch(), readAt: answer.dataUpdatedAt }}
        empty={{ title: t("summary.empty"), hint: t("summary.emptyHint") }}
        toolbar={
          <Box sx={{ flex: "1 1 100%" }}>
            <Filters>
              <ToggleButtonGroup className="wide" exclusive size="small" value={by} onChange={(_, next: Grouping | null) => next && set({ by: next })} aria-label={t("summary.by")}>
                {GROUPINGS.map((one) => (
                  <ToggleButton key={one} value={one}>
                    {t(`summary.${one}`)}
                  </ToggleButton>
                ))}
              </ToggleButtonGroup>
              <SiteFilter site={search.site} set={(code) => set({ site: code })} />
              <PeriodFilter since={since} until={until} set={set} />
            </Filters>
            {rows.length > 0 && (
              <Box sx={{ mt: 4, minHeight: 340 }}>
                <Suspense>
                  <SummaryChart rows={rows} by={by} />
                </Suspense>
              </Box>
            )}
          </Box>
        }
      />
    </SalesFrame>
  );
}

/** Days as they went by; anything else by what it brought in. */
function ordered(rows: readonly Row[], by: Grouping): Row[] {
  return [...rows].sort((a, b) => (by === "day" ? b.group.localeCompare(a.group) : compare(b.revenue, a.revenue)));
}

/** How a group is called. */
export function useGroupName(by: Grouping): (row: Row) => string {
  const { t } = useTranslation("sales");
  const { day } = useFormats();
  return (row) => (by === "day" ? day(row.group) : row.label || row.group || t("summary.without"));
}

function useColumns(by: Grouping): Column<Row>[] {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { quantity, sum } = useFormats();
  const name = useGroupName(by);
  const maySeeCost = useMay("cost:read");
  const figure = (text: string) => <span className="figures">{text}</span>;
  const columns: (Column<Row> | false)[] = [
    { id: "group", header: t(`summary.${by}`), cell: (row) => <Group row={row} by={by} name={name(row)} /> },
    { id: "revenue", header: t("summary.revenue"), align: "right", card: "figure", cell: (row) => figure(sum(row.revenue)) },
    { id: "quantity", header: common("quantity"), align: "right", cell: (row) => figure(quantity(row.quantity)) },
    maySeeCost && { id: "cost", header: common("cost"), align: "right", cell: (row) => figure(sum(row.cost)) },
    maySeeCost && { id: "margin", header: t("summary.margin"), align: "right", cell: (row) => figure(row.cost === null ? "–" : sum(minus(row.revenue, row.cost))) },
  ];
  return columns.filter((column) => column !== false);
}

/** Where the sales of a group are listed; a category has no such list. */
function Group({ row, by, name }: { row: Row; by: Grouping; name: string }) {
  if (by === "category" || !row.group) {
    return <>{name}</>;
  }
  const search = by === "day" ? { since: row.group, until: row.group } : by === "product" ? { product: row.group } : { site: row.group };
  return (
    <Link to="/sales" search={search}>
      {name}
    </Link>
  );
}

export const sumOf = (rows: readonly Row[]): string => plus("0", ...rows.map(({ revenue }) => revenue));
