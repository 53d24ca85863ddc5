import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useKept } from "../../offline/useKept";
import { useSession } from "../../session/session";
import { useToast } from "../../ui/toasts";
import { UNDER_WAY } from "./tabs";

export type Transfer = Schemas["TransferView"];
export const TOUCHED = ["transfers", "stock", "products", "requests", "dashboard"] as const;

/** What this person may do with a transfer as it stands. */
export function useMayDo({ state, source, destination }: Transfer) {
  const { can, worksAt } = useSession();
  const [starts, confirms] = [can("transfer:start"), can("transfer:confirm")];
  const [gives, gets] = [worksAt(source.id), worksAt(destination.id)];
  const isUnderWay = UNDER_WAY.includes(state);
  return {
    submit: starts && gives && state === "draft",
    cancel: starts && gives && (state === "draft" || state === "pending"),
    dispatch: confirms && gives && state === "pending",
    receive: confirms && gets && (isUnderWay || state === "pending"),
    recall: starts && gives && isUnderWay,
  };
}

/** The plain deeds, each of one click. */
export function useTransferDeed(transfer: Transfer, deed: "submit" | "cancel" | "recall" | "dispatch", done?: () => void) {
  const { t } = useTranslation("transfers");
  const toast = useToast();
  return useAct(
    (_: void, key) =>
      data(
        api.POST(`/api/v1/transfers/{transfer_id}/${deed}` as "/api/v1/transfers/{transfer_id}/cancel", {
          params: { path: { transfer_id: transfer.id }, header: { ...once(key), ...ifUnchanged(transfer.version) } },
        }),
      ),
    {
      touches: TOUCHED,
      done: () => {
        toast({ text: t(`did.${deed}`, { number: transfer.number }) });
        done?.();
      },
    },
  );
}

/** Takes in what arrived; without a network it waits on this device. */
export function useReceive(transfer: Transfer) {
  const { t } = useTranslation("transfers");
  const keep = useKept();
  const title = t("did.receive", { number: transfer.number });
  return (body: Schemas["ReceiveTransfer"], key: string) =>
    keep<Schemas["ReceiveTransfer"], Transfer>({ path: `transfers/${transfer.id}/receive`, body, title, touches: TOUCHED }, key);
}

/** Says that it arrived, or that it waits here. */
export function useReceivedToast(transfer: Transfer) {
  const { t } = useTranslation("transfers");
  const toast = useToast();
  return (kept: { waits: string } | { answer: Transfer }) =>
    toast("waits" in kept ? { text: t("did.waits", { number: transfer.number }), severity: "warning" } : { text: t("did.receive", { number: transfer.number }) });
}
