import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { TOUCHED, useReason, type Plugin } from "./plugin";
import { StateFilter } from "./StateFilter";

const route = getRouteApi("/shell/apps/$pluginId");
const STATES = ["waiting", "done", "dead"] as const;
export const TONES = { waiting: "info", done: "success", read: "success", delivered: "success", dead: "error" } as const;

/** What became of the events that the app reacts to. */
export function LogTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { time, quantity } = useFormats();
  const reason = useReason();
  const toast = useToast();
  const mayWrite = useMay("plugin:write");
  const state = STATES.find((one) => one === search.state);
  const list = useList("/api/v1/plugins/{plugin_id}/deliveries", { path: { plugin_id: plugin.id }, query: state ? { state } : {} });
  const redeliver = useAct((event: string) => api.POST("/api/v1/plugins/{plugin_id}/deliveries/{event_id}/redeliver", { params: { path: { plugin_id: plugin.id, event_id: event } } }), {
    touches: TOUCHED,
    done: () => toast({ text: t("log.again") }),
  });
  const narrow = (to: string | undefined) => void navigate({ search: { tab: "log", state: to }, replace: true });
  return (
    <DataTable
      caption={t("tab.log")}
      rows={list.items}
      rowId={(one) => `${one.id}/${one.reaction}`}
      list={list}
      empty={{ title: t("log.empty"), hint: t("log.emptyHint") }}
      narrowed={state ? { clear: () => narrow(undefined) } : null}
      toolbar={<StateFilter states={STATES} words={(one) => t(`log.${one}`)} value={state} set={narrow} />}
      columns={[
        { id: "type", header: t("log.event"), cell: (one) => one.type },
        { id: "occurred", header: t("common:date"), cell: (one) => time(one.occurred_at) },
        { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={TONES[one.state]} label={t(`log.${one.state}`)} /> },
        { id: "attempts", header: t("log.attempts"), align: "right", cell: (one) => quantity(one.attempts) },
        { id: "at", header: t("log.at"), card: "none", cell: (one) => time(one.at) },
        { id: "error", header: t("log.error"), cell: (one) => (one.last_error ? reason(one.last_error) : "–") },
        {
          id: "act",
          header: "",
          align: "right",
          cell: (one) =>
            mayWrite && (
              <Button size="small" aria-label={`${t("log.redeliver")}: ${one.type}`} loading={redeliver.isPending && redeliver.variables === one.id} onClick={() => redeliver.mutate(one.id)}>
                {t("log.redeliver")}
              </Button>
            ),
        },
      ]}
    />
  );
}
