import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, useFormats } from "../../ui/formats";
import { useForm } from "../../ui/useForm";
import { TOUCHED, type Order } from "./order";

type Draft = { supplier_reference: string; promised_on: string; lines: { line: number; promised_on: string }[] };

/** What the supplier answered: its own number, and the days it promises. */
export function AcknowledgeDrawer({ order, close }: { order: Order; close: () => void }) {
  const { t } = useTranslation("purchases");
  const { quantity } = useFormats();
  const open = order.lines.filter((line) => compare(line.open, "0") > 0);
  const form = useForm<Draft, Order>({
    initial: { supplier_reference: order.supplier_reference, promised_on: "", lines: open.map(({ line, promised_on }) => ({ line, promised_on: promised_on ?? "" })) },
    touches: TOUCHED,
    done: close,
    send: ({ supplier_reference, promised_on, lines }) => {
      const own = lines.filter((line) => line.promised_on !== "");
      return data(
        api.POST("/api/v1/purchase-orders/{order_id}/acknowledge", {
          params: { path: { order_id: order.id }, header: ifUnchanged(order.version) },
          body: { supplier_reference: supplier_reference.trim(), ...(promised_on ? { promised_on } : {}), ...(own.length > 0 ? { lines: own } : {}) },
        }),
      );
    },
  });
  const { values, set, field } = form;
  const dated = (line: number, promised_on: string) => set("lines", values.lines.map((one) => (one.line === line ? { line, promised_on } : one)));
  const day = { slotProps: { inputLabel: { shrink: true } } };
  return (
    <FormDrawer open title={t("acknowledge.title")} close={close} form={form} action={t("acknowledge.save")}>
      <TextField {...field("supplier_reference")} autoFocus label={t("reference")} helperText={t("acknowledge.referenceHint")} />
      <TextField {...field("promised_on")} type="date" label={t("acknowledge.all")} {...day} />
      <Typography variant="body2" color="textSecondary">
        {t("acknowledge.lines")}
      </Typography>
      {open.map((line) => (
        <TextField key={line.line} type="date" label={`${line.name} (${quantity(line.open)})`} value={values.lines.find((one) => one.line === line.line)?.promised_on ?? ""} onChange={({ target }) => dated(line.line, target.value)} {...day} />
      ))}
    </FormDrawer>
  );
}
