import type { Schemas } from "../../api/client";

export type Entry = Schemas["AuditEntry"];

export const ACTIONS = [
  "created", "changed", "deleted", "signed_in", "sign_in_failed", "switched", "entered", "acted", "signed_out", "session_ended", "refresh_token_reused", "password_changed", "password_reset", "password_reset_requested",
  "identity_confirmed", "identity_linked", "identity_unlinked", "profile_changed", "email_changed", "phone_changed", "totp_enabled", "totp_disabled", "recovery_codes_renewed", "passkey_added", "passkey_removed",
] as const satisfies readonly Schemas["AuditAction"][];

/** What nobody reads: keys that the entry names anyway. */
const DULL = new Set(["id", "created_at", "created_by"]);

export type Change = { field: string; before: unknown; after: unknown };

/** What a change is about, field by field: only what differs, and of what is new or gone what was said of it. */
export function changesOf(entry: Pick<Entry, "before" | "after">): Change[] {
  const before = (entry.before ?? {}) as Record<string, unknown>;
  const after = (entry.after ?? {}) as Record<string, unknown>;
  const isChange = entry.before !== null && entry.after !== null;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => isChange || !DULL.has(field))
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** What names the subject best, of what its entry says. */
export function nameOf(entry: Pick<Entry, "before" | "after">): string | null {
  const said = { ...(entry.before as Record<string, unknown> | null), ...(entry.after as Record<string, unknown> | null) };
  const found = ["name", "number", "code", "sku", "title", "login", "url"].map((field) => said[field]).find((value) => typeof value === "string" && value);
  return (found as string | undefined) ?? null;
}

const PAGES: Record<string, string> = { product: "products", transfer: "transfers", order_request: "requests", purchase_order: "purchases", supplier: "suppliers", channel_order: "channel-orders", stock_count: "counts" };

/** The page of the subject, where it has one. */
export function pageOf({ subject_type, subject_id, action }: Pick<Entry, "subject_type" | "subject_id" | "action">): string | null {
  const page = PAGES[subject_type];
  return page && action !== "deleted" ? `/${page}/${subject_id}` : null;
}
