import type { Schemas } from "../../api/client";

export type Format = Schemas["LabelFormatView"];
export type Wish = { product: string; copies: string; lot?: string; expires_on?: string };

/** How many labels a wish means: as many as it says, or as many as there are whole pieces at the site (or everywhere). */
export function countOf(wish: Wish, stock: readonly { code: string; on_hand: string }[], byStock: boolean, site: string): number {
  if (!byStock) {
    return /^\d+$/.test(wish.copies.trim()) ? Number(wish.copies) : 0;
  }
  const pieces = stock.filter(({ code }) => !site || code === site).reduce((sum, { on_hand }) => sum + Number(on_hand), 0);
  return Math.max(0, Math.floor(pieces));
}

/** How many sheets or pieces of a roll that takes, when the first sheet has `start` - 1 labels less. */
export function sheetsFor(format: Pick<Format, "columns" | "rows">, start: number, labels: number): number {
  const places = format.columns * format.rows;
  return labels === 0 ? 0 : Math.ceil((Math.min(start, places) - 1 + labels) / places);
}

/** The ids of an address, each once. */
export function idsOf(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(",").filter(Boolean))].slice(0, 500);
}

export function lineOf(wish: Wish, byStock: boolean): Schemas["LabelLine"] {
  return {
    product: wish.product,
    ...(byStock ? {} : { copies: /^\d+$/.test(wish.copies.trim()) ? Number(wish.copies) : 0 }),
    ...(wish.lot && { lot: wish.lot }),
    ...(wish.expires_on && { expires_on: wish.expires_on }),
  };
}
