import TextField from "@mui/material/TextField";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext, typedNumber } from "../../ui/formats";
import { momentOf } from "../../ui/moments";
import { ProductPicker, SitePicker, type ProductRef } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { TOUCHED } from "./useRecord";

type Values = { lines: { product: ProductRef | null; site: string; quantity: string }; expires_at: string; note: string };

/** Promises goods to somebody until they fetch them, or until a time. */
export function ReserveDrawer({ close }: { close: () => void }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { timeZone } = useContext(CustomsContext);
  const toast = useToast();
  const form = useForm<Values, unknown>({
    initial: { lines: { product: null, site: "", quantity: "1" }, expires_at: "", note: "" },
    touches: TOUCHED,
    send: ({ lines, expires_at, note }, key) => {
      const line = { product: lines.product?.id ?? "", site: lines.site, quantity: typedNumber(lines.quantity) ?? "0" };
      const until = expires_at ? { expires_at: momentOf(expires_at, timeZone) } : { commit: true };
      return data(api.POST("/api/v1/stock/reservations", { params: { header: once(key) }, body: { lines: [line], note, ...until } }));
    },
    done: () => {
      close();
      toast({ text: t("reservation.done") });
    },
  });
  const { values, set } = form;
  const { lines } = values;
  const problem = (name: string) => ({ error: Boolean(form.fault(`lines/0/${name}`)), helperText: form.fault(`lines/0/${name}`) });
  return (
    <FormDrawer open title={t("reservation.new")} close={close} form={form} action={t("reservation.reserve")} disabled={!lines.product || !lines.site}>
      <ProductPicker autoFocus required label={common("product")} value={lines.product} set={(product) => set("lines", { ...lines, product })} {...problem("product")} />
      <SitePicker mine required label={common("site")} value={lines.site} set={(site) => set("lines", { ...lines, site })} {...problem("site")} />
      <QuantityField required label={common("quantity")} value={lines.quantity} set={(quantity) => set("lines", { ...lines, quantity })} {...problem("quantity")} />
      <TextField type="datetime-local" label={common("until")} value={values.expires_at} onChange={(event) => set("expires_at", event.target.value)} error={Boolean(form.fault("expires_at"))} helperText={form.fault("expires_at") ?? t("reservation.untilHint")} slotProps={{ inputLabel: { shrink: true } }} />
      <TextField {...form.field("note")} label={t("reservation.for")} />
    </FormDrawer>
  );
}
