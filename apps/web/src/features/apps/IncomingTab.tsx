import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, once } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { TONES } from "./LogTab";
import { TOUCHED, useReason, type Plugin } from "./plugin";
import { StateFilter } from "./StateFilter";

const route = getRouteApi("/shell/apps/$pluginId");
const STATES = ["waiting", "read", "dead"] as const;

/** What the other side has told. */
export function IncomingTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { time, quantity } = useFormats();
  const reason = useReason();
  const toast = useToast();
  const mayWrite = useMay("plugin:write");
  const state = STATES.find((one) => one === search.state);
  const list = useList("/api/v1/plugins/{plugin_id}/webhooks", { path: { plugin_id: plugin.id }, query: state ? { state } : {} });
  const retry = useAct((webhook: string, key) => api.POST("/api/v1/plugins/{plugin_id}/webhooks/{webhook_id}/retry", { params: { path: { plugin_id: plugin.id, webhook_id: webhook }, header: once(key) } }), {
    touches: TOUCHED,
    done: () => toast({ text: t("log.again") }),
  });
  const narrow = (to: string | undefined) => void navigate({ search: { tab: "incoming", state: to }, replace: true });
  return (
    <DataTable
      caption={t("tab.incoming")}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={{ title: t("incoming.empty"), hint: t("incoming.emptyHint") }}
      narrowed={state ? { clear: () => narrow(undefined) } : null}
      toolbar={<StateFilter states={STATES} words={(one) => t(`log.${one}`)} value={state} set={narrow} />}
      columns={[
        { id: "received", header: t("common:date"), cell: (one) => time(one.received_at) },
        { id: "event", header: t("incoming.event"), cell: (one) => one.event_id },
        { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={TONES[one.state]} label={t(`log.${one.state}`)} /> },
        { id: "size", header: t("incoming.size"), align: "right", card: "none", cell: (one) => t("incoming.bytes", { count: one.size, shown: quantity(one.size) }) },
        { id: "attempts", header: t("log.attempts"), align: "right", cell: (one) => quantity(one.attempts) },
        { id: "error", header: t("log.error"), cell: (one) => (one.error ? reason(one.error) : "–") },
        {
          id: "act",
          header: "",
          align: "right",
          cell: (one) =>
            mayWrite &&
            one.kept &&
            one.state !== "read" && (
              <Button size="small" aria-label={`${t("incoming.retry")}: ${one.event_id}`} loading={retry.isPending && retry.variables === one.id} onClick={() => retry.mutate(one.id)}>
                {t("incoming.retry")}
              </Button>
            ),
        },
      ]}
    />
  );
}
