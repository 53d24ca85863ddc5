import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { compare } from "../../ui/formats";
import { useSites } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useAvailable, type Available } from "../transfers/availability";
import { UNDER_WAY } from "../transfers/tabs";
import { atOnce, giversOf, type Giver, type Request } from "./whence";

export const TOUCHED = ["requests", "transfers", "purchase-orders", "stock", "products", "dashboard"] as const;

const WITH_SUPPLIER = ["sent", "acknowledged", "partially_received", "received"];
const ENDED = ["closed", "cancelled"];

/** What this person may do with a request as it stands. */
export function useMayDo(request: Request) {
  const { can, worksAt, profile } = useSession();
  const { state, kind, transfer, purchase_order: order } = request;
  const isHere = worksAt(request.site.id);
  const isPending = state === "pending";
  const isMine = request.requested_by.id === profile.id && can("request:create");
  const isBegun = request.lines.some(({ fulfilled }) => compare(fulfilled, "0") > 0);
  const isUnderWay = (transfer !== null && UNDER_WAY.includes(transfer.state)) || (order !== null && WITH_SUPPLIER.includes(order.state));
  const mayMoreCome = (transfer !== null && ["pending", ...UNDER_WAY].includes(transfer.state)) || (order !== null && !ENDED.includes(order.state));
  const decides = can("request:approve") && isHere;
  const hands = can("request:fulfil") && isHere && state === "approved";
  return {
    edit: isMine && isPending,
    decide: decides && isPending,
    cancel: decides && (isPending || state === "approved") && !isBegun && !isUnderWay,
    fulfil: hands && kind === "customer_order",
    close: hands && isBegun && !mayMoreCome,
  };
}

/** What stands beside a request: what is there of its goods, who could give them, and how it is granted at once. */
export function useWhence(request: Request): { available: Available; givers: Giver[]; atOnce: { source: string | null } | null } {
  const { can, worksAt } = useSession();
  const available = useAvailable(request.lines.map(({ product }) => product));
  const sites = (useSites().data ?? []).filter(({ id, active, code }) => active && code !== request.site.code && worksAt(id)).map(({ code }) => code);
  const givers = can("transfer:start") ? giversOf(request.lines, available, sites) : [];
  return { available, givers, atOnce: atOnce(request, available, givers) };
}

const header = (request: Pick<Request, "version">) => ifUnchanged(request.version);

/** Grants it: all of it, or what the body says. */
export function approve(request: Request, body: Schemas["ApproveRequest"], key: string): Promise<Request> {
  return data(api.POST("/api/v1/requests/{request_id}/approve", { params: { path: { request_id: request.id }, header: { ...once(key), ...header(request) } }, body }));
}

/** Says how a request was decided, with a way to take that back. */
export function useDecidedToast(): (decided: Request) => void {
  const { t } = useTranslation(["requests", "common"]);
  const toast = useToast();
  const reopen = useAct((decided: Request) => data(api.POST("/api/v1/requests/{request_id}/reopen", { params: { path: { request_id: decided.id }, header: header(decided) } })), {
    touches: TOUCHED,
    done: ({ number }) => toast({ text: t("did.reopen", { number }), severity: "info" }),
  });
  return (decided) => {
    const text = t(decided.state === "rejected" ? "did.reject" : "did.approve", { number: decided.number });
    toast({ text, severity: decided.state === "rejected" ? "info" : "success", action: { label: t("common:undo"), do: () => reopen.mutate(decided) } });
  };
}

export function useApprove(request: Request) {
  const decided = useDecidedToast();
  return useAct((body: Schemas["ApproveRequest"], key) => approve(request, body, key), { touches: TOUCHED, done: decided });
}

/** What needs a reason. */
export function useReasoned(request: Request, deed: "reject" | "close", done: () => void) {
  const { t } = useTranslation("requests");
  const toast = useToast();
  const decided = useDecidedToast();
  return useAct(
    (reason: string) => data(api.POST(`/api/v1/requests/{request_id}/${deed}` as "/api/v1/requests/{request_id}/reject", { params: { path: { request_id: request.id }, header: header(request) }, body: { reason } })),
    {
      touches: TOUCHED,
      quiet: true,
      done: (after) => {
        if (deed === "reject") {
          decided(after);
        } else {
          toast({ text: t("did.close", { number: request.number }), severity: "info" });
        }
        done();
      },
    },
  );
}

export function useCancel(request: Request, done: () => void) {
  const { t } = useTranslation("requests");
  const toast = useToast();
  return useAct((_: void) => data(api.POST("/api/v1/requests/{request_id}/cancel", { params: { path: { request_id: request.id }, header: header(request) } })), {
    touches: TOUCHED,
    quiet: true,
    done: () => {
      toast({ text: t("did.cancel", { number: request.number }), severity: "info" });
      done();
    },
  });
}

/** Takes back what one asked for oneself. */
export function useTakeBack(request: Request, done: () => void) {
  const { t } = useTranslation("requests");
  const toast = useToast();
  return useAct((_: void) => api.DELETE("/api/v1/requests/{request_id}", { params: { path: { request_id: request.id }, header: header(request) } }), {
    removes: request.id,
    touches: ["requests", "dashboard"],
    quiet: true,
    done: () => {
      toast({ text: t("did.delete", { number: request.number }), severity: "info" });
      done();
    },
  });
}
