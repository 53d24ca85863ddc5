import Big from "big.js";
import type { Schemas } from "../../api/client";
import { times, typedNumber } from "../../ui/formats";

export type Policy = Schemas["PolicyView"];

/** A policy as one types it: the service level in percent, as people say it. */
export type PolicyDraft = {
  site: string;
  minimum: string;
  target: string;
  method: Policy["method"];
  service_level: string;
  mode: Policy["mode"];
  spending_limit: string;
  sources: Policy["sources"];
  review_days: string;
  cover_days: string;
  periods: { valid_from: string; valid_to: string; minimum: string; target: string; service_level: string | null }[];
};

/** What is set by hand counts, and not what a forecast or a season makes of it today. */
export function draftOf(policy: Policy | null, site = ""): PolicyDraft {
  return {
    site: policy?.site ?? site,
    minimum: policy?.fixed_minimum ?? "",
    target: policy?.fixed_target ?? "",
    method: policy?.method ?? "fixed",
    service_level: policy?.service_level ? times(policy.service_level, "100") : "95",
    mode: policy?.mode ?? "propose",
    spending_limit: policy?.spending_limit ?? "",
    sources: policy?.sources ?? "transfer_first",
    review_days: String(policy?.review_days ?? 1),
    cover_days: String(policy?.cover_days ?? 7),
    periods: (policy?.periods ?? []).map((one) => ({ ...one, minimum: one.minimum ?? "", target: one.target ?? "" })),
  };
}

const whole = (text: string): number => (/^\d+$/.test(text) ? Number(text) : (text as unknown as number));

/** The whole of a policy, since what is left out becomes as usual. */
export function lineOf(product: string, draft: PolicyDraft): Schemas["PolicyLine"] {
  const level = typedNumber(draft.service_level);
  return {
    product,
    site: draft.site,
    minimum: draft.minimum,
    target: draft.target,
    method: draft.method,
    service_level: draft.method === "service_level" ? (level === null ? draft.service_level : new Big(level).div(100).toFixed()) : null,
    mode: draft.mode,
    spending_limit: draft.mode === "place" ? draft.spending_limit || null : null,
    sources: draft.sources,
    review_days: whole(draft.review_days),
    cover_days: whole(draft.cover_days),
    periods: draft.periods.map((one) => ({ ...one, minimum: one.minimum || null, target: one.target || null })),
  };
}
