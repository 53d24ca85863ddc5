import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemText from "@mui/material/ListItemText";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { StateChip } from "../../ui/StateChip";
import { OPEN_ORDERS } from "./modes";

const MOST = 200;
const NOTHING: readonly never[] = [];

/** The purchase orders that goods of this person's sites may still come for. */
export function useOpenOrders(isWanted: boolean) {
  const { worksAt } = useSession();
  const answer = useQuery({ ...read("/api/v1/purchase-orders", { query: { state: [...OPEN_ORDERS], limit: MOST } as never }), enabled: isWanted });
  const items = answer.data?.items ?? NOTHING;
  return { answer, items: useMemo(() => items.filter(({ site }) => worksAt(site.id)), [items, worksAt]) };
}

/** The transfers that this person can send or receive. */
export function useOpenTransfers(isWanted: boolean) {
  const { worksAt } = useSession();
  const answer = useQuery({ ...read("/api/v1/transfers", { query: { state: ["pending", "in_transit", "partially_received"], limit: MOST } as never }), enabled: isWanted });
  const items = answer.data?.items ?? NOTHING;
  return { answer, items: useMemo(() => items.filter(({ state, source, destination }) => worksAt(state === "pending" ? source.id : destination.id)), [items, worksAt]) };
}

/** The counts that are open at this person's sites. */
export function useOpenCounts(isWanted: boolean) {
  const { worksAt } = useSession();
  const answer = useQuery({ ...read("/api/v1/stock/counts", { query: { state: ["planned", "counting"], limit: MOST } as never }), enabled: isWanted });
  const items = answer.data?.items ?? NOTHING;
  return { answer, items: useMemo(() => items.filter(({ site }) => worksAt(site.id)), [items, worksAt]) };
}

function Chooser({ title, answer, none, children, isEmpty }: { title: string; answer: UseQueryResult<unknown>; none: string; children: ReactNode; isEmpty: boolean }) {
  return (
    <Paper variant="outlined" component="section" aria-label={title} sx={{ p: 4 }}>
      <Typography variant="h2" sx={{ mb: 2 }}>
        {title}
      </Typography>
      {answer.isPending ? (
        <LateSkeleton rows={2} />
      ) : answer.error && isEmpty ? (
        <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} />
      ) : isEmpty ? (
        <Typography color="textSecondary" variant="body2">
          {none}
        </Typography>
      ) : (
        <Box sx={{ maxHeight: 360, overflowY: "auto", mx: -4 }} tabIndex={0} role="region" aria-label={title}>
          <List disablePadding>{children}</List>
        </Box>
      )}
    </Paper>
  );
}

function Choice({ title, detail, state, choose }: { title: string; detail: string; state: string; choose: () => void }) {
  return (
    <ListItem disablePadding>
      <ListItemButton onClick={choose} sx={{ px: 4, minHeight: 56, gap: 2 }}>
        <ListItemText primary={title} secondary={detail} slotProps={{ primary: { className: "figures" }, secondary: { sx: { overflowWrap: "anywhere" } } }} />
        <StateChip state={state} />
      </ListItemButton>
    </ListItem>
  );
}

export function OrderChooser({ open, choose, loose }: { open: ReturnType<typeof useOpenOrders>; choose: (id: string) => void; loose: (() => void) | null }) {
  const { t } = useTranslation("scan");
  const { day } = useFormats();
  return (
    <>
      <Chooser title={t("choose.order")} answer={open.answer} none={t("choose.noOrder")} isEmpty={open.items.length === 0}>
        {open.items.map((order) => (
          <Choice key={order.id} title={t("document.order", { number: order.number })} detail={`${order.supplier.name} → ${order.site.name}${order.due_on ? ` · ${day(order.due_on)}` : ""}`} state={order.state} choose={() => choose(order.id)} />
        ))}
      </Chooser>
      {loose && (
        <Button variant="outlined" onClick={loose} sx={{ alignSelf: "flex-start" }}>
          {t("choose.loose")}
        </Button>
      )}
    </>
  );
}

export function TransferChooser({ open, choose }: { open: ReturnType<typeof useOpenTransfers>; choose: (id: string) => void }) {
  const { t } = useTranslation("scan");
  return (
    <Chooser title={t("choose.transfer")} answer={open.answer} none={t("choose.noTransfer")} isEmpty={open.items.length === 0}>
      {open.items.map((transfer) => (
        <Choice
          key={transfer.id}
          title={t(transfer.state === "pending" ? "document.dispatch" : "document.receipt", { number: transfer.number })}
          detail={`${transfer.source.name} → ${transfer.destination.name}`}
          state={transfer.state}
          choose={() => choose(transfer.id)}
        />
      ))}
    </Chooser>
  );
}

export function CountChooser({ open, choose }: { open: ReturnType<typeof useOpenCounts>; choose: (count: { id: string; number: number; site: string }) => void }) {
  const { t } = useTranslation("scan");
  return (
    <Chooser title={t("choose.count")} answer={open.answer} none={t("choose.noCount")} isEmpty={open.items.length === 0}>
      {open.items.map((count) => (
        <Choice key={count.id} title={t("document.count", { number: count.number })} detail={[count.site.name, count.note].filter(Boolean).join(" · ")} state={count.state} choose={() => choose({ id: count.id, number: count.number, site: count.site.code })} />
      ))}
    </Chooser>
  );
}
