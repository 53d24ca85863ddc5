import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import RemoveIcon from "@mui/icons-material/RemoveOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api, data, once } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, minus, plus, typedNumber, useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import { useProductNames } from "../stock/productNames";
import { TOUCHED, useRecordedToast, type Posting } from "../stock/useRecord";
import type { Outside } from "./sale";

type Values = { lines: Record<string, string>; reason: string };

/** What a customer brings back of a sale: some of it, or everything that is still out. */
export function ReturnDrawer({ sale, left, close }: { sale: Posting; left: readonly Outside[]; close: () => void }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { quantity } = useFormats();
  const tell = useRecordedToast();
  const names = useProductNames(sale.lines);
  const out = left.filter((one) => compare(one.left, "0") > 0);
  const form = useForm<Values, Posting>({
    initial: { lines: {}, reason: "" },
    touches: TOUCHED,
    send: ({ lines, reason }, key) =>
      data(
        api.POST("/api/v1/sales/{posting_id}/return", {
          params: { path: { posting_id: sale.id }, header: once(key) },
          body: { reason: reason.trim(), lines: chosen(lines).map(([product, units]) => ({ product, quantity: typedNumber(units) ?? units })) },
        }),
      ),
    done: (posting) => {
      close();
      tell({ posting, late: 0 }, t("return.done"));
    },
  });
  const { values, set } = form;
  const units = (product: string) => values.lines[product] ?? "";
  const put = (product: string, to: string) => set("lines", { ...values.lines, [product]: to });
  const order = chosen(values.lines).map(([product]) => product);
  const whole = () => set("lines", Object.fromEntries(out.map((one) => [one.product, one.left])));
  return (
    <FormDrawer open title={t("return.title")} close={close} form={form} action={t("return.action")} disabled={order.length === 0}>
      <Box>
        <Button size="small" onClick={whole}>
          {t("return.all")}
        </Button>
      </Box>
      <Stack component="ul" spacing={3} sx={{ listStyle: "none", m: 0, p: 0 }}>
        {out.map((one) => {
          const name = names.get(one.product) ?? one.sku;
          const fault = form.fault(`lines/${order.indexOf(one.product)}/quantity`);
          return (
            <Box component="li" key={one.product} sx={{ display: "flex", gap: 2, alignItems: "center", flexWrap: "wrap" }}>
              <Box sx={{ flex: "1 1 160px", minWidth: 0 }}>
                <Typography sx={{ overflowWrap: "anywhere" }}>{name}</Typography>
                <Typography variant="caption" color="textSecondary">
                  {t("return.left", { left: quantity(one.left), sold: quantity(one.sold) })}
                </Typography>
              </Box>
              <Stack direction="row" sx={{ alignItems: "flex-start" }}>
                <IconButton aria-label={t("new.fewer", { name })} onClick={() => put(one.product, bounded(minus(typedNumber(units(one.product)) ?? "0", "1"), one.left))}>
                  <RemoveIcon />
                </IconButton>
                <QuantityField label={common("quantity")} value={units(one.product)} set={(to) => put(one.product, to)} error={Boolean(fault)} helperText={fault} sx={{ width: 96 }} />
                <IconButton aria-label={t("new.more", { name })} onClick={() => put(one.product, bounded(plus(typedNumber(units(one.product)) ?? "0", "1"), one.left))}>
                  <AddIcon />
                </IconButton>
              </Stack>
            </Box>
          );
        })}
      </Stack>
      {form.fault("lines") && (
        <Typography color="error" variant="body2" role="alert">
          {form.fault("lines")}
        </Typography>
      )}
      <TextField {...form.field("reason")} label={common("reason")} />
    </FormDrawer>
  );
}

/** The products of which something comes back. */
function chosen(lines: Values["lines"]): [string, string][] {
  return Object.entries(lines).filter(([, units]) => units.trim() !== "" && compare(typedNumber(units) ?? "1", "0") !== 0);
}

/** Within what is out; nothing is an empty field. */
function bounded(units: string, most: string): string {
  if (compare(units, "0") <= 0) {
    return "";
  }
  return compare(units, most) > 0 ? most : units;
}
