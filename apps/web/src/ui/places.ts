import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** Words for a place as the ledger names it: "UIO", "UIO:SHELF-1", or an end of every movement such as ":customer". */
export function usePlace(): (place: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (place) => {
      const [site = "", part] = place.split(":");
      if (!site && part) {
        return t(`place.${part}` as "place.customer", { defaultValue: part });
      }
      return part === "TRANSIT" ? t("place.inTransit", { site }) : place;
    },
    [t],
  );
}

/** Words for why something moved: what people wrote, or what becomes of a transfer, which the ledger says in words of its own. */
export function useReason(): (reason: string, document: string) => string {
  const { t } = useTranslation();
  return useCallback((reason, document) => (document === "transfer" ? t(`state.${reason}` as "state.received", { defaultValue: reason }) : reason) || "–", [t]);
}
