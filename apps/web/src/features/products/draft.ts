import type { Schemas } from "../../api/client";

export type Product = Schemas["ProductView"];

/** A product as one types it. */
export type Draft = {
  sku: string;
  name: string;
  description: string;
  kind: "unit" | "kit";
  tracking: "none" | "lot" | "serial";
  unit: string;
  category: string;
  price: string;
  cost: string;
  shelf_life_days: string;
  barcode: string;
};

export const EMPTY: Draft = { sku: "", name: "", description: "", kind: "unit", tracking: "none", unit: "unit", category: "", price: "", cost: "", shelf_life_days: "", barcode: "" };

export function draftOf(product: Product): Draft {
  return {
    sku: product.sku,
    name: product.name,
    description: product.description,
    kind: product.kind as Draft["kind"],
    tracking: product.tracking as Draft["tracking"],
    unit: product.unit,
    category: product.category?.id ?? "",
    price: product.price,
    cost: product.cost ?? "",
    shelf_life_days: product.shelf_life_days?.toString() ?? "",
    barcode: "",
  };
}

/** Days as a number; what is none goes as it is, and the server says so. */
const days = (text: string): number | null => (text.trim() === "" ? null : /^\d+$/.test(text.trim()) ? Number(text) : (text as unknown as number));

/** What is sent to make it. What was left empty is left to the server. */
export function making(draft: Draft): Schemas["CreateProduct"] {
  return {
    sku: draft.sku.trim(),
    name: draft.name.trim(),
    description: draft.description,
    kind: draft.kind,
    tracking: draft.kind === "kit" ? "none" : draft.tracking,
    ...(draft.unit.trim() && { unit: draft.unit.trim() }),
    category: draft.category || null,
    ...(draft.price.trim() && { price: draft.price.trim() }),
    ...(draft.cost.trim() && { cost: draft.cost.trim() }),
    shelf_life_days: days(draft.shelf_life_days),
    barcodes: draft.barcode.trim() ? [{ code: draft.barcode.trim() }] : [],
  };
}

/** What is sent to change it: only what differs from what was read, so that nobody is asked for a permission to leave things as they are. */
export function changing(before: Draft, draft: Draft): Schemas["ChangeProduct"] {
  const differing = (Object.keys(draft) as (keyof Draft)[]).filter((name) => draft[name] !== before[name] && name !== "barcode" && name !== "kind");
  const values: Record<keyof Draft, unknown> = { ...draft, category: draft.category || null, shelf_life_days: days(draft.shelf_life_days) };
  return Object.fromEntries(differing.map((name) => [name, values[name]]));
}

/** In what somebody else's product differs from what one began with: what they changed. */
export function changedBySomebody(before: Draft, now: Draft): (keyof Draft)[] {
  return (Object.keys(before) as (keyof Draft)[]).filter((name) => before[name] !== now[name]);
}
