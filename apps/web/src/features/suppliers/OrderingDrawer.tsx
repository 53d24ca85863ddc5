import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { useForm } from "../../ui/useForm";
import type { Supplier } from "./leadTime";

const OWN = ["manual", "mail", "http"] as const;
export const isOwn = (channel: string): channel is (typeof OWN)[number] => (OWN as readonly string[]).includes(channel);

/** Apps that take orders to suppliers, where one may see which are on. */
export function useOrderingApps() {
  const mayRead = useMay("plugin:read");
  const apps = useQuery({ ...read("/api/v1/plugins"), enabled: mayRead, staleTime: 60_000 });
  return (apps.data?.items ?? []).filter(({ kind, id, state }) => kind === "supplier_ordering" && !isOwn(id) && (state === "enabled" || state === "degraded"));
}

/** 32 random bytes as both sides know them. */
function newSecret(): string {
  return `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}`;
}

/** How the supplier wants its orders. */
export function OrderingDrawer({ supplier, close }: { supplier: Supplier; close: () => void }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { time } = useFormats();
  const apps = useOrderingApps();
  const { ordering } = supplier;
  const form = useForm({
    initial: { channel: ordering.channel, address: ordering.address, secret: "" },
    touches: ["suppliers"],
    done: close,
    send: ({ channel, address, secret }) =>
      data(
        api.PUT("/api/v1/suppliers/{supplier_id}/ordering", {
          params: { path: { supplier_id: supplier.id }, header: ifUnchanged(supplier.version) },
          body: { channel, address: channel === "manual" ? "" : address.trim(), ...(channel === "http" && secret ? { secret } : {}) },
        }),
      ),
  });
  const { values, set, setValues, field, fault } = form;
  const known = [...OWN, ...apps.map(({ id }) => id)];
  const channels = known.includes(ordering.channel) ? known : [...known, ordering.channel];
  const nameOf = (channel: string) => (isOwn(channel) ? t(`ordering.channel.${channel}`) : (apps.find(({ id }) => id === channel)?.title ?? channel));
  // What was the address of a mail box is none of an endpoint.
  const choose = (channel: string) => setValues({ channel, address: channel === ordering.channel ? ordering.address : channel === "mail" ? (supplier.contacts.find(({ email }) => email)?.email ?? "") : "", secret: "" });
  return (
    <FormDrawer open title={t("ordering.title")} close={close} form={form} action={common("save")}>
      <TextField {...field("channel")} select label={t("ordering.how")} onChange={({ target }) => choose(target.value)}>
        {channels.map((channel) => (
          <MenuItem key={channel} value={channel}>
            {nameOf(channel)}
          </MenuItem>
        ))}
      </TextField>
      {isOwn(values.channel) ? <Alert severity="info">{t(`ordering.hint.${values.channel}`)}</Alert> : null}
      {values.channel !== "manual" && (
        <TextField {...field("address")} required type={values.channel === "mail" ? "email" : values.channel === "http" ? "url" : "text"} label={isOwn(values.channel) ? t(`ordering.address.${values.channel as "mail"}`) : t("ordering.address.plugin")} />
      )}
      {values.channel === "http" && (
        <Box>
          <TextField {...field("secret")} label={t("ordering.secret")} autoComplete="off" helperText={fault("secret") ?? (ordering.channel === "http" && ordering.secret_set_at ? t("ordering.secretSet", { when: time(ordering.secret_set_at) }) : t("ordering.secretHint"))} slotProps={{ htmlInput: { spellCheck: false } }} />
          <Button size="small" onClick={() => set("secret", newSecret())} sx={{ mt: 1 }}>
            {t("ordering.newSecret")}
          </Button>
        </Box>
      )}
    </FormDrawer>
  );
}
