import { parseSearch, flag, oneOf, searchOf, stringifySearch, text } from "../../router/search";

/** What narrows the list of products, as it stands in the address. */
export const readFilters = searchOf({
  q: text,
  category: text,
  kind: oneOf("unit", "kit"),
  low: flag,
  out: flag,
  active: oneOf("true", "false"),
  site: text,
  sort: oneOf("name", "-name", "sku", "-sku", "created_at", "-created_at"),
});

export type Filters = ReturnType<typeof readFilters>;

/** The same filters in the words of the API. What is low or out matters of what is still sold, unless somebody asks for the rest. */
export function asked({ low, out, active, ...others }: Filters) {
  const only = active ?? (low || out ? "true" : undefined);
  return { ...others, ...(low ? { low } : {}), ...(out ? { out } : {}), ...(only ? { active: only === "true" } : {}) };
}

/** The same without the order: which products it is about. */
export function which(filters: Filters) {
  const { sort: _, ...only } = asked(filters);
  return only;
}

/** The views that everybody has, by their names in the words. */
export const USUAL_VIEWS = { all: {}, low: { low: true }, out: { out: true }, inactive: { active: "false" } } as const satisfies Record<string, Filters>;

/** A view as it is kept: what stands behind the ? of its address. */
export function kept(filters: Filters): string {
  return stringifySearch(Object.fromEntries(Object.entries(filters).sort(([a], [b]) => a.localeCompare(b)))).slice(1);
}

export function unkept(search: string): Filters {
  return readFilters(parseSearch(search));
}

/** Whether two addresses show the same, in whatever order they name it. */
export function same(one: Filters, other: Filters): boolean {
  return kept(one) === kept(other);
}

export function isNarrowed({ sort: _, ...filters }: Filters): boolean {
  return Object.keys(filters).length > 0;
}
