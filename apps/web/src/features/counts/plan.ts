import type { Schemas } from "../../api/client";
import { typedNumber } from "../../ui/formats";
import type { ProductRef } from "../../ui/pickers";

export type Count = Schemas["StockCountView"];
export type Kind = Schemas["ScopeKind"];
export const KINDS: readonly Kind[] = ["site", "category", "products", "abc", "cycle"];
export type Plan = {
  site: string;
  scope: { kind: Kind; category: string; products: ProductRef[]; classes: Schemas["AbcClass"][]; size: string };
  blind: boolean;
  tolerance: { quantity: string; percent: string; value: string };
  note: string;
};

export const emptyPlan = (site: string): Plan => ({
  site,
  scope: { kind: "site", category: "", products: [], classes: ["A"], size: "20" },
  blind: true,
  tolerance: { quantity: "", percent: "", value: "" },
  note: "",
});

/** What was planned, to be changed. The products of a plan are named as well as they are known. */
export function planOf(count: Count, names: ReadonlyMap<string, string>): Plan {
  const { scope, tolerance } = count;
  const products = (scope.products ?? []).map((id): ProductRef => ({ id, sku: "", name: names.get(id) ?? id }));
  return {
    site: count.site.code,
    scope: { kind: scope.kind, category: scope.category ?? "", products, classes: scope.classes?.length ? scope.classes : ["A"], size: String(scope.size ?? 20) },
    blind: count.blind,
    tolerance: { quantity: tolerance.quantity ?? "", percent: tolerance.percent ?? "", value: tolerance.value ?? "" },
    note: count.note,
  };
}

const limit = (typed: string): string | null => (typed.trim() ? (typedNumber(typed) ?? typed.trim()) : null);

/** In the words of the API: of a scope only what belongs to its kind. */
export function bodyOf({ scope, blind, tolerance, note }: Plan): Required<Schemas["ChangeCount"]> {
  const { kind, category, products, classes, size } = scope;
  const own: Record<Kind, Partial<Schemas["ScopeWish"]>> = {
    site: {},
    category: { category: category || null },
    products: { products: products.map(({ id }) => id) },
    abc: { classes },
    cycle: { size: Number.parseInt(size, 10) || 0 },
  };
  return { scope: { kind, ...own[kind] }, blind, tolerance: { quantity: limit(tolerance.quantity), percent: limit(tolerance.percent), value: limit(tolerance.value) }, note: note.trim() };
}
