import type { Schemas } from "../../api/client";
import { compare, minus, plus, times, typedNumber } from "../../ui/formats";

/** What of a product a sale needs to know. */
export type Ware = Pick<Schemas["ProductView"], "id" | "sku" | "name" | "unit" | "price" | "currency" | "tracking" | "kind">;

export type SaleLine = { key: string; ware: Ware; quantity: string; unit_price: string; lot: string };

export type SaleDraft = {
  site: string;
  lines: SaleLine[];
  document: { type: Schemas["DocumentType"]; number: string; party: string };
  note: string;
  files: File[];
};

export const emptySale = (site: string): SaleDraft => ({ site, lines: [], document: { type: "sales_note", number: "", party: "" }, note: "", files: [] });

/** The lines with one more of a product: the same product and lot once. */
export function added(lines: readonly SaleLine[], ware: Ware, quantity = "1", lot = ""): SaleLine[] {
  const same = lines.find((line) => line.ware.id === ware.id && line.lot === lot);
  if (same) {
    return lines.map((line) => (line === same ? { ...line, quantity: plus(typedNumber(line.quantity) ?? "0", quantity) } : line));
  }
  return [...lines, { key: crypto.randomUUID(), ware, quantity, unit_price: ware.price, lot }];
}

/** A quantity so many steps further; never below one step. */
export function stepped(quantity: string, step: 1 | -1): string {
  const next = plus(typedNumber(quantity) ?? "0", String(step));
  return compare(next, "0") > 0 ? next : quantity;
}

/** What a line comes to; null while it is no number. */
export function lineTotal({ quantity, unit_price }: Pick<SaleLine, "quantity" | "unit_price">): string | null {
  const [units, price] = [typedNumber(quantity), typedNumber(unit_price)];
  return units === null || price === null ? null : times(units, price);
}

export const saleTotal = (lines: readonly SaleLine[]): string => plus("0", ...lines.map((line) => lineTotal(line) ?? "0"));

/** What a recorded sale came to. */
export const postedTotal = (posting: Pick<Schemas["PostingView"], "lines">): string => plus("0", ...posting.lines.map(({ total }) => total ?? "0"));

export function bodyOf(draft: SaleDraft): Schemas["RecordSale"] {
  const { type, number, party } = draft.document;
  return {
    lines: draft.lines.map((line) => ({
      product: line.ware.id,
      site: draft.site,
      quantity: typedNumber(line.quantity) ?? line.quantity.trim(),
      unit_price: typedNumber(line.unit_price) ?? (line.unit_price.trim() || "0"),
      ...(line.lot.trim() ? { lot: line.lot.trim() } : {}),
    })),
    document: { type, number: number.trim(), party: party.trim() },
    note: draft.note.trim(),
    source: "web",
  };
}

type Line = Schemas["MoveView"];
/** A product or kit of a sale: what was sold, what came back, and what is still out. */
export type Outside = { product: string; sku: string; isKit: boolean; sold: string; returned: string; left: string };

/** What of a sale is still out. A kit counts as one thing, although its components moved. */
export function outside(sale: readonly Line[], returns: readonly (readonly Line[])[]): Outside[] {
  const sold = units(sale);
  const returned = returns.map(units);
  return [...sold].map(([product, { sku, isKit, quantity }]) => {
    const back = plus("0", ...returned.map((one) => one.get(product)?.quantity ?? "0"));
    return { product, sku, isKit, sold: quantity, returned: back, left: minus(quantity, back) };
  });
}

function units(lines: readonly Line[]): Map<string, { sku: string; isKit: boolean; quantity: string }> {
  const found = new Map<string, { sku: string; isKit: boolean; quantity: string; part: string }>();
  for (const line of lines) {
    const id = line.kit ?? line.product;
    const known = found.get(id);
    const quantity = line.kit ? (line.kit_quantity ?? "0") : line.quantity;
    if (!known) {
      found.set(id, { sku: line.kit ? "" : line.sku, isKit: line.kit !== null, quantity, part: line.product });
    } else if (!line.kit || known.part === line.product) {
      known.quantity = plus(known.quantity, quantity); // the other components of a kit are not counted again
    }
  }
  return found;
}
