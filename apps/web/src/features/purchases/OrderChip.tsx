import { useTranslation } from "react-i18next";
import { StateChip } from "../../ui/StateChip";
import type { OrderState } from "./order";

/** How an order stands, in the words of buying. */
export function OrderChip({ state }: { state: OrderState }) {
  const { t } = useTranslation("purchases");
  return <StateChip state={state} label={t(`state.${state}`)} />;
}
