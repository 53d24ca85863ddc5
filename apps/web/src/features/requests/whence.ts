import type { Schemas } from "../../api/client";
import { compare, minus } from "../../ui/formats";
import type { Available } from "../transfers/availability";

export type Request = Schemas["OrderRequestView"];
type Wanted = Pick<Request["lines"][number], "product" | "quantity">;

/** A site that could give, and how many of the lines it could give in full. */
export type Giver = { site: string; covered: number; lines: number; isEnough: boolean };

const covers = (available: Available, site: string, { product, quantity }: Wanted): boolean => {
  const there = available.get(product)?.get(site);
  return there !== undefined && compare(there, quantity) >= 0;
};

/** The sites that have some of it, those that have all of it first and among them the one that feels it least. */
export function giversOf(lines: readonly Wanted[], available: Available, sites: readonly string[]): Giver[] {
  const spare = (site: string) => lines.map(({ product, quantity }) => minus(available.get(product)?.get(site) ?? "0", quantity)).reduce((least, one) => (compare(one, least) < 0 ? one : least));
  return sites
    .map((site) => ({ site, lines: lines.length, covered: lines.filter((line) => covers(available, site, line)).length }))
    .map((giver) => ({ ...giver, isEnough: giver.covered === giver.lines }))
    .sort((a, b) => b.covered - a.covered || compare(spare(b.site), spare(a.site)) || a.site.localeCompare(b.site));
}

/** How all of it can be granted at once: of the site's own stock, by a transfer from the site that can best spare it, or not at all. */
export function atOnce(request: Pick<Request, "kind" | "lines"> & { site: { code: string } }, available: Available, givers: readonly Giver[]): { source: string | null } | null {
  if (request.kind === "customer_order") {
    return request.lines.every((line) => covers(available, request.site.code, line)) ? { source: null } : null;
  }
  return givers[0]?.isEnough ? { source: givers[0].site } : null;
}
