import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormats } from "../../ui/formats";

export type Supplier = Schemas["SupplierView"];
export type SupplierItem = Schemas["SupplierItemView"];

/** One decimal is as exact as days are learnt. */
export const inTenths = (value: string): string => (Math.round(Number(value) * 10) / 10).toString();

/** Words for what was learnt of how long a supplier takes, and how often it keeps its word. */
export function useLeadTime() {
  const { t } = useTranslation("suppliers");
  const { quantity, percent } = useFormats();
  const days = (learnt: Schemas["LeadTimeView"] | null): string =>
    learnt?.mean_days ? t("learnt.days", { count: Math.round(Number(learnt.mean_days)), days: quantity(inTenths(learnt.mean_days)), spread: learnt.spread_days ? ` ± ${quantity(inTenths(learnt.spread_days))}` : "" }) : "–";
  const onTime = (learnt: Schemas["LeadTimeView"] | null): string =>
    learnt?.on_time_share ? t("learnt.onTime", { share: percent(learnt.on_time_share), kept: quantity(learnt.on_time), promised: quantity(learnt.promised) }) : "–";
  return { days, onTime };
}
