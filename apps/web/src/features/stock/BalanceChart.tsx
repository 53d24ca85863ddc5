import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Chart } from "../../ui/Chart";
import { useFormats } from "../../ui/formats";

/** What there was after each of these movements, the oldest first. */
export function BalanceChart({ moves }: { moves: readonly Schemas["MoveLine"][] }) {
  const { t } = useTranslation("stock");
  const { quantity, time } = useFormats();
  const ordered = [...moves].reverse();
  return (
    <Chart
      height={190}
      name={t("moves.chartName", { count: ordered.length })}
      labels={ordered.map((move) => time(move.effective_at))}
      series={[{ label: t("column.balance"), values: ordered.map((move) => move.balance), kind: "line", colour: "primary" }]}
      format={quantity}
    />
  );
}
