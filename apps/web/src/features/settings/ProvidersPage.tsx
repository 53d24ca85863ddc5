import AddIcon from "@mui/icons-material/AddOutlined";
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { CopyField } from "../../ui/CopyField";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { SitesField } from "../../ui/SitesField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useList } from "../../ui/useList";
import { useRoleName, useRoles } from "../people/roles";
import { SettingsFrame } from "./SettingsFrame";

const route = getRouteApi("/shell/settings/sign-in");
type Provider = Schemas["IdentityProviderView"];
const NEW = "+";
const TOUCHED = ["identity-providers"];

/** Servers of identities by which people of the company sign in. */
export function ProvidersPage() {
  const { t } = useTranslation(["settings", "common"]);
  const { provider: open } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useSession().can("identity_provider:write");
  const list = useList("/api/v1/identity-providers");
  const roleName = useRoleName();
  const toast = useToast();
  const [removing, setRemoving] = useState<Provider | null>(null);
  const show = (provider: string | undefined) => void navigate({ search: provider ? { provider } : {}, replace: true });
  const check = useAct((one: Provider) => data(api.POST("/api/v1/identity-providers/{provider_id}/check", { params: { path: { provider_id: one.id } } })), { touches: [] });
  const remove = useAct((one: Provider) => api.DELETE("/api/v1/identity-providers/{provider_id}", { params: { path: { provider_id: one.id }, header: ifUnchanged(one.version) } }), {
    touches: TOUCHED,
    quiet: true,
    done: (_, { name }) => toast({ text: t("provider.deleted", { name }) }),
  });
  const add = mayWrite && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => show(NEW)}>
      {t("provider.new")}
    </Button>
  );
  const opened = list.items.find(({ id }) => id === open);
  return (
    <SettingsFrame actions={add}>
      {check.data && (
        <Stack spacing={4} sx={{ mb: 4, maxWidth: 640 }}>
          <Alert severity={check.data.sound ? "success" : "error"} onClose={() => check.reset()}>
            {check.data.sound ? t("provider.sound", { count: check.data.keys }) : check.data.problems.map(({ code, detail }) => (
                <div key={`${code} ${detail}`}>
                  {t(`providerProblem.${code}` as "providerProblem.not_offered", { defaultValue: "" })} <span lang="en">({detail})</span>
                </div>
              ))}
          </Alert>
          <CopyField label={t("provider.redirect")} value={check.data.redirect_uri} helperText={t("provider.redirectHint")} />
        </Stack>
      )}
      <DataTable
        caption={t("tab.providers")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("provider.empty"), hint: t("provider.emptyHint"), action: add }}
        columns={[
          {
            id: "name",
            header: t("common:name"),
            cell: (one) => (
              <Link to="/settings/sign-in" search={{ provider: one.id }} replace sx={{ fontWeight: 600, color: "text.primary" }}>
                {one.name}
              </Link>
            ),
          },
          { id: "code", header: t("common:code"), cell: (one) => one.code },
          { id: "issuer", header: t("provider.issuer"), cell: (one) => one.issuer },
          { id: "domains", header: t("provider.domains"), cell: (one) => one.domains.join(", ") || "–" },
          { id: "role", header: t("provider.role"), cell: (one) => (one.default_role ? roleName(one.default_role) : "–") },
          { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={one.enabled ? "success" : "default"} label={t(one.enabled ? "provider.on" : "provider.off")} /> },
          ...(mayWrite
            ? [
                {
                  id: "act",
                  header: "",
                  align: "right" as const,
                  cell: (one: Provider) => (
                    <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
                      <Button size="small" aria-label={`${t("provider.check")}: ${one.name}`} loading={check.isPending && check.variables.id === one.id} onClick={() => check.mutate(one)}>
                        {t("provider.check")}
                      </Button>
                      <RowMenu
                        label={`${t("common:more")}: ${one.name}`}
                        acts={[
                          { label: t("common:edit"), act: () => show(one.id) },
                          { label: t("common:delete"), act: () => setRemoving(one), danger: true },
                        ]}
                      />
                    </Stack>
                  ),
                },
              ]
            : []),
        ]}
      />
      {open === NEW && mayWrite && <ProviderDrawer provider={null} close={() => show(undefined)} />}
      {opened && <ProviderDrawer key={opened.id} provider={opened} readOnly={!mayWrite} close={() => show(undefined)} />}
      <ReasonDialog
        open={removing !== null}
        title={t("provider.deleteTitle", { name: removing?.name })}
        text={t("provider.deleteText")}
        action={t("common:delete")}
        close={() => setRemoving(null)}
        act={() => remove.mutate(removing!, { onSuccess: () => setRemoving(null) })}
        busy={remove.isPending}
        problem={remove.error}
      />
    </SettingsFrame>
  );
}

type Values = { code: string; name: string; issuer: string; client_id: string; client_secret: string; scopes: string; domains: string; default_role: string; default_sites: string[] | null; enabled: boolean };
const wordsOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

function ProviderDrawer({ provider, readOnly = false, close }: { provider: Provider | null; readOnly?: boolean; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const { day } = useFormats();
  const { can, profile } = useSession();
  const roles = useRoles().data?.items ?? [];
  const roleName = useRoleName();
  const form = useForm<Values, unknown>({
    initial: {
      code: provider?.code ?? "",
      name: provider?.name ?? "",
      issuer: provider?.issuer ?? "",
      client_id: provider?.client_id ?? "",
      client_secret: "",
      scopes: (provider?.scopes ?? ["openid", "email", "profile"]).join(" "),
      domains: (provider?.domains ?? []).join(" "),
      default_role: provider?.default_role ?? "",
      default_sites: provider ? provider.default_sites : [],
      enabled: provider?.enabled ?? true,
    },
    touches: TOUCHED,
    done: close,
    send: (values) => {
      const { client_secret, scopes, domains, default_role, ...plain } = values;
      const body = { ...plain, scopes: wordsOf(scopes), domains: wordsOf(domains), default_role: default_role || null, ...(client_secret && { client_secret }) };
      return provider
        ? data(api.PATCH("/api/v1/identity-providers/{provider_id}", { params: { path: { provider_id: provider.id }, header: ifUnchanged(provider.version) }, body }))
        : data(api.POST("/api/v1/identity-providers", { body }));
    },
  });
  const { values, set, field, fault } = form;
  const kept = provider?.client_secret;
  const many = (name: "domains" | "scopes") => {
    const wrong = [fault(name), ...wordsOf(values[name]).map((_, index) => fault(`${name}/${index}`))].filter(Boolean).join(" ");
    return { error: Boolean(wrong), helperText: wrong || t(`provider.${name}Hint`) };
  };
  return (
    <FormDrawer open title={provider?.name ?? t("provider.new")} close={close} form={form} action={t("common:save")} disabled={readOnly || !values.code.trim() || !values.name.trim() || !values.issuer.trim() || !values.client_id.trim()}>
      <TextField {...field("name")} required autoFocus={!provider} label={t("common:name")} />
      <TextField {...field("code")} required label={t("common:code")} onChange={(event) => set("code", event.target.value.toLowerCase())} />
      <TextField {...field("issuer")} required type="url" label={t("provider.issuer")} placeholder="https://" />
      <TextField {...field("client_id")} required label={t("provider.clientId")} slotProps={{ htmlInput: { autoComplete: "off" } }} />
      <TextField
        {...field("client_secret")}
        type="password"
        label={t("provider.clientSecret")}
        placeholder={kept ? `••••${kept.hint ?? ""}` : ""}
        helperText={fault("client_secret") ?? (kept ? t("provider.secretKept", { day: day(kept.set_at) }) : t("provider.secretHint"))}
        slotProps={{ htmlInput: { autoComplete: "new-password" }, inputLabel: kept ? { shrink: true } : {} }}
      />
      <TextField {...field("scopes")} label={t("provider.scopes")} {...many("scopes")} />
      <TextField {...field("domains")} label={t("provider.domains")} {...many("domains")} />
      <TextField {...field("default_role")} select label={t("provider.role")} helperText={fault("default_role") ?? t("provider.roleHint")} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
        <MenuItem value="">{t("provider.nobody")}</MenuItem>
        {roles
          .filter((role) => role.code === values.default_role || (role.code !== "admin" && role.code !== "platform_owner" && role.permissions.every(can)))
          .map((role) => (
            <MenuItem key={role.code} value={role.code}>
              {roleName(role.code)}
            </MenuItem>
          ))}
      </TextField>
      {values.default_role && <SitesField label={t("provider.sites")} all={t("common:allSites")} mayAll={profile.sites === null} value={values.default_sites} set={(sites) => set("default_sites", sites)} fault={fault("default_sites")} />}
      <FormControlLabel control={<Switch checked={values.enabled} onChange={(_, yes) => set("enabled", yes)} />} label={t("provider.enabled")} />
    </FormDrawer>
  );
}
