import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useSites } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { TOUCHED, type Proposal } from "./proposal";

type Accepted = Schemas["core_commands_replenishment_decisions_Accepted"];

/** Whether one may decide about proposals of a site, and those that move stock from another. */
export function useMayDecide(): (proposal: Proposal) => boolean {
  const { can, worksAt } = useSession();
  const sites = useSites();
  return (proposal) => {
    const site = sites.data?.find(({ code }) => code === proposal.site);
    return can("purchase:write") && site !== undefined && worksAt(site.id);
  };
}

export function useMayAccept(): (proposal: Proposal) => boolean {
  const { can, worksAt } = useSession();
  const mayDecide = useMayDecide();
  return (proposal) => mayDecide(proposal) && (proposal.source === null || (can("transfer:start") && worksAt(proposal.source.id)));
}

/** Says what was made, with the way there. */
export function useToldAccepted(): (made: Accepted) => void {
  const { t } = useTranslation("replenishment");
  const toast = useToast();
  const navigate = useNavigate();
  return ({ proposals, purchase_orders: [order], transfers: [transfer] }) => {
    const open = order ? () => void navigate({ to: "/purchases/$orderId", params: { orderId: order.id }, search: {} }) : transfer ? () => void navigate({ to: `/transfers/${transfer.id}` as "/" }) : null;
    const text = order ? t("accepted.order", { count: proposals, number: order.number }) : t("accepted.transfer", { count: proposals, number: transfer?.number ?? "" });
    toast({ text, ...(open ? { action: { label: t("accepted.open"), do: open } } : {}) });
  };
}

export function useAccept() {
  const told = useToldAccepted();
  return useAct(
    (proposal: Proposal, key) => data(api.POST("/api/v1/replenishment/proposals/{proposal_id}/accept", { params: { path: { proposal_id: proposal.id }, header: { ...ifUnchanged(proposal.version), ...once(key) } } })),
    { touches: TOUCHED, done: told },
  );
}

export function useAcceptMany(done: () => void) {
  const told = useToldAccepted();
  return useAct((ids: string[], key) => data(api.POST("/api/v1/replenishment/proposals:accept", { params: { header: once(key) }, body: { ids } })), {
    touches: TOUCHED,
    done: (made) => {
      done();
      told(made);
    },
  });
}
