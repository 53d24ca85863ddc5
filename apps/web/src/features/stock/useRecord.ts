import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once, send, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { useAct } from "../../api/query";
import { drop, enqueue, mustWait, useOutboxOwner } from "../../offline/outbox";
import { useMay } from "../../session/session";
import { useToast } from "../../ui/toasts";

export type Posting = Schemas["PostingView"];

type Deed = { path: "stock/postings" | "sales"; body: Schemas["RecordPosting"] | Schemas["RecordSale"]; title: string; files: readonly File[] };

/** What came of it: a posting, or a deed that waits on this device. */
export type Recorded = { posting: Posting; late: number } | { waits: string };

/** Where recorded goods show. */
export const TOUCHED = ["stock", "sales", "products", "dashboard"] as const;

/** Records goods that moved, once, whatever the network does: what does not reach the server waits on this device under the same
 * key. A deed that was never tried says when it was made; one whose answer may be lost is sent again as it was. */
export function useRecord(): (deed: Deed, key: string) => Promise<Recorded> {
  const owner = useOutboxOwner();
  return useCallback(
    async (deed, key) => {
      const keep = (body: Deed["body"], files: readonly File[]) => enqueue({ ...deed, body, files, owner, touches: TOUCHED }, key);
      if (mustWait()) {
        return { waits: await keep({ effective_at: new Date().toISOString(), ...deed.body }, deed.files) };
      }
      let posting: Posting;
      try {
        posting = await data(api.POST(`/api/v1/${deed.path}` as "/api/v1/stock/postings", { params: { header: once(key) }, body: deed.body as Schemas["RecordPosting"] }));
      } catch (error) {
        if (asProblem(error).status === 0) {
          return { waits: await keep(deed.body, deed.files) };
        }
        throw error;
      }
      return { posting, late: await attachAll(posting.id, deed.files, owner) };
    },
    [owner],
  );
}

/** Attaches files to a posting. Those that could not be sent wait on this device; their number is the answer. */
async function attachAll(posting: string, files: readonly File[], owner: string): Promise<number> {
  let late = 0;
  for (const file of files) {
    try {
      await attachFile(posting, file);
    } catch {
      late += 1; // tried again from there, where a refusal is shown with its reason
      const upload = { subject_type: "posting", subject_id: posting, file } as const;
      await enqueue({ owner, path: "attachments", body: null, title: file.name, touches: ["attachments"], upload });
    }
  }
  return late;
}

export async function attachFile(subject: string, file: File, of: Schemas["SubjectType"] = "posting"): Promise<void> {
  const form = new FormData();
  form.set("file", file);
  form.set("subject_type", of);
  form.set("subject_id", subject);
  await send("POST", "attachments", form);
}

/** Says what was recorded, and offers to undo it: by the reversal, or by not sending it at all. */
export function useRecordedToast(): (recorded: Recorded, text: string, undone?: () => void) => void {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const toast = useToast();
  const owner = useOutboxOwner();
  const mayReverse = useMay("stock:reverse");
  const reverse = useAct(
    (posting: string, key) => data(api.POST("/api/v1/stock/postings/{posting_id}/reverse", { params: { path: { posting_id: posting }, header: once(key) }, body: { reason: t("undone") } })),
    { touches: TOUCHED, done: () => toast({ text: t("undoneToast"), severity: "info" }) },
  );
  const { mutate } = reverse;
  return useCallback(
    (recorded, text, undone) => {
      if ("waits" in recorded) {
        const forget = async () => {
          const isForgotten = await drop({ id: recorded.waits, owner });
          toast(isForgotten ? { text: t("undoneToast"), severity: "info" } : { text: t("sentAlready"), severity: "warning" });
          if (isForgotten) {
            undone?.();
          }
        };
        toast({ text: t("willBeSent", { what: text }), severity: "warning", action: { label: common("undo"), do: () => void forget() } });
        return;
      }
      const late = recorded.late > 0 ? ` ${t("filesLate", { count: recorded.late })}` : "";
      const undo = () => mutate(recorded.posting.id, { onSuccess: () => undone?.() });
      toast({ text: text + late, severity: late ? "warning" : "success", ...(mayReverse ? { action: { label: common("undo"), do: undo } } : {}) });
    },
    [common, mayReverse, mutate, owner, t, toast],
  );
}
