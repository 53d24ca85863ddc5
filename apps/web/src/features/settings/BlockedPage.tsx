import Button from "@mui/material/Button";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { SettingsFrame } from "./SettingsFrame";

/** Addresses to which nothing is sent any more, because mails came back or were not wanted. */
export function BlockedPage() {
  const { t } = useTranslation(["settings", "common"]);
  const { day } = useFormats();
  const toast = useToast();
  const mayWrite = useMay("plugin:write");
  const list = useList("/api/v1/blocked-addresses");
  const lift = useAct((one: { id: string; address: string }) => api.DELETE("/api/v1/blocked-addresses/{block_id}", { params: { path: { block_id: one.id } } }), {
    touches: ["blocked-addresses"],
    done: (_, { address }) => toast({ text: t("blocked.lifted", { address }) }),
  });
  return (
    <SettingsFrame>
      <DataTable
        caption={t("tab.blocked")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("blocked.empty"), hint: t("blocked.emptyHint") }}
        columns={[
          { id: "address", header: t("blocked.address"), cell: (one) => <strong>{one.address}</strong> },
          { id: "person", header: t("blocked.person"), cell: (one) => one.person ?? "–" },
          { id: "reason", header: t("common:reason"), cell: (one) => t(`blocked.reason.${one.reason}` as "blocked.reason.bounced", { defaultValue: one.reason }) },
          { id: "since", header: t("common:since"), cell: (one) => day(one.since) },
          {
            id: "act",
            header: "",
            align: "right",
            cell: (one) =>
              mayWrite && (
                <Button size="small" aria-label={`${t("blocked.lift")}: ${one.address}`} loading={lift.isPending && lift.variables.id === one.id} onClick={() => lift.mutate(one)}>
                  {t("blocked.lift")}
                </Button>
              ),
          },
        ]}
      />
    </SettingsFrame>
  );
}
