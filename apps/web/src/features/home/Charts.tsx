import { useTranslation } from "react-i18next";
import { Chart } from "../../ui/Chart";
import { useFormats } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { Block } from "./Block";
import type { BlockProps } from "./blocks";

/** What the stock was worth, day by day. */
export function StockValue({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { day, roundMoney } = useFormats();
  const days = dashboard.stock_value ?? [];
  return (
    <Block title={t("block.stock_value")} minHeight={352} action={<LinkButton to={"/reports/stock_valuation" as "/"} size="small">{t("report")}</LinkButton>}>
      <Chart
        name={t("chart.stock_value", { count: days.length })}
        labels={days.map((one) => day(one.day))}
        format={roundMoney}
        series={[{ kind: "line", label: t("block.stock_value"), colour: "primary", values: days.map(({ value }) => value) }]}
      />
    </Block>
  );
}

/** What came and what went, day by day. */
export function Flow({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { day, quantity } = useFormats();
  const days = dashboard.flow ?? [];
  return (
    <Block title={t("block.flow")} minHeight={352}>
      <Chart
        name={t("chart.flow", { count: days.length })}
        labels={days.map((one) => day(one.day))}
        format={quantity}
        series={[
          { kind: "bar", label: t("came"), colour: "primary", values: days.map(({ came }) => came) },
          { kind: "bar", label: t("went"), colour: "secondary", values: days.map(({ went }) => went) },
        ]}
      />
    </Block>
  );
}

/** Income by day. */
export function Sales({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { day, roundMoney } = useFormats();
  const days = dashboard.sales ?? [];
  return (
    <Block title={t("block.sales")} minHeight={352} action={<LinkButton to={"/reports/sales_by_date" as "/"} size="small">{t("report")}</LinkButton>}>
      <Chart
        name={t("chart.sales", { count: days.length })}
        labels={days.map((one) => day(one.day))}
        format={roundMoney}
        series={[{ kind: "bar", label: t("income"), colour: "primary", values: days.map(({ income }) => income) }]}
      />
    </Block>
  );
}
