import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { Chart } from "../../ui/Chart";
import { useFormats } from "../../ui/formats";
import { Failure, LateSkeleton, Nothing } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import type { Product } from "./draft";
import { Facts } from "./Facts";
import { forecastLines } from "./forecastLines";

type Series = Schemas["SiteSeries"];

/** What is expected to be asked for at a site, how far it may stray, and how good such forecasts were. */
export function ForecastTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const navigate = useNavigate();
  const { site } = useSearch({ from: "/shell/products/$productId" });
  const answer = useQuery({ ...read("/api/v1/forecasts/{product_id}", { path: { product_id: product.id }, query: { weeks: 26 } }), staleTime: 300_000 });
  if (!answer.data) {
    return answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />;
  }
  const { sites } = answer.data;
  const shown = sites.find((one) => one.site === site) ?? sites[0];
  if (!shown) {
    return <Nothing title={t("forecast.empty")} hint={t("forecast.emptyHint")} />;
  }
  const choose = (to: string) => void navigate({ to: "/products/$productId", params: { productId: product.id }, search: { tab: "forecast", site: to }, replace: true, resetScroll: false });
  return (
    <>
      {sites.length > 1 && (
        <TextField select label={t("common:site")} value={shown.site} onChange={(event) => choose(event.target.value)} sx={{ maxWidth: 240, mb: 4 }}>
          {sites.map((one) => (
            <MenuItem key={one.site} value={one.site}>
              {one.site}
            </MenuItem>
          ))}
        </TextField>
      )}
      <Outlook product={product} series={shown} />
    </>
  );
}

function Outlook({ product, series }: { product: Product; series: Series }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, day } = useFormats();
  const lines = forecastLines(series);
  const rounded = (value: string) => quantity(Math.round(Number(value) * 10) / 10);
  const within = (weeks: number) => (series.coming[weeks - 1] ? rounded(series.coming[weeks - 1]!.cumulated_mean) : "–");
  return (
    <>
      {series.quality.demand_changed && (
        <Alert severity="warning" sx={{ mb: 4 }}>
          {t("forecast.changed")}
        </Alert>
      )}
      <Section title={t("forecast.title")}>
        <Chart
          name={t("forecast.chart", { name: product.name, site: series.site })}
          labels={lines.weeks.map((week) => day(week))}
          series={[
            { label: t("forecast.band"), kind: "band", colour: "secondary", values: lines.high, from: lines.low },
            { label: t("forecast.demand"), kind: "line", colour: "primary", values: lines.demand },
            { label: t("forecast.expected"), kind: "line", colour: "secondary", dashed: true, values: lines.mean },
          ]}
          format={rounded}
          height={280}
        />
        <Typography variant="body2" color="textSecondary" sx={{ mt: 2, maxWidth: 720 }}>
          {t(`forecast.basis.${series.basis}`, { weeks: series.weeks_of_history, asOf: day(series.as_of) })}
        </Typography>
      </Section>
      <Section title={t("forecast.outlook")}>
        <Facts
          facts={[
            [t("common:onHand"), quantity(series.on_hand)],
            [t("forecast.incoming"), quantity(series.incoming)],
            [t("forecast.next4"), within(4)],
            [t("forecast.next13"), within(13)],
            [t("forecast.atRisk"), series.at_risk_on ? day(series.at_risk_on) : t("forecast.notSoon")],
            [t("forecast.depletes"), series.depletes_on ? day(series.depletes_on) : t("forecast.notSoon")],
          ]}
        />
      </Section>
      <Quality quality={series.quality} />
    </>
  );
}

const TONES = { good: "success", fair: "info", poor: "warning", too_little_data: "default" } as const;

/** How earlier forecasts did against what was then sold. */
function Quality({ quality }: { quality: Series["quality"] }) {
  const { t } = useTranslation("products");
  const { percent, quantity } = useFormats();
  const figures = [
    ["wape", quality.wape === null ? null : percent(quality.wape)],
    ["bias", quality.bias === null ? null : percent(quality.bias)],
    ["coverage", quality.coverage === null ? null : percent(quality.coverage)],
    ["tracking", quality.tracking_signal === null ? null : quantity(Math.round(Number(quality.tracking_signal) * 10) / 10)],
  ] as const;
  return (
    <Section title={t("quality.title")}>
      <Stack direction="row" spacing={3} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap", mb: 3 }}>
        <Chip variant="outlined" color={TONES[quality.verdict]} label={t(`quality.verdict.${quality.verdict}`)} />
        <Typography variant="body2" color="textSecondary">
          {t(`quality.means.${quality.verdict}`)}
        </Typography>
      </Stack>
      <Box component="dl" sx={{ m: 0, display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" }, gap: 3, maxWidth: 820 }}>
        {figures
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Box key={name}>
              <Box component="dt" sx={{ fontSize: "0.875rem" }}>
                {t(`quality.${name}`)}: <strong>{value}</strong>
              </Box>
              <Box component="dd" sx={{ m: 0, color: "text.secondary", fontSize: "0.8125rem" }}>
                {t(`quality.${name}Means`)}
              </Box>
            </Box>
          ))}
      </Box>
    </Section>
  );
}
