import { compare, plus, typedNumber } from "../../ui/formats";
import type { Ware } from "../sales/sale";

/** What of a product a list of goods needs to know. */
export type Goods = Pick<Ware, "id" | "sku" | "name" | "unit" | "tracking" | "kind">;
export type GoodsLine = { key: string; ware: Goods; quantity: string; lot: string };

/** The lines with so many more of a product: the same product and lot once. */
export function withMore(lines: readonly GoodsLine[], ware: Goods, quantity = "1", lot = ""): GoodsLine[] {
  const same = lines.find((line) => line.ware.id === ware.id && line.lot === lot);
  if (same) {
    return lines.map((line) => (line === same ? { ...line, quantity: plus(typedNumber(line.quantity) ?? "0", quantity) } : line));
  }
  return [...lines, { key: crypto.randomUUID(), ware, quantity, lot }];
}

/** A typed quantity in the words of the API; what is no number is for the server to refuse at its field. */
export const asQuantity = (typed: string): string => typedNumber(typed) ?? typed.trim();

/** Whether more is wanted than there is. */
export function isShort(quantity: string, available: string | undefined): boolean {
  const wanted = typedNumber(quantity);
  return available !== undefined && wanted !== null && compare(wanted, available) > 0;
}
