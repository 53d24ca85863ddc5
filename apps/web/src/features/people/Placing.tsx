import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import type { SetStateAction } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { SitesField } from "../../ui/SitesField";
import { useRoleName, useRoles } from "./roles";

export type Place = { role: string; sites: string[] | null; read_sites: string[] | null; readsMore: boolean };

export const NOWHERE: Place = { role: "", sites: null, read_sites: null, readsMore: false };

/** As the API takes it: whoever reads no more than they write reads just that. */
export function placeOf({ role, sites, read_sites, readsMore }: Place) {
  return { role, sites, read_sites: readsMore ? read_sites : sites };
}

type Form<V extends Place> = { values: V; setValues: (change: SetStateAction<V>) => void; fault: (name: string) => string | undefined };

/** What somebody may do in the company, and where. */
export function Placing<V extends Place>({ form: { values, setValues, fault } }: { form: Form<V> }) {
  const set = <K extends keyof Place>(name: K, value: Place[K]) => setValues((before) => ({ ...before, [name]: value }));
  const { t } = useTranslation("people");
  const roles = useRoles().data?.items ?? [];
  const name = useRoleName();
  const { can, profile } = useSession();
  const mayAll = profile.sites === null;
  const given = roles.filter((role) => role.code === values.role || (role.code !== "platform_owner" && role.permissions.every(can)));
  const every = (prefix: string) => [fault(prefix), ...Array.from({ length: 20 }, (_, index) => fault(`${prefix}/${index}`))].filter(Boolean).join(" ") || undefined;
  return (
    <>
      <TextField id="field-role" select required label={t("role.one")} value={given.some(({ code }) => code === values.role) ? values.role : ""} onChange={(event) => set("role", event.target.value)} error={Boolean(fault("role"))} helperText={fault("role")}>
        {given.map((role) => (
          <MenuItem key={role.code} value={role.code}>
            {name(role.code)}
          </MenuItem>
        ))}
      </TextField>
      <SitesField label={t("sites.works")} all={t("sites.worksAll")} mayAll={mayAll || values.sites === null} value={values.sites} set={(sites) => set("sites", sites)} fault={every("sites")} />
      {values.sites !== null && (
        <>
          <FormControlLabel control={<Switch checked={values.readsMore} onChange={(_, more) => set("readsMore", more)} />} label={t("sites.readsMore")} />
          {values.readsMore && <SitesField label={t("sites.reads")} all={t("sites.readsAll")} mayAll={mayAll} value={values.read_sites} set={(sites) => set("read_sites", sites)} fault={every("read_sites")} />}
        </>
      )}
    </>
  );
}
