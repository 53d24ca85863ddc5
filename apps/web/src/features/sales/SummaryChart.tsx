import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { Chart, type Series } from "../../ui/Chart";
import { useFormats } from "../../ui/formats";
import { sumOf, useGroupName, type Grouping, type Row } from "./SummaryPage";

const MOST = 15;

/** What came in, and what it had cost. */
export function SummaryChart({ rows, by }: { rows: readonly Row[]; by: Grouping }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { roundMoney, sum } = useFormats();
  const name = useGroupName(by);
  const shown = by === "day" ? [...rows].reverse() : rows.slice(0, MOST);
  const series: Series[] = [{ label: t("summary.revenue"), values: shown.map(({ revenue }) => revenue), kind: "bar", colour: "primary" }];
  if (shown.some(({ cost }) => cost !== null)) {
    series.push({ label: common("cost"), values: shown.map(({ cost }) => cost), kind: by === "day" ? "line" : "bar", colour: "secondary", dashed: true });
  }
  return (
    <>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
        {t("summary.inAll")} <strong className="figures">{sum(sumOf(rows))}</strong>
      </Typography>
      <Chart name={t("summary.chartName", { by: t(`summary.${by}`), total: sum(sumOf(rows)) })} labels={shown.map(name)} series={series} format={roundMoney} />
    </>
  );
}
