import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { NotFoundPage } from "../../shell/NotFoundPage";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { BackLink } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { useFailureText } from "../../ui/problems";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { TONES } from "../apps/LogTab";
import { StateFilter } from "../apps/StateFilter";
import { SecretDialog, type Shown } from "./SecretDialog";
import { WebhookDrawer, WebhookState, type Webhook } from "./WebhooksPage";

const route = getRouteApi("/shell/settings/webhooks/$webhookId");
const TOUCHED = ["webhooks"];

/** One webhook: whether it works, and what was sent to it. */
export function WebhookPage() {
  const { webhookId } = route.useParams();
  const answer = useQuery(read("/api/v1/webhooks/{webhook_id}", { path: { webhook_id: webhookId } }));
  if (answer.data) {
    return <Shown webhook={answer.data} />;
  }
  if (answer.error && [404, 422].includes(asProblem(answer.error).status)) {
    return <NotFoundPage />;
  }
  return answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />;
}

function Shown({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation(["settings", "common"]);
  const { time } = useFormats();
  const mayWrite = useMay("webhook:write");
  const navigate = useNavigate();
  const toast = useToast();
  const [doing, setDoing] = useState<"edit" | "delete" | "rotate" | null>(null);
  const [secret, setSecret] = useState<Shown | null>(null);
  const close = () => setDoing(null);
  const path = { webhook_id: webhook.id };
  const ping = useAct(() => data(api.POST("/api/v1/webhooks/{webhook_id}/ping", { params: { path } })), { touches: [] });
  const enable = useAct(() => api.POST("/api/v1/webhooks/{webhook_id}/enable", { params: { path } }), { touches: TOUCHED, done: () => toast({ text: t("webhook.isOn") }) });
  const disable = useAct(() => api.POST("/api/v1/webhooks/{webhook_id}/disable", { params: { path } }), { touches: TOUCHED, done: () => toast({ text: t("webhook.isOff"), action: { label: t("common:undo"), do: () => enable.mutate(undefined) } }) });
  const remove = useAct(() => api.DELETE("/api/v1/webhooks/{webhook_id}", { params: { path, header: ifUnchanged(webhook.version) } }), { removes: webhook.id, touches: TOUCHED, quiet: true, done: () => void navigate({ to: "/settings/webhooks" }) });
  const rotate = useAct(() => data(api.POST("/api/v1/webhooks/{webhook_id}/rotate-secret", { params: { path } })), {
    touches: TOUCHED,
    quiet: true,
    done: (made) => {
      close();
      setSecret({ title: t("webhook.rotate"), fields: [{ label: t("webhook.secret"), value: made.secret }], hint: t("webhook.rotated") });
    },
  });
  return (
    <Page
      title={webhook.description || webhook.url}
      above={<BackLink to="/settings/webhooks">{t("tab.webhooks")}</BackLink>}
      subtitle={
        <Stack direction="row" spacing={3} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <WebhookState webhook={webhook} />
          <Box component="span" sx={{ overflowWrap: "anywhere" }}>
            {webhook.url}
          </Box>
          <span>{webhook.event_types === null ? t("webhook.everything") : webhook.event_types.join(", ")}</span>
        </Stack>
      }
      actions={
        mayWrite && (
          <>
            {webhook.enabled ? (
              <Button variant="outlined" loading={disable.isPending} onClick={() => disable.mutate(undefined)}>
                {t("webhook.disable")}
              </Button>
            ) : (
              <Button variant="contained" loading={enable.isPending} onClick={() => enable.mutate(undefined)}>
                {t("webhook.enable")}
              </Button>
            )}
            <Button variant="outlined" loading={ping.isPending} onClick={() => ping.mutate(undefined)}>
              {t("webhook.ping")}
            </Button>
            <RowMenu
              label={t("common:more")}
              acts={[
                { label: t("common:edit"), act: () => setDoing("edit") },
                { label: t("webhook.rotate"), act: () => setDoing("rotate") },
                { label: t("common:delete"), act: () => setDoing("delete"), danger: true },
              ]}
            />
          </>
        )
      }
    >
      <Stack spacing={2} sx={{ mb: 4 }}>
        {ping.data && (
          <Alert severity={ping.data.accepted ? "success" : "error"} onClose={() => ping.reset()}>
            {ping.data.accepted
              ? t("webhook.answered", { status: ping.data.status, ms: ping.data.duration_ms })
              : ping.data.error
                ? t(`webhook.error.${ping.data.error}` as "webhook.error.timeout", { defaultValue: ping.data.error })
                : t("webhook.refused", { status: ping.data.status })}
          </Alert>
        )}
        {webhook.rests_until && <Alert severity="warning">{t("webhook.rests", { when: time(webhook.rests_until) })}</Alert>}
      </Stack>
      <Deliveries webhook={webhook} mayWrite={mayWrite} />
      {doing === "edit" && <WebhookDrawer webhook={webhook} close={close} />}
      <ReasonDialog open={doing === "delete"} title={t("webhook.deleteTitle")} text={t("webhook.deleteText")} action={t("common:delete")} close={close} act={() => remove.mutate(undefined)} busy={remove.isPending} problem={remove.error} />
      <ReasonDialog open={doing === "rotate"} title={t("webhook.rotate")} text={t("webhook.rotateText")} action={t("webhook.rotate")} close={close} act={() => rotate.mutate(undefined)} busy={rotate.isPending} problem={rotate.error} />
      <SecretDialog shown={secret} close={() => setSecret(null)} />
    </Page>
  );
}

const STATES = ["waiting", "delivered", "dead"] as const;

function Deliveries({ webhook, mayWrite }: { webhook: Webhook; mayWrite: boolean }) {
  const { t } = useTranslation(["settings", "common"]);
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const { time, quantity } = useFormats();
  const failure = useFailureText();
  const toast = useToast();
  const list = useList("/api/v1/webhooks/{webhook_id}/deliveries", { path: { webhook_id: webhook.id }, query: state ? { state } : {} });
  const narrow = (to: typeof state) => void navigate({ search: to ? { state: to } : {}, replace: true });
  const again = useAct((delivery: string, key) => api.POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", { params: { path: { webhook_id: webhook.id, delivery_id: delivery }, header: once(key) } }), {
    touches: TOUCHED,
    done: () => toast({ text: t("delivery.again") }),
  });
  return (
    <Section title={t("delivery.title")}>
      <DataTable
        caption={t("delivery.title")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("delivery.empty"), hint: t("webhook.noDeliveries") }}
        narrowed={state ? { clear: () => narrow(undefined) } : null}
        toolbar={<StateFilter states={STATES} words={(one) => t(`webhook.delivery.${one}`)} value={state} set={narrow} />}
        columns={[
          { id: "type", header: t("webhook.event"), cell: (one) => one.type },
          { id: "occurred", header: t("common:date"), cell: (one) => time(one.occurred_at) },
          { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={TONES[one.state]} label={t(`webhook.delivery.${one.state}`)} /> },
          { id: "attempts", header: t("delivery.attempts"), align: "right", cell: (one) => quantity(one.attempts) },
          { id: "next", header: t("delivery.next"), cell: (one) => time(one.next_try_at) },
          { id: "error", header: t("delivery.outcome"), cell: (one) => (one.why ? failure(one.why) : one.tries[0]?.status ? String(one.tries[0].status) : "–") },
          {
            id: "act",
            header: "",
            align: "right",
            cell: (one) =>
              mayWrite && (
                <Button size="small" aria-label={`${t("delivery.redeliver")}: ${one.type}`} loading={again.isPending && again.variables === one.id} onClick={() => again.mutate(one.id)}>
                  {t("delivery.redeliver")}
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}
