import Button from "@mui/material/Button";
import CheckIcon from "@mui/icons-material/CheckOutlined";
import InventoryIcon from "@mui/icons-material/Inventory2Outlined";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import MoreIcon from "@mui/icons-material/MoreVertOutlined";
import SendIcon from "@mui/icons-material/SendOutlined";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import { useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { compare } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { AcknowledgeDrawer } from "./AcknowledgeDrawer";
import { allows, isUnderway, TOUCHED, type Order } from "./order";
import { ReceiveDrawer } from "./ReceiveDrawer";

type Props = { order: Order; isReceiving: boolean; setReceiving: (open: boolean) => void };

/** What can be done with an order as it stands, by whoever looks at it. */
export function OrderActions({ order, isReceiving, setReceiving }: Props) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can, worksAt } = useSession();
  const [isAcknowledging, setAcknowledging] = useState(false);
  const here = worksAt(order.site.id);
  const mayWrite = here && can("purchase:write");
  const mayReceive = here && can("purchase:receive") && allows(order.state, "receive");
  return (
    <>
      {mayWrite && <MoreMenu order={order} acknowledge={() => setAcknowledging(true)} />}
      {mayWrite && allows(order.state, "change") && (
        <LinkButton to="/purchases/$orderId/edit" params={{ orderId: order.id }} variant="outlined">
          {common("edit")}
        </LinkButton>
      )}
      {mayWrite && allows(order.state, "submit") && <Submit order={order} />}
      {here && can("purchase:approve") && allows(order.state, "approve") && <Approve order={order} />}
      {mayWrite && allows(order.state, "send") && !isUnderway(order) && <Send order={order} />}
      {mayWrite && order.state === "sent" && (
        <Button variant="outlined" startIcon={<CheckIcon />} onClick={() => setAcknowledging(true)}>
          {t("acknowledge.open")}
        </Button>
      )}
      {mayReceive && <Receive order={order} open={() => setReceiving(true)} />}
      {mayReceive && isReceiving && <ReceiveDrawer order={order} close={() => setReceiving(false)} />}
      {mayWrite && isAcknowledging && <AcknowledgeDrawer order={order} close={() => setAcknowledging(false)} />}
    </>
  );
}

const at = (order: Order) => ({ path: { order_id: order.id }, header: ifUnchanged(order.version) });
const keyed = (order: Order, key: string) => ({ path: { order_id: order.id }, header: { ...ifUnchanged(order.version), ...once(key) } });

function Submit({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const toast = useToast();
  const act = useAct((one: Order) => data(api.POST("/api/v1/purchase-orders/{order_id}/submit", { params: at(one) })), {
    touches: TOUCHED,
    done: (after) => toast({ text: t(after.state === "to_approve" ? "done.toApprove" : "done.approved", { number: after.number }) }),
  });
  return (
    <Button variant="contained" loading={act.isPending} onClick={() => act.mutate(order)}>
      {t("submit")}
    </Button>
  );
}

function Approve({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { profile } = useSession();
  const toast = useToast();
  const act = useAct((one: Order, key) => data(api.POST("/api/v1/purchase-orders/{order_id}/approve", { params: keyed(one, key) })), {
    touches: TOUCHED,
    done: (after) => toast({ text: t("done.approved", { number: after.number }) }),
  });
  const isOwn = order.submitted_by?.id === profile.id;
  return (
    <Tooltip title={isOwn ? t("ownOrder") : ""}>
      <span>
        <Button variant="contained" startIcon={<CheckIcon />} loading={act.isPending} disabled={isOwn} onClick={() => act.mutate(order)}>
          {t("approve")}
        </Button>
      </span>
    </Tooltip>
  );
}

/** The way the supplier wants its orders, where one may know it. */
function useChannel(order: Order): { channel: string; address: string } | null {
  const { can } = useSession();
  const supplier = useQuery({ ...read("/api/v1/suppliers/{supplier_id}", { path: { supplier_id: order.supplier.id } }), enabled: can("supplier:read") && allows(order.state, "send") });
  return supplier.data?.ordering ?? null;
}

function useSend() {
  const { t } = useTranslation("purchases");
  const toast = useToast();
  return useAct(({ order, byHand }: { order: Order; byHand: boolean }, key) => data(api.POST("/api/v1/purchase-orders/{order_id}/send", { params: keyed(order, key), body: { by_hand: byHand } })), {
    touches: TOUCHED,
    done: (after) => toast({ text: t(after.state === "approved" ? "done.sending" : "done.sent", { number: after.number }) }),
  });
}

function Send({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const ordering = useChannel(order);
  const act = useSend();
  const channel = ordering?.channel ?? "";
  const label = channel === "manual" ? t("send.manual") : channel === "mail" ? t("send.mail", { address: ordering!.address }) : channel === "http" ? t("send.http") : t("send.other");
  return (
    <Button variant="contained" startIcon={<SendIcon />} loading={act.isPending} onClick={() => act.mutate({ order, byHand: false })} sx={{ maxWidth: "100%", overflowWrap: "anywhere" }}>
      {label}
    </Button>
  );
}

/** All that is open by one press, or what came line by line. Lots and serial numbers have to be read from the goods. */
function Receive({ order, open }: { order: Order; open: () => void }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const toast = useToast();
  const hasTracked = order.lines.some((line) => line.tracking !== "none" && compare(line.open, "0") > 0);
  const undo = useAct(
    ({ after, posting }: { after: Order; posting: string }, key) =>
      data(api.POST("/api/v1/purchase-orders/{order_id}/receipts/{posting_id}/reverse", { params: { path: { order_id: after.id, posting_id: posting }, header: { ...ifUnchanged(after.version), ...once(key) } }, body: { reason: t("receipt.undone") } })),
    { touches: TOUCHED },
  );
  const act = useAct((one: Order, key) => data(api.POST("/api/v1/purchase-orders/{order_id}/receive", { params: keyed(one, key) })), {
    touches: TOUCHED,
    done: (after) => {
      const posting = after.receipts.at(-1)?.posting;
      toast({ text: t("done.received", { number: after.number }), ...(posting && can("stock:reverse") ? { action: { label: common("undo"), do: () => undo.mutate({ after, posting }) } } : {}) });
    },
  });
  return (
    <>
      <Button variant={hasTracked ? "contained" : "outlined"} startIcon={<InventoryIcon />} onClick={open}>
        {t("receive.open")}
      </Button>
      {!hasTracked && (
        <Button variant="contained" loading={act.isPending} onClick={() => act.mutate(order)}>
          {t("receive.all")}
        </Button>
      )}
    </>
  );
}

type Asking = "close" | "cancel" | null;

/** What one does more rarely: change what was promised, end it, throw a draft away. */
function MoreMenu({ order, acknowledge }: { order: Order; acknowledge: () => void }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [asking, setAsking] = useState<Asking>(null);
  const send = useSend();
  const remove = useRemove(order);
  const ordering = useChannel(order);
  const isOpen = order.lines.some(({ open }) => compare(open, "0") > 0);
  const end = useAct(
    ({ how, reason }: { how: "close" | "cancel"; reason: string }) => data(api.POST(`/api/v1/purchase-orders/{order_id}/${how}`, { params: at(order), body: { reason } })),
    { touches: TOUCHED, quiet: asking !== null, done: () => setAsking(null) },
  );
  const items = [
    order.state === "acknowledged" && { text: t("acknowledge.change"), act: acknowledge },
    allows(order.state, "send") && ordering?.channel !== "manual" && { text: t("send.byHand"), act: () => send.mutate({ order, byHand: true }) },
    allows(order.state, "close") && { text: t(isOpen ? "closeOpen" : "close"), act: () => (isOpen ? setAsking("close") : end.mutate({ how: "close", reason: "" })) },
    allows(order.state, "cancel") && { text: t("cancel"), act: () => setAsking("cancel") },
    allows(order.state, "change") && { text: t("deleteDraft"), act: () => remove.mutate(undefined) },
  ].filter((item) => item !== false);
  if (items.length === 0) {
    return null;
  }
  return (
    <>
      <IconButton aria-label={common("more")} aria-haspopup="menu" onClick={({ currentTarget }) => setAnchor(currentTarget)}>
        <MoreIcon />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {items.map(({ text, act }) => (
          <MenuItem
            key={text}
            onClick={() => {
              setAnchor(null);
              act();
            }}
          >
            {text}
          </MenuItem>
        ))}
      </Menu>
      <ReasonDialog
        open={asking !== null}
        title={t(asking === "close" ? "closeOpen" : "cancel")}
        text={t(asking === "close" ? "closeText" : "cancelText")}
        action={t(asking === "close" ? "closeOpen" : "cancel")}
        reason={common("reason")}
        close={() => {
          setAsking(null);
          end.reset();
        }}
        act={(reason) => asking && end.mutate({ how: asking, reason })}
        busy={end.isPending}
        problem={end.error}
      />
    </>
  );
}

/** Throws a draft away; undone by drafting it anew. */
function useRemove(order: Order) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const toast = useToast();
  const navigate = useNavigate();
  const again = useAct(
    (_: undefined, key) =>
      data(
        api.POST("/api/v1/purchase-orders", {
          params: { header: once(key) },
          body: {
            supplier: order.supplier.id,
            site: order.site.id,
            note: order.note,
            over_receipt_tolerance: order.over_receipt_tolerance,
            ...(order.exchange_rate === "1" ? {} : { exchange_rate: order.exchange_rate }),
            lines: order.lines.map((line) => ({
              ...(line.item ? { item: line.item } : { product: line.product }),
              quantity: line.quantity,
              ...(line.unit_price === null ? {} : { unit_price: line.unit_price }),
              ...(line.expected_on ? { expected_on: line.expected_on } : {}),
            })),
          },
        }),
      ),
    { touches: TOUCHED, done: (made) => void navigate({ to: "/purchases/$orderId", params: { orderId: made.id }, search: {} }) },
  );
  return useAct(() => api.DELETE("/api/v1/purchase-orders/{order_id}", { params: at(order) }), {
    removes: order.id,
    touches: TOUCHED,
    done: () => {
      toast({ text: t("done.deleted", { number: order.number }), action: { label: common("undo"), do: () => again.mutate(undefined) } });
      void navigate({ to: "/purchases", search: {} });
    },
  });
}
