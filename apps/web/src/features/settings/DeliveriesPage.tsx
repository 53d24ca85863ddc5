import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, once } from "../../api/client";
import { useAct } from "../../api/query";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useFailureText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { StateFilter } from "../apps/StateFilter";
import { SettingsFrame } from "./SettingsFrame";

const route = getRouteApi("/shell/settings/deliveries");
const STATES = ["new", "folded", "posted", "sent", "delivered", "failed"] as const;
const CHANNELS = ["in_app", "mail", "sms", "webhook"] as const;
const TONES: Record<(typeof STATES)[number], "default" | "info" | "success" | "error"> = { new: "default", folded: "default", posted: "info", sent: "success", delivered: "success", failed: "error" };

/** What became of one's own news, by each way on which they are brought. */
export function DeliveriesPage() {
  const { t } = useTranslation(["settings", "notifications", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { time, quantity } = useFormats();
  const failure = useFailureText();
  const toast = useToast();
  const { channel, state } = search;
  const list = useList("/api/v1/notification-deliveries", { query: { ...(channel ? { channel } : {}), ...(state ? { state } : {}) } });
  const narrow = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const again = useAct((item: string, key) => api.POST("/api/v1/notification-deliveries/{item_id}/redeliver", { params: { path: { item_id: item }, header: once(key) } }), {
    touches: ["notification-deliveries"],
    done: () => toast({ text: t("delivery.again") }),
  });
  return (
    <SettingsFrame>
      <DataTable
        caption={t("tab.deliveries")}
        rows={list.items}
        rowId={(one) => `${one.id}/${one.channel}`}
        list={list}
        empty={{ title: t("delivery.empty"), hint: t("delivery.emptyHint") }}
        narrowed={channel || state ? { clear: () => narrow({ channel: undefined, state: undefined }) } : null}
        toolbar={
          <>
            <TextField select label={t("delivery.channel")} value={channel ?? ""} onChange={(event) => narrow({ channel: (event.target.value || undefined) as typeof channel })} sx={{ width: { xs: "100%", sm: 200 } }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("common:all")}</MenuItem>
              {CHANNELS.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`notifications:channel.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            <StateFilter states={STATES} words={(one) => t(`delivery.state.${one}`)} value={state} set={(to) => narrow({ state: to })} />
          </>
        }
        columns={[
          {
            id: "kind",
            header: t("delivery.news"),
            cell: (one) => (
              <Link to="/notifications" sx={{ fontWeight: 600, color: "text.primary" }}>
                {t(`notifications:kind.${one.kind}`)}
              </Link>
            ),
          },
          { id: "channel", header: t("delivery.channel"), cell: (one) => t(`notifications:channel.${one.channel}`) },
          { id: "timing", header: t("delivery.timing"), card: "none", cell: (one) => t(`notifications:timing.${one.timing}`) },
          { id: "created", header: t("common:date"), cell: (one) => time(one.created_at) },
          { id: "state", header: t("common:status"), cell: (one) => <Chip size="small" variant="outlined" color={TONES[one.state]} label={t(`delivery.state.${one.state}`)} /> },
          { id: "attempts", header: t("delivery.attempts"), align: "right", cell: (one) => quantity(one.attempts) },
          { id: "outcome", header: t("delivery.outcome"), cell: (one) => (one.why ? failure(one.why) : "–") },
          {
            id: "act",
            header: "",
            align: "right",
            cell: (one) =>
              one.state === "failed" && (
                <Button size="small" aria-label={`${t("delivery.redeliver")}: ${t(`notifications:kind.${one.kind}`)}`} loading={again.isPending && again.variables === one.id} onClick={() => again.mutate(one.id)}>
                  {t("delivery.redeliver")}
                </Button>
              ),
          },
        ]}
      />
    </SettingsFrame>
  );
}
