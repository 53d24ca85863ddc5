import AddIcon from "@mui/icons-material/AddOutlined";
import Autocomplete from "@mui/material/Autocomplete";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useForm } from "../../ui/useForm";
import { useList } from "../../ui/useList";
import { EVENT_TYPES } from "./eventTypes";
import { SecretDialog, type Shown } from "./SecretDialog";
import { SettingsFrame } from "./SettingsFrame";

export type Webhook = Schemas["WebhookView"];

/** Addresses to which is sent what happens. */
export function WebhooksPage() {
  const { t } = useTranslation(["settings", "common"]);
  const { day } = useFormats();
  const mayWrite = useSession().can("webhook:write");
  const list = useList("/api/v1/webhooks");
  const [isMaking, setMaking] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const add = mayWrite && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setMaking(true)}>
      {t("webhook.new")}
    </Button>
  );
  return (
    <SettingsFrame actions={add}>
      <DataTable
        caption={t("tab.webhooks")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("webhook.empty"), hint: t("webhook.emptyHint"), action: add }}
        columns={[
          {
            id: "url",
            header: t("webhook.url"),
            cell: (one) => (
              <Link to="/settings/webhooks/$webhookId" params={{ webhookId: one.id }} sx={{ fontWeight: 600, color: "text.primary", overflowWrap: "anywhere" }}>
                {one.url}
              </Link>
            ),
          },
          { id: "description", header: t("webhook.description"), cell: (one) => one.description || "–" },
          { id: "events", header: t("webhook.events"), cell: (one) => (one.event_types === null ? t("webhook.everything") : one.event_types.join(", ")) },
          { id: "state", header: t("common:status"), cell: (one) => <WebhookState webhook={one} /> },
          { id: "created", header: t("common:date"), card: "none", cell: (one) => day(one.created_at) },
        ]}
      />
      {isMaking && (
        <WebhookDrawer
          webhook={null}
          close={() => setMaking(false)}
          made={(secret) => {
            setMaking(false);
            setShown(secret);
          }}
        />
      )}
      <SecretDialog shown={shown} close={() => setShown(null)} />
    </SettingsFrame>
  );
}

export function WebhookState({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation("settings");
  return <Chip size="small" variant="outlined" color={webhook.enabled ? (webhook.failures > 0 ? "warning" : "success") : "default"} label={webhook.enabled ? t(webhook.failures > 0 ? "webhook.failing" : "webhook.on") : t(`webhook.stopped.${webhook.disabled_reason ?? "by_hand"}`)} />;
}

type Values = { url: string; description: string; event_types: string[] };

export function WebhookDrawer({ webhook, close, made }: { webhook: Webhook | null; close: () => void; made?: (secret: Shown) => void }) {
  const { t } = useTranslation(["settings", "common"]);
  const form = useForm<Values, Shown | null>({
    initial: { url: webhook?.url ?? "", description: webhook?.description ?? "", event_types: [...(webhook?.event_types ?? [])] },
    touches: ["webhooks"],
    send: async ({ url, description, event_types }) => {
      const body = { url: url.trim(), description: description.trim(), event_types: event_types.length > 0 ? event_types : null };
      if (webhook) {
        await api.PATCH("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: webhook.id }, header: ifUnchanged(webhook.version) }, body });
        return null;
      }
      const one = await data(api.POST("/api/v1/webhooks", { body }));
      return { title: one.url, fields: [{ label: t("webhook.secret"), value: one.secret }], hint: t("webhook.next") };
    },
    done: (secret) => (secret ? made?.(secret) : close()),
  });
  const { values, set, field, fault } = form;
  const wrong = [fault("event_types"), ...values.event_types.map((_, index) => fault(`event_types/${index}`))].filter(Boolean).join(" ");
  return (
    <FormDrawer open title={webhook ? t("common:edit") : t("webhook.new")} close={close} form={form} action={t("common:save")} disabled={!values.url.trim()}>
      <TextField {...field("url")} type="url" required autoFocus label={t("webhook.url")} placeholder="https://" helperText={fault("url") ?? t("webhook.urlHint")} />
      <TextField {...field("description")} label={t("webhook.description")} />
      <Autocomplete
        multiple
        disableCloseOnSelect
        options={EVENT_TYPES}
        value={values.event_types}
        onChange={(_, types) => set("event_types", types)}
        renderInput={(params) => <TextField {...params} label={t("webhook.events")} placeholder={values.event_types.length === 0 ? t("webhook.everything") : ""} error={Boolean(wrong)} helperText={wrong || t("webhook.eventsHint")} />}
      />
    </FormDrawer>
  );
}
