/** The lines of what waits, whatever it is: a sale, a posting; others have none that can be mended here. */
export type PlainLine = { product: string; quantity: string; site?: string; unit_price?: string; lot?: string; [more: string]: unknown };

export function linesOf(body: unknown): PlainLine[] {
  const lines = (body as { lines?: unknown } | null)?.lines;
  return Array.isArray(lines) ? lines.filter((line): line is PlainLine => typeof line?.product === "string" && typeof line?.quantity === "string") : [];
}

/** The same body with other lines; those without a quantity are left out. */
export function withLines<Body>(body: Body, lines: readonly PlainLine[]): Body {
  return { ...body, lines: lines.filter(({ quantity }) => quantity.trim() !== "") };
}
