import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import FormControlLabel from "@mui/material/FormControlLabel";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import type { Supplier } from "./leadTime";

type ContactDraft = { name: string; email: string; phone: string };
type Draft = { code: string; name: string; tax_id: string; currency: string; payment_days: string; minimum_order_value: string; note: string; active: boolean; contacts: ContactDraft[] };

const draftOf = (supplier: Supplier | null, currency: string): Draft => ({
  code: supplier?.code ?? "",
  name: supplier?.name ?? "",
  tax_id: supplier?.tax_id ?? "",
  currency: supplier?.currency ?? currency,
  payment_days: String(supplier?.payment_days ?? 0),
  minimum_order_value: supplier?.minimum_order_value ?? "",
  note: supplier?.note ?? "",
  active: supplier?.active ?? true,
  contacts: supplier?.contacts.map(({ name, email, phone }) => ({ name, email: email ?? "", phone: phone ?? "" })) ?? [],
});

const whole = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text) : (text as unknown as number));

/** Who it is, how to reach it, and on which terms one buys there. */
export function SupplierDrawer({ supplier, close, done }: { supplier: Supplier | null; close: () => void; done: (supplier: Supplier) => void }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { currency } = useContext(CustomsContext);
  const maySeeCosts = useMay("cost:read");
  const form = useForm<Draft, Supplier>({
    initial: draftOf(supplier, currency),
    touches: ["suppliers"],
    done,
    send: (draft) => {
      const { minimum_order_value, ...rest } = draft;
      const body = {
        ...rest,
        currency: draft.currency.trim().toUpperCase(),
        payment_days: whole(draft.payment_days || "0"),
        contacts: draft.contacts.filter(({ name, email, phone }) => name || email || phone),
        // Whoever may not see it would take it away.
        ...(maySeeCosts || !supplier ? { minimum_order_value: minimum_order_value || null } : {}),
      };
      return supplier
        ? data(api.PATCH("/api/v1/suppliers/{supplier_id}", { params: { path: { supplier_id: supplier.id }, header: ifUnchanged(supplier.version) }, body }))
        : data(api.POST("/api/v1/suppliers", { body }));
    },
  });
  const { values, set, field, fault } = form;
  const pair = { display: "grid", gridTemplateColumns: "1fr 1fr", gap: 4 } as const;
  return (
    <FormDrawer open title={supplier ? t("edit") : t("add")} close={close} form={form} action={common("save")}>
      <TextField {...field("name")} required autoFocus label={common("name")} />
      <Box sx={pair}>
        <TextField {...field("code")} required label={common("code")} helperText={fault("code") ?? t("codeHint")} />
        <TextField {...field("tax_id")} label={t("taxId")} />
      </Box>
      <Contacts contacts={values.contacts} set={(contacts) => set("contacts", contacts)} fault={(index, name) => fault(`contacts/${index}/${name}`)} />
      <Box sx={pair}>
        <TextField {...field("currency")} required label={t("currency")} slotProps={{ htmlInput: { maxLength: 3, autoCapitalize: "characters" } }} />
        <TextField {...field("payment_days")} label={t("paymentDays")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
      </Box>
      {(maySeeCosts || !supplier) && <QuantityField label={t("minimumOrder")} unit={values.currency} value={values.minimum_order_value} set={(value) => set("minimum_order_value", value)} error={Boolean(fault("minimum_order_value"))} helperText={fault("minimum_order_value") ?? t("minimumOrderHint")} />}
      <TextField {...field("note")} multiline minRows={2} label={common("note")} />
      {supplier && <FormControlLabel control={<Switch checked={values.active} onChange={(_, active) => set("active", active)} />} label={t("activeLabel")} />}
    </FormDrawer>
  );
}

function Contacts({ contacts, set, fault }: { contacts: readonly ContactDraft[]; set: (to: ContactDraft[]) => void; fault: (index: number, name: keyof ContactDraft) => string | undefined }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const change = (index: number, name: keyof ContactDraft, value: string) => set(contacts.map((one, at) => (at === index ? { ...one, [name]: value } : one)));
  const entry = (index: number, name: keyof ContactDraft, label: string, type: string) => (
    <TextField type={type} label={label} value={contacts[index]![name]} onChange={({ target }) => change(index, name, target.value)} error={Boolean(fault(index, name))} helperText={fault(index, name)} />
  );
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0, minWidth: 0 }}>
      <Typography component="legend" variant="body2" color="textSecondary" sx={{ mb: 2 }}>
        {t("contacts")}
      </Typography>
      <Stack spacing={4}>
        {contacts.map((_, index) => (
          <Box key={index} sx={{ display: "grid", gridTemplateColumns: "1fr auto", gap: 2, alignItems: "center" }}>
            {entry(index, "name", common("name"), "text")}
            <IconButton aria-label={t("dropContact", { number: index + 1 })} onClick={() => set(contacts.filter((_, at) => at !== index))}>
              <DeleteIcon />
            </IconButton>
            <Box sx={{ gridColumn: "1 / -1", display: "grid", gridTemplateColumns: "3fr 2fr", gap: 2 }}>
              {entry(index, "email", t("email"), "email")}
              {entry(index, "phone", t("phone"), "tel")}
            </Box>
          </Box>
        ))}
      </Stack>
      <Button size="small" startIcon={<AddIcon />} onClick={() => set([...contacts, { name: "", email: "", phone: "" }])} sx={{ mt: 2 }}>
        {t("addContact")}
      </Button>
    </Box>
  );
}
