import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, plus, times, typedNumber, useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { asQuantity } from "../transfers/goods";
import { usePrices } from "./RequestGoods";
import { TOUCHED } from "./useRequestDeeds";
import type { Request } from "./whence";

/** A price that was not typed is the product's own. */
type Line = { line: number; quantity: string; unit_price: string | null };
type Values = { lines: Line[]; isSale: boolean; number: string; party: string };

/** Hands a customer order over: all that is open, or a part of it; as a sale or without a price. */
export function FulfilDrawer({ request, close }: { request: Request; close: () => void }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { quantity, money } = useFormats();
  const toast = useToast();
  const prices = usePrices(request);
  const open = request.lines.filter((line) => compare(line.open, "0") > 0);
  const priceOf = (line: Line): string => line.unit_price ?? prices.get(request.lines.find((one) => one.line === line.line)?.product ?? "") ?? "";
  const bodyOf = ({ lines, isSale, number, party }: Values): Schemas["FulfilRequest"] => ({
    lines: lines.map((line) => ({ line: line.line, quantity: asQuantity(line.quantity || "0"), ...(isSale ? { unit_price: asQuantity(priceOf(line)) } : {}) })),
    ...(number.trim() || party.trim() ? { document: { type: isSale ? ("sales_note" as const) : ("other" as const), number: number.trim(), party: party.trim() } } : {}),
  });
  const form = useForm<Values, Request>({
    initial: { lines: open.map((line) => ({ line: line.line, quantity: line.open, unit_price: null })), isSale: true, number: "", party: "" },
    touches: [...TOUCHED, "sales"],
    send: (values, key) =>
      data(api.POST("/api/v1/requests/{request_id}/fulfil", { params: { path: { request_id: request.id }, header: { ...once(key), ...ifUnchanged(request.version) } }, body: bodyOf(values) })),
    done: ({ state }) => {
      toast({ text: t(state === "fulfilled" ? "did.fulfil" : "did.fulfilPart", { number: request.number }) });
      close();
    },
  });
  const { values, set } = form;
  const change = (index: number, to: Partial<Line>) => set("lines", values.lines.map((line, other) => (other === index ? { ...line, ...to } : line)));
  const total = plus("0", ...values.lines.map((line) => times(typedNumber(line.quantity) ?? "0", typedNumber(priceOf(line)) ?? "0")));
  return (
    <FormDrawer open title={t("fulfil.title", { number: request.number })} close={close} form={form} action={t("deed.fulfil")} width={520}>
      {form.fault("lines") && (
        <Typography variant="body2" color="error" role="alert">
          {form.fault("lines")}
        </Typography>
      )}
      {open.map((line, index) => {
        const said = values.lines[index]!;
        const fault = form.fault(`lines/${index}/quantity`) ?? form.fault(`lines/${index}`);
        return (
          <Box key={line.line} role="group" aria-label={line.name}>
            <Typography sx={{ fontWeight: 600, mb: 2, overflowWrap: "anywhere" }}>{line.name}</Typography>
            <Stack direction="row" spacing={2}>
              <QuantityField label={common("quantity")} value={said.quantity} set={(typed) => change(index, { quantity: typed })} error={Boolean(fault)} helperText={fault ?? t("fulfil.of", { quantity: quantity(line.open) })} />
              {values.isSale && <QuantityField label={common("price")} value={priceOf(said)} set={(typed) => change(index, { unit_price: typed })} error={Boolean(form.fault(`lines/${index}/unit_price`))} helperText={form.fault(`lines/${index}/unit_price`)} />}
            </Stack>
          </Box>
        );
      })}
      <FormControlLabel control={<Checkbox checked={values.isSale} onChange={(_, isSale) => set("isSale", isSale)} />} label={t("fulfil.asSale")} />
      {values.isSale && (
        <Stack direction="row" sx={{ justifyContent: "space-between", fontWeight: 650 }} role="status">
          <span>{common("total")}</span>
          <span className="figures">{money(total, request.currency)}</span>
        </Stack>
      )}
      <TextField {...form.field("number")} label={t("fulfil.document")} helperText={t("fulfil.documentHint", { number: request.number })} autoComplete="off" />
      <TextField {...form.field("party")} label={t("fulfil.customer")} autoComplete="off" />
    </FormDrawer>
  );
}
