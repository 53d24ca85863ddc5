import type { Schemas } from "../../api/client";
import { times } from "../../ui/formats";

export type Proposal = Schemas["ProposalView"];
export type Choice = NonNullable<Proposal["why"]["chosen"]>;

export const TOUCHED = ["replenishment", "purchase-orders", "transfers", "stock", "products", "dashboard"];

/** What it would cost, in the supplier's currency; null where that is not told. */
export const costOf = ({ quantity, unit_price }: Pick<Proposal, "quantity" | "unit_price">): string | null => (quantity === null || unit_price === null ? null : times(quantity, unit_price));

/** Estimates are no truer than a tenth. */
export const rough = (value: string | null | undefined): string | null => (value === null || value === undefined ? null : String(Math.round(Number(value) * 10) / 10));

/** How the position comes about: what there is, less what is promised away, and what is on its way. */
export function sumUp(why: Proposal["why"]) {
  return [
    ["available", "+", why.available],
    ["owed", "−", why.owed],
    ["ordered", "+", why.ordered],
    ["drafted", "+", why.drafted],
    ["arriving", "+", why.arriving],
  ] as const;
}
