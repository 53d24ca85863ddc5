import type { Schemas } from "../../api/client";
import { draftOf, lineOf, type Policy, type PolicyDraft } from "../products/policy";

/** What is to be the same of many policies; what is empty stays as it is with each. */
export type BulkDraft = { minimum: string; target: string; method: PolicyDraft["method"] | ""; service_level: string; mode: PolicyDraft["mode"] | ""; spending_limit: string; sources: PolicyDraft["sources"] | ""; review_days: string; cover_days: string };

export const EMPTY: BulkDraft = { minimum: "", target: "", method: "", service_level: "", mode: "", spending_limit: "", sources: "", review_days: "", cover_days: "" };

/** The whole of each policy with what changes, since what is left out would become as usual. */
export function changedLines(policies: readonly Policy[], change: BulkDraft): Schemas["PolicyLine"][] {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value.trim() !== ""));
  return policies.map((policy) => lineOf(policy.product, { ...draftOf(policy), ...given }));
}
