import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import LinearProgress from "@mui/material/LinearProgress";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { StateChip } from "../../ui/StateChip";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { Filters, ProductFilter, SiteFilter } from "../stock/Filters";
import { rounded, TONES } from "./forecast";

type Forecast = Schemas["ForecastView"];
const route = getRouteApi("/shell/forecasts");

/** What is expected to be asked for, when stock ends, and how far such forecasts can be trusted. */
export function ForecastsPage() {
  const { t } = useTranslation("forecasts");
  const { t: common } = useTranslation();
  const { product, site } = route.useSearch();
  const navigate = route.useNavigate();
  const mayProducts = useMay("product:read");
  const maySites = useMay("site:read");
  const choice = useTableChoice("forecasts");
  const set = (change: { product?: string | undefined; site?: string | undefined }) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const list = useList("/api/v1/forecasts", { query: { ...(product ? { product } : {}), ...(site ? { site } : {}), include: ["total"] } }, { size: choice.size });
  return (
    <Page title={common("nav.forecasts")} subtitle={t("subtitle")}>
      <DataTable
        table="forecasts"
        caption={common("nav.forecasts")}
        columns={useColumns()}
        rows={list.items}
        rowId={(row) => `${row.product} ${row.site}`}
        list={list}
        empty={{ title: t("empty"), hint: t("emptyHint") }}
        narrowed={product || site ? { clear: () => set({ product: undefined, site: undefined }) } : null}
        toolbar={
          <Filters>
            {mayProducts && <ProductFilter product={product} set={(id) => set({ product: id })} />}
            {maySites && <SiteFilter site={site} set={(code) => set({ site: code })} />}
          </Filters>
        }
      />
      <Meaning />
      <Runs />
    </Page>
  );
}

function useColumns(): Column<Forecast>[] {
  const { t } = useTranslation(["forecasts", "products", "common"]);
  const { quantity, day, percent } = useFormats();
  const figure = (text: string) => <span className="figures">{text}</span>;
  const whole = (text: string) => (
    <Box component="span" sx={{ whiteSpace: "nowrap" }}>
      {text}
    </Box>
  );
  const share = (value: string | null) => figure(value === null ? "–" : percent(value));
  return [
    {
      id: "product",
      header: t("common:product"),
      cell: (row) => (
        <Box sx={{ minWidth: { sm: 180 } }}>
          <Link to="/products/$productId" params={{ productId: row.product }} search={{ tab: "forecast", site: row.site }} sx={{ fontWeight: 600, color: "text.primary" }}>
            {row.name}
          </Link>
          <Typography variant="caption" color="textSecondary" sx={{ display: "block" }}>
            {row.sku}
          </Typography>
        </Box>
      ),
    },
    { id: "site", header: t("common:site"), cell: ({ site }) => site },
    { id: "weekly", header: t("weekly"), align: "right", card: "figure", cell: ({ weekly_mean }) => figure(quantity(rounded(weekly_mean))) },
    { id: "on_hand", header: t("common:onHand"), align: "right", cell: ({ on_hand }) => figure(quantity(on_hand)) },
    { id: "incoming", header: t("products:forecast.incoming"), align: "right", card: "none", cell: ({ incoming }) => figure(quantity(incoming)) },
    { id: "at_risk", header: t("atRisk"), cell: ({ at_risk_on }) => whole(at_risk_on ? day(at_risk_on) : t("products:forecast.notSoon")) },
    { id: "depletes", header: t("depletes"), cell: ({ depletes_on }) => whole(depletes_on ? day(depletes_on) : t("products:forecast.notSoon")) },
    { id: "verdict", header: t("verdict"), cell: ({ quality }) => <Verdict quality={quality} /> },
    { id: "wape", header: t("products:quality.wape"), align: "right", hidden: true, card: "none", cell: ({ quality }) => share(quality.wape) },
    { id: "bias", header: t("products:quality.bias"), align: "right", hidden: true, card: "none", cell: ({ quality }) => share(quality.bias) },
    { id: "coverage", header: t("products:quality.coverage"), align: "right", hidden: true, card: "none", cell: ({ quality }) => share(quality.coverage) },
    { id: "basis", header: t("basisLabel"), hidden: true, card: "none", cell: ({ basis, weeks_of_history }) => t(`basis.${basis}`, { count: weeks_of_history }) },
  ];
}

function Verdict({ quality }: { quality: Forecast["quality"] }) {
  const { t } = useTranslation(["forecasts", "products"]);
  return (
    <Box sx={{ display: "inline-flex", flexWrap: "wrap", gap: 1, justifyContent: "flex-end" }}>
      <Chip size="small" variant="outlined" color={TONES[quality.verdict]} label={t(`products:quality.verdict.${quality.verdict}`)} />
      {quality.demand_changed && (
        <Tooltip title={t("products:forecast.changed")}>
          <Chip size="small" variant="outlined" color="warning" label={t("changed")} />
        </Tooltip>
      )}
    </Box>
  );
}

const VERDICTS = ["good", "fair", "poor", "too_little_data"] as const;
const FIGURES = ["wape", "bias", "coverage"] as const;

/** What the verdicts and the figures behind them say. */
function Meaning() {
  const { t } = useTranslation(["forecasts", "products"]);
  return (
    <Box sx={{ mt: 8 }}>
      <Section title={t("meaning")}>
        <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: { xs: "1fr", md: "1fr 1fr" }, gap: 3, maxWidth: 960, fontSize: "0.875rem" }}>
          {VERDICTS.map((one) => (
            <div key={one}>
              <Box component="dt">
                <Chip size="small" variant="outlined" color={TONES[one]} label={t(`products:quality.verdict.${one}`)} />
              </Box>
              <Box component="dd" sx={{ m: 0, mt: 1, color: "text.secondary" }}>
                {t(`products:quality.means.${one}`)}
              </Box>
            </div>
          ))}
          {FIGURES.map((one) => (
            <div key={one}>
              <Box component="dt" sx={{ fontWeight: 600 }}>
                {t(`products:quality.${one}`)}
              </Box>
              <Box component="dd" sx={{ m: 0, mt: 1, color: "text.secondary" }}>
                {t(`products:quality.${one}Means`)}
              </Box>
            </div>
          ))}
        </Box>
      </Section>
    </Box>
  );
}

/** The latest makings of forecasts, and how far one has come that is under way. */
function Runs() {
  const { t } = useTranslation("forecasts");
  const { t: common } = useTranslation();
  const { day, time, quantity } = useFormats();
  const runs = useQuery({ ...read("/api/v1/forecasts/runs"), refetchInterval: ({ state }) => ((state.data ?? []).some((run) => run.state === "running" || run.state === "waiting") ? 5_000 : false) });
  return (
    <Section title={t("runs")}>
      <DataTable
        bare
        caption={t("runs")}
        rows={runs.data ?? []}
        rowId={({ as_of }) => as_of}
        list={{ isPending: runs.isPending, error: runs.error, retry: () => void runs.refetch() }}
        empty={{ title: t("noRuns"), hint: t("emptyHint") }}
        columns={[
          { id: "week", header: t("week"), cell: ({ as_of }) => day(as_of) },
          { id: "kind", header: t("kindLabel"), cell: ({ kind }) => t(`kind.${kind}`) },
          { id: "state", header: common("status"), cell: ({ state }) => <StateChip state={state} /> },
          {
            id: "done",
            header: t("made"),
            align: "right",
            cell: ({ series, series_done, state, as_of }) => (
              <>
                <span className="figures">{t("doneOf", { done: quantity(series_done), series: quantity(series) })}</span>
                {state === "running" && series > 0 && <LinearProgress variant="determinate" value={(100 * series_done) / series} aria-label={day(as_of)} sx={{ mt: 1 }} />}
              </>
            ),
          },
          { id: "finished", header: t("finished"), cell: ({ finished_at }) => time(finished_at) },
        ]}
      />
    </Section>
  );
}
