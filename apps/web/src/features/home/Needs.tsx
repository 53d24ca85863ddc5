import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemText from "@mui/material/ListItemText";
import Stack from "@mui/material/Stack";
import { useTranslation } from "react-i18next";
import { api, ifUnchanged, send, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useToast } from "../../ui/toasts";
import { Block, Quiet } from "./Block";
import type { BlockProps } from "./blocks";

type Need = Schemas["Need"];
const TOUCHED = ["dashboard", "requests", "transfers", "purchase-orders", "replenishment", "stock"];

/** Where one looks at what waits. */
const PLACES: Record<Need["kind"], (need: Need) => string> = {
  request_to_approve: ({ id }) => `/requests/${id}`,
  request_to_fulfil: ({ id }) => `/requests/${id}`,
  transfer_to_dispatch: ({ id }) => `/transfers/${id}`,
  transfer_to_receive: ({ id }) => `/transfers/${id}`,
  order_to_approve: ({ id }) => `/purchases/${id}`,
  order_late: ({ id }) => `/purchases/${id}`,
  proposal_to_accept: () => "/replenishment",
  count_to_approve: ({ id }) => `/counts/${id}`,
  channel_order_to_review: ({ id }) => `/channel-orders/${id}`,
  channel_items_to_review: ({ id }) => `/apps/${id}`,
  plugin_trouble: ({ id }) => `/apps/${id}`,
};

/** What waits for this person, each with what does it in one click. */
export function Needs({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const items = dashboard.needs?.items ?? [];
  const counts = Object.entries(dashboard.needs?.counts ?? {});
  const total = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  return (
    <Block title={t("block.needs")} action={total > items.length ? <Chip size="small" label={total} /> : undefined} flush>
      {items.length === 0 ? (
        <Quiet>{t("nothing.needs")}</Quiet>
      ) : (
        <List dense disablePadding sx={{ pb: 2, maxHeight: 300, overflow: "auto", "@media print": { maxHeight: "none" } }} tabIndex={0} aria-label={t("block.needs")}>
          {items.map((need) => (
            <Waiting key={`${need.kind} ${need.id}`} need={need} />
          ))}
        </List>
      )}
    </Block>
  );
}

function Waiting({ need }: { need: Need }) {
  const { t } = useTranslation(["home", "common"]);
  const told = (what: "need" | "didIt") => t(`${what}.${need.kind}` as "need.plugin_trouble", need.title as { name: string; problem: string });
  const { ago } = useFormats();
  const toast = useToast();
  const act = useAct(
    (action: NonNullable<Need["action"]>, key) =>
      send(action.method, action.path.replace(/^\/api\/v1\//, ""), action.body ? JSON.stringify(action.body) : null, {
        ...(action.body ? { "content-type": "application/json" } : {}),
        ...(action.keyed ? { "Idempotency-Key": key } : {}),
        ...(action.if_match ? { "If-Match": action.if_match } : {}),
      }),
    { touches: TOUCHED, done: (answer) => void say(answer) },
  );
  const reopen = useAct(({ id, version }: Schemas["OrderRequestView"]) => api.POST("/api/v1/requests/{request_id}/reopen", { params: { path: { request_id: id }, header: ifUnchanged(version) } }), { touches: TOUCHED });
  // What was approved here by one press is taken back by one.
  const say = async (answer: Response) => {
    const isApproval = need.kind === "request_to_approve";
    const approved = isApproval ? ((await answer.json()) as Schemas["OrderRequestView"]) : null;
    toast({ text: told("didIt"), ...(approved && { action: { label: t("common:undo"), do: () => reopen.mutate(approved) } }) });
  };
  const { action } = need;
  return (
    <ListItem sx={{ px: 4, gap: 3 }}>
      <ListItemText
        sx={{ overflowWrap: "anywhere" }}
        primary={
          <Link to={PLACES[need.kind](need) as "/"} variant="body2">
            {told("need")}
          </Link>
        }
        secondary={
          <Stack component="span" direction="row" spacing={2} sx={{ fontSize: "0.75rem" }}>
            {need.site && <span>{need.site}</span>}
            {need.since && <span>{ago(need.since)}</span>}
          </Stack>
        }
      />
      {action && (
        <Button size="small" variant="outlined" loading={act.isPending} onClick={() => act.mutate(action)} sx={{ flexShrink: 0 }}>
          {t(`doIt.${need.kind}`)}
        </Button>
      )}
    </ListItem>
  );
}
