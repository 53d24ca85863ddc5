import AddIcon from "@mui/icons-material/AddOutlined";
import Autocomplete from "@mui/material/Autocomplete";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Page } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useList, type Item } from "../../ui/useList";
import { StateFilter } from "../apps/StateFilter";

const route = getRouteApi("/shell/companies");
const STATES = ["active", "suspended"] as const;
type Company = Item<"/api/v1/companies">;
const TOUCHED = ["companies"];

/** The companies of the platform, for its owner. */
export function CompaniesPage() {
  const { t } = useTranslation(["companies", "common"]);
  const { state, company: open } = route.useSearch();
  const navigate = route.useNavigate();
  const { day } = useFormats();
  const toast = useToast();
  const [isMaking, setMaking] = useState(false);
  const [deciding, setDeciding] = useState<Company | null>(null);
  const list = useList("/api/v1/companies", { query: { ...(state ? { suspended: state === "suspended" } : {}), include: ["total"] } });
  const show = (company: string | undefined) => void navigate({ search: (before) => ({ ...before, company }), replace: true });
  const narrow = (to: typeof state) => void navigate({ search: to ? { state: to } : {}, replace: true });
  const decide = useAct(
    ({ company, reason }: { company: Company; reason: string }) => data(api.PATCH("/api/v1/companies/{company_id}", { params: { path: { company_id: company.id }, header: ifUnchanged(company.version) }, body: { suspended: !company.suspended, reason } })),
    {
      touches: TOUCHED,
      quiet: true,
      done: ({ name, suspended }) => {
        setDeciding(null);
        toast({ text: t(suspended ? "suspended" : "resumed", { name }) });
      },
    },
  );
  const add = (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setMaking(true)}>
      {t("new")}
    </Button>
  );
  const opened = list.items.find(({ id }) => id === open);
  return (
    <Page title={t("common:nav.companies")} actions={add}>
      <DataTable
        caption={t("common:nav.companies")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("empty"), action: add }}
        narrowed={state ? { clear: () => narrow(undefined) } : null}
        toolbar={<StateFilter states={STATES} words={(one) => t(`state.${one}`)} value={state} set={narrow} />}
        columns={[
          {
            id: "name",
            header: t("common:name"),
            cell: (one) => (
              <Link to="/companies" search={{ ...(state ? { state } : {}), company: one.id }} replace sx={{ fontWeight: 600, color: "text.primary" }}>
                {one.name}
              </Link>
            ),
          },
          { id: "code", header: t("common:code"), cell: (one) => one.code },
          { id: "since", header: t("common:since"), cell: (one) => day(one.created_at) },
          { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={one.suspended ? "error" : "success"} label={t(`state.${one.suspended ? "suspended" : "active"}`)} /> },
          {
            id: "act",
            header: "",
            align: "right",
            cell: (one) => (
              <RowMenu
                label={`${t("common:more")}: ${one.name}`}
                acts={[
                  { label: t("rename"), act: () => show(one.id) },
                  { label: t(one.suspended ? "resume" : "suspend"), act: () => setDeciding(one), danger: !one.suspended },
                ]}
              />
            ),
          },
        ]}
      />
      {isMaking && <NewCompany close={() => setMaking(false)} />}
      {opened && <Rename key={opened.id} company={opened} close={() => show(undefined)} />}
      <ReasonDialog
        open={deciding !== null}
        title={t(deciding?.suspended ? "resumeTitle" : "suspendTitle", { name: deciding?.name })}
        text={t(deciding?.suspended ? "resumeText" : "suspendText")}
        action={t(deciding?.suspended ? "resume" : "suspend")}
        reason={t("common:reason")}
        close={() => setDeciding(null)}
        act={(reason) => decide.mutate({ company: deciding!, reason })}
        busy={decide.isPending}
        problem={decide.error}
      />
    </Page>
  );
}

const LOCALES = ["es-EC", "es-CO", "es-PE", "es-MX", "es-ES", "en-US", "en-GB"];

function NewCompany({ close }: { close: () => void }) {
  const { t } = useTranslation(["companies", "common"]);
  const toast = useToast();
  const form = useForm<{ code: string; name: string; currency: string; locale: string; time_zone: string; costing_method: "average" | "fifo" }, unknown>({
    initial: { code: "", name: "", currency: "USD", locale: "es-EC", time_zone: "America/Guayaquil", costing_method: "average" },
    touches: TOUCHED,
    send: (values) => data(api.POST("/api/v1/companies", { body: { ...values, code: values.code.trim(), name: values.name.trim(), currency: values.currency.trim() } })),
    done: (_, { name }) => {
      close();
      toast({ text: t("made", { name }) });
    },
  });
  const { values, set, field, fault } = form;
  return (
    <FormDrawer open title={t("new")} close={close} form={form} action={t("make")} disabled={!values.code.trim() || !values.name.trim()}>
      <TextField {...field("name")} required autoFocus label={t("common:name")} />
      <TextField {...field("code")} required label={t("common:code")} helperText={fault("code") ?? t("codeHint")} onChange={(event) => set("code", event.target.value.toLowerCase())} />
      <TextField {...field("currency")} required label={t("currency")} onChange={(event) => set("currency", event.target.value.toUpperCase())} />
      <TextField {...field("locale")} select label={t("locale")}>
        {LOCALES.map((locale) => (
          <MenuItem key={locale} value={locale}>
            {`${new Intl.DisplayNames([locale], { type: "language" }).of(locale)} (${locale})`}
          </MenuItem>
        ))}
      </TextField>
      <Autocomplete disableClearable options={Intl.supportedValuesOf("timeZone")} value={values.time_zone} onChange={(_, zone) => set("time_zone", zone)} renderInput={(params) => <TextField {...params} label={t("time_zone")} error={Boolean(fault("time_zone"))} helperText={fault("time_zone")} />} />
      <TextField {...field("costing_method")} select label={t("costing_method")}>
        <MenuItem value="average">{t("average")}</MenuItem>
        <MenuItem value="fifo">{t("fifo")}</MenuItem>
      </TextField>
    </FormDrawer>
  );
}

function Rename({ company, close }: { company: Company; close: () => void }) {
  const { t } = useTranslation(["companies", "common"]);
  const form = useForm({
    initial: { name: company.name, reason: "" },
    touches: TOUCHED,
    done: close,
    send: ({ name, reason }) => data(api.PATCH("/api/v1/companies/{company_id}", { params: { path: { company_id: company.id }, header: ifUnchanged(company.version) }, body: { name: name.trim(), ...(reason.trim() ? { reason: reason.trim() } : {}) } })),
  });
  return (
    <FormDrawer open title={company.code} close={close} form={form} action={t("common:save")} disabled={!form.changed || !form.values.name.trim()}>
      <TextField {...form.field("name")} required autoFocus label={t("common:name")} />
      <TextField {...form.field("reason")} label={t("common:reason")} />
    </FormDrawer>
  );
}
