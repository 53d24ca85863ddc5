import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useToast } from "../../ui/toasts";
import type { Count } from "./plan";

export const TOUCHED = ["stock", "products", "dashboard"] as const;

/** What this person may do with a count as it stands. */
export function useMayDo({ state, site }: Count) {
  const { can, worksAt } = useSession();
  const isHere = worksAt(site.id);
  const isOpen = state === "planned" || state === "counting";
  return {
    count: isHere && can("count:count") && isOpen,
    submit: isHere && can("count:count") && state === "counting",
    change: isHere && can("count:plan") && state === "planned",
    cancel: isHere && can("count:plan") && (isOpen || state === "submitted"),
    recount: isHere && can("count:approve") && state === "submitted",
    approve: isHere && (can("count:approve") || can("stock:adjust")) && state === "submitted",
  };
}

const where = (count: Count) => ({ path: { count_id: count.id }, header: ifUnchanged(count.version) });

/** A deed that says what it did, and shows a refusal where it was asked for. */
function useDeed<Value, Result>(count: Count, did: "submit" | "recount" | "approve" | "cancel" | "delete", deed: (value: Value, key: string) => Promise<Result>, done?: () => void) {
  const { t } = useTranslation("counts");
  const toast = useToast();
  return useAct(deed, {
    ...(did === "delete" ? { removes: count.id } : {}),
    touches: TOUCHED,
    quiet: true,
    done: () => {
      toast({ text: t(`did.${did}`, { number: count.number }) });
      done?.();
    },
  });
}

export const useSubmit = (count: Count, done: () => void) =>
  useDeed(count, "submit", (uncounted: "zero" | "keep" | null) => data(api.POST("/api/v1/stock/counts/{count_id}/submit", { params: where(count), body: { uncounted } })), done);

export const useRecount = (count: Count, done?: () => void) =>
  useDeed(count, "recount", (lines: string[] | null) => data(api.POST("/api/v1/stock/counts/{count_id}/recount", { params: where(count), body: { lines } })), done);

export const useApprove = (count: Count, done: () => void) =>
  useDeed(count, "approve", (reason: string, key) => data(api.POST("/api/v1/stock/counts/{count_id}/approve", { params: { path: { count_id: count.id }, header: { ...once(key), ...ifUnchanged(count.version) } }, body: { reason } })), done);

export const useCancel = (count: Count, done: () => void) =>
  useDeed(count, "cancel", (reason: string) => data(api.POST("/api/v1/stock/counts/{count_id}/cancel", { params: where(count), body: { reason } })), done);

export const useDelete = (count: Count, done: () => void) => useDeed(count, "delete", (_: void) => api.DELETE("/api/v1/stock/counts/{count_id}", { params: where(count) }), done);

export type CountLine = Schemas["CountLineView"];
