import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { QuantityField } from "../../ui/QuantityField";
import type { useForm } from "../../ui/useForm";
import type { SupplierItem } from "./leadTime";

/** The terms on which a supplier sells a product, as one types them. */
export type TermsDraft = {
  supplier_sku: string;
  steps: { from_quantity: string; unit_price: string }[];
  minimum_order_quantity: string;
  order_multiple: string;
  lead_time_days: string;
  valid_from: string;
  valid_to: string;
};

export function draftOf(offer: SupplierItem | null): TermsDraft {
  return {
    supplier_sku: offer?.supplier_sku ?? "",
    steps: offer?.price_breaks?.map((step) => ({ ...step })) ?? [{ from_quantity: "1", unit_price: "" }],
    minimum_order_quantity: offer?.minimum_order_quantity ?? "",
    order_multiple: offer?.order_multiple ?? "",
    lead_time_days: offer?.lead_time_days?.toString() ?? "",
    valid_from: offer?.valid_from ?? "",
    valid_to: offer?.valid_to ?? "",
  };
}

export function termsOf(draft: TermsDraft) {
  return {
    supplier_sku: draft.supplier_sku.trim(),
    price_breaks: draft.steps.filter(({ unit_price }) => unit_price.trim()),
    minimum_order_quantity: draft.minimum_order_quantity || null,
    order_multiple: draft.order_multiple || null,
    lead_time_days: /^\d+$/.test(draft.lead_time_days) ? Number(draft.lead_time_days) : ((draft.lead_time_days || null) as number | null),
    valid_from: draft.valid_from || null,
    valid_to: draft.valid_to || null,
  };
}

type Form = Pick<ReturnType<typeof useForm<TermsDraft, unknown>>, "values" | "set" | "field" | "fault">;

/** Code, prices by quantity, packs, days and validity; the form may have more. */
export function TermsFields({ form, currency }: { form: Form; currency: string }) {
  const { t } = useTranslation(["products", "common"]);
  const { values, set, field, fault } = form;
  const step = (index: number, name: "from_quantity" | "unit_price", value: string) => set("steps", values.steps.map((one, at) => (at === index ? { ...one, [name]: value } : one)));
  const pair = { display: "grid", gridTemplateColumns: "1fr 1fr", gap: 4 } as const;
  return (
    <>
      <TextField {...field("supplier_sku")} label={t("offer.code")} />
      <Box component="fieldset" sx={{ border: 0, p: 0, m: 0 }}>
        <Typography component="legend" variant="body2" color="textSecondary" sx={{ mb: 2 }}>
          {t("offer.prices", { currency })}
        </Typography>
        <Stack spacing={3}>
          {values.steps.map((one, index) => (
            <Stack key={index} direction="row" spacing={2} sx={{ alignItems: "flex-start" }}>
              <QuantityField label={t("offer.fromQuantity")} value={one.from_quantity} set={(value) => step(index, "from_quantity", value)} error={Boolean(fault(`price_breaks/${index}/from_quantity`))} helperText={fault(`price_breaks/${index}/from_quantity`)} />
              <QuantityField label={t("offer.unitPrice")} value={one.unit_price} set={(value) => step(index, "unit_price", value)} error={Boolean(fault(`price_breaks/${index}/unit_price`))} helperText={fault(`price_breaks/${index}/unit_price`)} />
              <IconButton aria-label={t("offer.dropPrice", { number: index + 1 })} onClick={() => set("steps", values.steps.filter((_, at) => at !== index))} disabled={values.steps.length === 1}>
                <DeleteIcon />
              </IconButton>
            </Stack>
          ))}
        </Stack>
        <Button size="small" startIcon={<AddIcon />} onClick={() => set("steps", [...values.steps, { from_quantity: "", unit_price: "" }])} sx={{ mt: 2 }}>
          {t("offer.addPrice")}
        </Button>
      </Box>
      <Box sx={pair}>
        <QuantityField label={t("offer.least")} value={values.minimum_order_quantity} set={(value) => set("minimum_order_quantity", value)} error={Boolean(fault("minimum_order_quantity"))} helperText={fault("minimum_order_quantity")} />
        <QuantityField label={t("offer.multiple")} value={values.order_multiple} set={(value) => set("order_multiple", value)} error={Boolean(fault("order_multiple"))} helperText={fault("order_multiple")} />
      </Box>
      <TextField {...field("lead_time_days")} label={t("offer.days")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
      <Box sx={pair}>
        <TextField {...field("valid_from")} type="date" label={t("common:since")} slotProps={{ inputLabel: { shrink: true } }} />
        <TextField {...field("valid_to")} type="date" label={t("common:until")} slotProps={{ inputLabel: { shrink: true } }} />
      </Box>
    </>
  );
}
