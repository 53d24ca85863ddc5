import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext } from "../../ui/formats";
import { addDays, endOf, today } from "../../ui/moments";
import { SitesField } from "../../ui/SitesField";
import { useForm } from "../../ui/useForm";
import { PermissionMatrix } from "../people/PermissionMatrix";
import type { Program } from "./ProgramsPage";
import type { Shown } from "./SecretDialog";

/** What only people do, so no program is offered it. */
const FOR_PEOPLE = new Set(["user:write", "role:write", "api_key:write", "identity_provider:write", "webhook:write", "profile:write", "password:change"]);
const linesOf = (text: string) => text.split(/[\s,]+/).filter(Boolean);

type Values = { name: string; scopes: string[]; sites: string[] | null; networks: string; expires_at: string };

/** Lets a program in: what it may do, where, from which networks, and until when. */
export function NewProgram({ kind, close, made }: { kind: Program["kind"]; close: () => void; made: (secret: Shown) => void }) {
  const { t } = useTranslation(["settings", "common", "people"]);
  const { profile, can } = useSession();
  const { timeZone } = useContext(CustomsContext);
  const permissions = useQuery({ ...read("/api/v1/permissions"), staleTime: Infinity, enabled: can("role:read") }).data?.items ?? profile.permissions;
  const form = useForm<Values, Shown>({
    initial: { name: "", scopes: [], sites: profile.sites, networks: "", expires_at: addDays(today(timeZone), 90) },
    touches: ["api-keys", "oauth-clients"],
    send: async ({ name, scopes, sites, networks, expires_at }) => {
      const body = { name: name.trim(), scopes, sites, networks: linesOf(networks), expires_at: expires_at ? endOf(expires_at, timeZone) : null };
      if (kind === "key") {
        const key = await data(api.POST("/api/v1/api-keys", { body }));
        return { title: key.name, fields: [{ label: t("program.key.one"), value: key.key }] };
      }
      const client = await data(api.POST("/api/v1/oauth-clients", { body }));
      return { title: client.name, fields: [{ label: t("program.clientId"), value: client.client_id }, { label: t("program.secret"), value: client.client_secret }] };
    },
    done: made,
  });
  const { values, set, field, fault } = form;
  const offered = permissions.filter((one) => can(one) && !FOR_PEOPLE.has(one));
  return (
    <FormDrawer open title={t(`program.${kind}.new`)} close={close} form={form} action={t("program.make")} disabled={!values.name.trim() || values.scopes.length === 0} width={640}>
      <TextField {...field("name")} required autoFocus label={t("common:name")} />
      <PermissionMatrix label={t("program.scopes")} offered={offered} chosen={values.scopes} set={(scopes) => set("scopes", scopes)} fault={fault("scopes")} />
      <SitesField label={t("tab.sites")} all={t("common:allSites")} mayAll={profile.sites === null} value={values.sites} set={(sites) => set("sites", sites)} fault={fault("sites")} />
      <Networks form={form} />
      <TextField {...field("expires_at")} type="date" label={t("program.expires")} slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: today(timeZone), max: addDays(today(timeZone), 364) } }} />
    </FormDrawer>
  );
}

function Networks({ form: { values, set, fault } }: { form: { values: { networks: string }; set: (name: "networks", value: string) => void; fault: (name: string) => string | undefined } }) {
  const { t } = useTranslation("settings");
  const wrong = [fault("networks"), ...linesOf(values.networks).map((_, index) => fault(`networks/${index}`))].filter(Boolean).join(" ");
  return <TextField id="field-networks" label={t("program.networks")} multiline value={values.networks} onChange={(event) => set("networks", event.target.value)} error={Boolean(wrong)} helperText={wrong || t("program.networksHint")} />;
}

/** A program that was let in; only its name and networks can still change. */
export function ProgramDrawer({ program, readOnly, close }: { program: Program; readOnly: boolean; close: () => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const form = useForm({
    initial: { name: program.name, networks: program.networks.join("\n") },
    touches: ["api-keys", "oauth-clients"],
    done: close,
    send: async ({ name, networks }) => {
      const header = ifUnchanged(program.version);
      const body = { name: name.trim(), networks: linesOf(networks) };
      await (program.kind === "key" ? api.PATCH("/api/v1/api-keys/{key_id}", { params: { path: { key_id: program.id }, header }, body }) : api.PATCH("/api/v1/oauth-clients/{oauth_client_id}", { params: { path: { oauth_client_id: program.id }, header }, body }));
    },
  });
  return (
    <FormDrawer open title={program.name} close={close} form={form} action={t("common:save")} disabled={readOnly || !form.changed} width={640}>
      <Typography variant="body2" color="textSecondary" className="figures" sx={{ overflowWrap: "anywhere" }}>
        {program.kind === "key" ? program.public_id : program.client_id}
      </Typography>
      <TextField {...form.field("name")} label={t("common:name")} disabled={readOnly} />
      <Networks form={form} />
      <PermissionMatrix label={t("program.scopes")} offered={program.scopes} chosen={program.scopes} />
    </FormDrawer>
  );
}
