import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { read, refresh } from "../../api/query";
import { useSession } from "../../session/session";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { addDays, endOf, today } from "../../ui/moments";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { SettingsFrame } from "./SettingsFrame";

type Company = Schemas["CompanyView"];
type Change = Schemas["ChangeCompany"];
const LOCALES = ["es-EC", "es-CO", "es-PE", "es-MX", "es-ES", "en-US", "en-GB"];

/** How the company works: its name and customs, and the rules that hold for everybody. */
export function CompanyPage() {
  const answer = useQuery(read("/api/v1/company"));
  return (
    <SettingsFrame>
      {answer.data ? <CompanyForm key={answer.data.version} company={answer.data} /> : answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </SettingsFrame>
  );
}

type Values = { name: string; locale: string; time_zone: string; costing_method: string; approval_threshold: string; purchase_approval_threshold: string; over_receipt_tolerance: string; sms_daily_limit: string; locked_through: string };

/** The last day of books that are closed up to an instant. */
function lastClosedDay(company: Company): string {
  return company.locked_through ? addDays(today(company.time_zone, Date.parse(company.locked_through)), -1) : "";
}

function valuesOf(company: Company): Values {
  return {
    name: company.name,
    locale: company.locale,
    time_zone: company.time_zone,
    costing_method: company.costing_method,
    approval_threshold: company.approval_threshold ?? "",
    purchase_approval_threshold: company.purchase_approval_threshold ?? "",
    over_receipt_tolerance: company.over_receipt_tolerance,
    sms_daily_limit: String(company.sms_daily_limit),
    locked_through: lastClosedDay(company),
  };
}

/** What changed, as the API takes it. */
function changeOf(values: Values, company: Company): Change {
  const before = valuesOf(company);
  const told = (name: keyof Values) => values[name].trim() || null;
  const all: Record<keyof Values, unknown> = {
    name: values.name.trim(),
    locale: values.locale,
    time_zone: values.time_zone,
    costing_method: values.costing_method,
    approval_threshold: told("approval_threshold"),
    purchase_approval_threshold: told("purchase_approval_threshold"),
    over_receipt_tolerance: values.over_receipt_tolerance.trim() || "0",
    sms_daily_limit: /^\d+$/.test(values.sms_daily_limit) ? Number(values.sms_daily_limit) : values.sms_daily_limit,
    locked_through: values.locked_through ? endOf(values.locked_through, values.time_zone) : null,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => values[name as keyof Values] !== before[name as keyof Values])) as Change;
}

function CompanyForm({ company }: { company: Company }) {
  const { t } = useTranslation(["settings", "common"]);
  const { can } = useSession();
  const client = useQueryClient();
  const toast = useToast();
  const form = useForm<Values, unknown>({
    initial: valuesOf(company),
    touches: ["company"],
    send: (values) => data(api.PATCH("/api/v1/company", { params: { header: ifUnchanged(company.version) }, body: changeOf(values, company) })),
    done: () => {
      void refresh(client, ["me"]); // its customs write all numbers and times
      toast({ text: t("saved") });
    },
  });
  const { values, set, field, fault } = form;
  const mayWrite = can("company:write");
  const amount = (name: "approval_threshold" | "purchase_approval_threshold" | "over_receipt_tolerance", unit: string) => (
    <QuantityField label={t(`company.${name}`)} value={values[name]} unit={unit} disabled={!mayWrite} set={(value) => set(name, value)} error={Boolean(fault(name))} helperText={fault(name) ?? t(`company.${name}_hint`)} />
  );
  return (
    <Box component="form" ref={form.form} onSubmit={form.submit} noValidate sx={{ maxWidth: 640 }}>
      <Stack spacing={8}>
        {form.above && <Alert severity="error">{form.above}</Alert>}
        <Group title={t("company.who")}>
          <TextField {...field("name")} required disabled={!mayWrite} label={t("common:name")} />
          <TextField label={t("common:code")} value={company.code} slotProps={{ htmlInput: { readOnly: true } }} />
        </Group>
        <Group title={t("company.customs")}>
          <TextField {...field("locale")} select disabled={!mayWrite} label={t("company.locale")}>
            {[...new Set([...LOCALES, company.locale])].map((locale) => (
              <MenuItem key={locale} value={locale}>
                {`${new Intl.DisplayNames([locale], { type: "language" }).of(locale)} (${locale})`}
              </MenuItem>
            ))}
          </TextField>
          <Autocomplete
            disableClearable
            disabled={!mayWrite}
            options={[...new Set([company.time_zone, ...Intl.supportedValuesOf("timeZone")])]}
            value={values.time_zone}
            onChange={(_, zone) => set("time_zone", zone)}
            renderInput={(params) => <TextField {...params} label={t("company.time_zone")} error={Boolean(fault("time_zone"))} helperText={fault("time_zone")} />}
          />
          <TextField label={t("company.currency")} value={company.currency} slotProps={{ htmlInput: { readOnly: true } }} helperText={t("company.currency_hint")} />
        </Group>
        <Group title={t("company.rules")}>
          <TextField {...field("costing_method")} select disabled={!mayWrite} label={t("company.costing_method")} helperText={fault("costing_method") ?? t("company.costing_hint")}>
            <MenuItem value="average">{t("company.average")}</MenuItem>
            <MenuItem value="fifo">{t("company.fifo")}</MenuItem>
          </TextField>
          {amount("approval_threshold", company.currency)}
          {amount("purchase_approval_threshold", company.currency)}
          {amount("over_receipt_tolerance", "%")}
          <TextField {...field("sms_daily_limit")} disabled={!mayWrite} label={t("company.sms_daily_limit")} slotProps={{ htmlInput: { inputMode: "numeric", className: "figures" } }} />
        </Group>
        <Group title={t("company.period")}>
          <TextField {...field("locked_through")} type="date" disabled={!can("period:lock")} label={t("company.locked_through")} helperText={fault("locked_through") ?? t("company.locked_hint")} slotProps={{ inputLabel: { shrink: true } }} />
        </Group>
        {mayWrite && (
          <Box sx={{ position: "sticky", bottom: { xs: 56, md: 0 }, py: 3, bgcolor: "background.default", zIndex: 1 }}>
            <Button type="submit" variant="contained" loading={form.busy} disabled={!form.changed}>
              {t("common:save")}
            </Button>
          </Box>
        )}
      </Stack>
    </Box>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box component="section">
      <Typography variant="h2" sx={{ mb: 4 }}>
        {title}
      </Typography>
      <Stack spacing={4}>{children}</Stack>
    </Box>
  );
}
