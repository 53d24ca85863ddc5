import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { CustomsContext, times, useFormats } from "../../ui/formats";
import { ProductPicker, SitePicker, type ProductRef } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import type { useForm } from "../../ui/useForm";
import type { SupplierItem } from "../suppliers/leadTime";
import { Prices } from "../suppliers/Items";
import { SupplierPicker, type SupplierRef } from "../suppliers/SupplierPicker";
import { orderable, priceFor, sumOf, type Order } from "./order";

export type LineDraft = { item: SupplierItem | null; product: ProductRef; quantity: string; unit_price: string; expected_on: string };
export type SupplierChoice = SupplierRef & { currency: string };
export type OrderDraft = { supplier: SupplierChoice | null; site: string; exchange_rate: string; over_receipt_tolerance: string; note: string; lines: LineDraft[] };

/** What is sent of a draft; what is left out follows the supplier and the company. */
export function bodyOf(draft: OrderDraft) {
  return {
    site: draft.site,
    note: draft.note.trim(),
    ...(draft.exchange_rate.trim() ? { exchange_rate: draft.exchange_rate.trim() } : {}),
    ...(draft.over_receipt_tolerance.trim() ? { over_receipt_tolerance: draft.over_receipt_tolerance.trim() } : {}),
    lines: draft.lines.map(({ item, product, quantity, unit_price, expected_on }) => ({
      ...(item ? { item: item.id } : { product: product.id }),
      quantity: quantity.trim() || "0",
      ...(unit_price.trim() ? { unit_price: unit_price.trim() } : {}),
      ...(expected_on ? { expected_on } : {}),
    })),
  };
}

/** A draft that is there already, with the terms on which its lines were written. A price that is the supplier's follows it. */
export function draftOf(order: Order, items: readonly SupplierItem[]): OrderDraft {
  return {
    supplier: { ...order.supplier, currency: order.currency },
    site: order.site.code,
    exchange_rate: order.exchange_rate,
    over_receipt_tolerance: order.over_receipt_tolerance,
    note: order.note,
    lines: order.lines.map((line) => {
      const item = items.find(({ id }) => id === line.item) ?? null;
      const usual = priceFor(item, line.quantity);
      return {
        item,
        product: { id: line.product, sku: line.sku, name: line.name },
        quantity: line.quantity,
        unit_price: line.unit_price !== null && line.unit_price !== usual ? line.unit_price : "",
        expected_on: line.expected_on ?? "",
      };
    }),
  };
}

/** All that a supplier sells, as far as one page goes; what is beyond is found among all products. */
export function useCatalogue(supplier: string | undefined) {
  return useQuery({ ...read("/api/v1/suppliers/{supplier_id}/items", { path: { supplier_id: supplier ?? "" }, query: { limit: 500 } }), enabled: Boolean(supplier), staleTime: 60_000 });
}

type Form = Pick<ReturnType<typeof useForm<OrderDraft, Order>>, "form" | "values" | "set" | "setValues" | "field" | "fault" | "above" | "submit" | "busy">;

/** Of whom, for where, and what: as one writes an order. */
export function OrderForm({ form, isNew, action, cancel }: { form: Form; isNew: boolean; action: string; cancel: () => void }) {
  // The words of prices come with the page: a list that waited for them when it opens would take the page away.
  const { t } = useTranslation(["purchases", "products"]);
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { currency } = useContext(CustomsContext);
  const { sum } = useFormats();
  const { values, set, setValues, field, fault } = form;
  const { supplier, lines } = values;
  const isForeign = supplier !== null && supplier.currency !== currency;
  const change = (index: number, to: Partial<LineDraft>) => set("lines", lines.map((line, at) => (at === index ? { ...line, ...to } : line)));
  const total = sumOf(lines.map((line) => ({ quantity: numeric(line.quantity), price: numeric(line.unit_price) || priceFor(line.item, numeric(line.quantity)) })));
  return (
    <Box component="form" ref={form.form} onSubmit={form.submit} noValidate sx={{ maxWidth: 960 }}>
      <Stack spacing={4}>
        {form.above && (
          <Alert severity="error" tabIndex={-1}>
            {form.above}
          </Alert>
        )}
        <Box sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" } }}>
          {isNew ? (
            <SupplierPicker
              label={common("supplier")}
              required
              autoFocus={!supplier}
              value={supplier}
              // Lines are on the terms of a supplier.
              set={(chosen) => setValues((before) => ({ ...before, supplier: chosen, lines: chosen?.id === before.supplier?.id ? before.lines : [] }))}
              error={Boolean(fault("supplier"))}
              helperText={fault("supplier")}
            />
          ) : (
            <TextField label={common("supplier")} value={supplier?.name ?? ""} disabled />
          )}
          <SitePicker label={t("new.site")} required mine value={values.site} set={(site) => set("site", site)} error={Boolean(fault("site"))} helperText={fault("site")} />
          {isForeign && <QuantityField label={t("new.rate", { currency: supplier.currency })} unit={currency} required value={values.exchange_rate} set={(rate) => set("exchange_rate", rate)} error={Boolean(fault("exchange_rate"))} helperText={fault("exchange_rate") ?? t("new.rateHint", { currency: supplier.currency })} />}
        </Box>
        {supplier && (
          <Box component="section">
            <Typography variant="h2" sx={{ mb: 3 }}>
              {t("lines")}
            </Typography>
            {lines.length > 0 && (
              <Stack spacing={3} component="ol" sx={{ listStyle: "none", p: 0, m: 0, mb: 4 }}>
                {lines.map((line, index) => (
                  <Line key={`${line.item?.id ?? line.product.id}/${index}`} line={line} currency={supplier.currency} change={(to) => change(index, to)} drop={() => set("lines", lines.filter((_, at) => at !== index))} fault={(name) => fault(`lines/${index}/${name}`)} />
                ))}
              </Stack>
            )}
            <AddLine key={supplier.id} supplier={supplier} taken={lines} add={(line) => set("lines", [...lines, line])} />
            {fault("lines") && (
              <Typography color="error" variant="body2" role="alert" sx={{ mt: 2 }}>
                {fault("lines")}
              </Typography>
            )}
          </Box>
        )}
        <Box sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "1fr", sm: "2fr 1fr" }, alignItems: "start" }}>
          <TextField {...field("note")} multiline minRows={2} label={t("new.note")} />
          <QuantityField label={t("tolerance")} unit="%" value={values.over_receipt_tolerance} set={(value) => set("over_receipt_tolerance", value)} error={Boolean(fault("over_receipt_tolerance"))} helperText={fault("over_receipt_tolerance") ?? t("new.toleranceHint")} />
        </Box>
        <Stack direction="row" spacing={2} sx={{ alignItems: "center", position: "sticky", bottom: { xs: 56, md: 0 }, bgcolor: "background.default", py: 3, borderTop: 1, borderColor: "divider", zIndex: 1 }}>
          {can("cost:read") && supplier && (
            <Box role="status" sx={{ flex: 1 }}>
              <Typography variant="body2" color="textSecondary">
                {common("total")}
              </Typography>
              <Typography className="figures" sx={{ fontSize: "1.125rem", fontWeight: 650 }}>
                {sum(total, supplier.currency)}
              </Typography>
            </Box>
          )}
          <Box sx={{ flex: 1 }} />
          <Button onClick={cancel}>{common("cancel")}</Button>
          <Button type="submit" variant="contained" loading={form.busy} disabled={!supplier || !values.site || lines.length === 0}>
            {action}
          </Button>
        </Stack>
      </Stack>
    </Box>
  );
}

const numeric = (text: string): string => (/^\d+(\.\d*)?$|^\.\d+$/.test(text.trim()) ? text.trim() : "");

type LineProps = { line: LineDraft; currency: string; change: (to: Partial<LineDraft>) => void; drop: () => void; fault: (name: string) => string | undefined };

function Line({ line, currency, change, drop, fault }: LineProps) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity, money, sum } = useFormats();
  const { item } = line;
  const usual = priceFor(item, numeric(line.quantity));
  const price = numeric(line.unit_price) || usual;
  const terms = [
    item?.minimum_order_quantity && t("new.least", { quantity: quantity(item.minimum_order_quantity) }),
    item?.order_multiple && item.order_multiple !== "1" && t("new.pack", { quantity: quantity(item.order_multiple) }),
    item?.lead_time_days != null && t("new.days", { count: item.lead_time_days }),
  ].filter(Boolean);
  const whole = item && numeric(line.quantity) ? orderable(item, numeric(line.quantity)) : null;
  return (
    <Paper component="li" variant="outlined" sx={{ p: 3 }}>
      <Stack direction="row" spacing={2} sx={{ alignItems: "flex-start" }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography sx={{ fontWeight: 600 }}>{line.product.name}</Typography>
          <Typography variant="body2" color="textSecondary">
            {[line.product.sku, item?.supplier_sku && t("new.theirCode", { code: item.supplier_sku }), ...terms].filter(Boolean).join(" · ")}
          </Typography>
        </Box>
        <IconButton aria-label={t("new.drop", { name: line.product.name })} onClick={drop}>
          <DeleteIcon />
        </IconButton>
      </Stack>
      <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "1fr 1fr", sm: "1fr 1fr 1fr auto" }, mt: 3, alignItems: "start" }}>
        <Box>
          <QuantityField label={common("quantity")} value={line.quantity} set={(value) => change({ quantity: value })} error={Boolean(fault("quantity"))} helperText={fault("quantity")} />
          {whole !== null && whole !== numeric(line.quantity) && (
            <Button size="small" onClick={() => change({ quantity: whole })}>
              {t("new.round", { quantity: quantity(whole) })}
            </Button>
          )}
        </Box>
        {can("cost:read") && <QuantityField label={t("price")} unit={currency} value={line.unit_price} set={(value) => change({ unit_price: value })} error={Boolean(fault("unit_price"))} helperText={fault("unit_price") ?? (usual !== null ? t("new.usual", { price: money(usual, currency) }) : undefined)} />}
        <TextField type="date" label={t("expected")} value={line.expected_on} onChange={({ target }) => change({ expected_on: target.value })} error={Boolean(fault("expected_on"))} helperText={fault("expected_on")} slotProps={{ inputLabel: { shrink: true } }} />
        {can("cost:read") && (
          <Box sx={{ textAlign: "right", minWidth: 96, alignSelf: "center" }} className="figures">
            {price && numeric(line.quantity) ? sum(times(numeric(line.quantity), price), currency) : "–"}
          </Box>
        )}
      </Box>
      {fault("item") && <Typography color="error" variant="body2">{fault("item")}</Typography>}
      {fault("product") && <Typography color="error" variant="body2">{fault("product")}</Typography>}
    </Paper>
  );
}

function AddLine({ supplier, taken, add }: { supplier: SupplierChoice; taken: readonly LineDraft[]; add: (line: LineDraft) => void }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const catalogue = useCatalogue(supplier.id);
  const [isOther, setOther] = useState(false);
  const [typed, setTyped] = useState("");
  const items = (catalogue.data?.items ?? []).filter(({ id }) => !taken.some(({ item }) => item?.id === id));
  const nothingHere = catalogue.data?.items.length === 0;
  const other = isOther || nothingHere;
  return (
    <Stack spacing={2}>
      {!nothingHere && (
        <Autocomplete<SupplierItem>
          value={null}
          inputValue={typed}
          onInputChange={(_, text, reason) => setTyped(reason === "input" ? text : "")}
          blurOnSelect={false}
          options={items}
          loading={catalogue.isPending}
          onChange={(_, item) => item && add({ item, product: { id: item.product, sku: item.sku, name: item.name }, quantity: orderable(item, "1"), unit_price: "", expected_on: "" })}
          getOptionLabel={(item) => [item.sku, item.name, item.supplier_sku].filter(Boolean).join(" · ")}
          getOptionKey={({ id }) => id}
          noOptionsText={t("new.noneLeft")}
          autoHighlight
          renderOption={({ key, ...props }, item) => (
            <Box component="li" key={key} {...props}>
              <Box sx={{ flex: 1, minWidth: 0 }}>
                <Typography noWrap>{item.name}</Typography>
                <Typography variant="caption" color="textSecondary">
                  {[item.sku, item.supplier_sku].filter(Boolean).join(" · ")}
                </Typography>
              </Box>
              <Box sx={{ textAlign: "right", fontSize: "0.875rem" }}>
                <Prices item={item} />
              </Box>
            </Box>
          )}
          renderInput={(params) => <TextField {...params} label={t("new.addItem", { supplier: supplier.name })} />}
        />
      )}
      {other ? (
        <ProductPicker key={taken.length} label={t("new.addOther")} helperText={t("new.addOtherHint")} value={null} set={(product) => product && add({ item: null, product, quantity: "1", unit_price: "", expected_on: "" })} />
      ) : (
        <Box>
          <Button size="small" onClick={() => setOther(true)}>
            {t("new.other")}
          </Button>
        </Box>
      )}
      {catalogue.error && <Alert severity="error" action={<Button color="inherit" size="small" onClick={() => void catalogue.refetch()}>{common("retry")}</Button>}>{t("new.noCatalogue")}</Alert>}
    </Stack>
  );
}
