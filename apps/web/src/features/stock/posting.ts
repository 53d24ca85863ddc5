import type { Schemas } from "../../api/client";
import { compare, minus, plus, typedNumber } from "../../ui/formats";
import { momentOf } from "../../ui/moments";
import type { ProductRef } from "../../ui/pickers";

export type PostingKind = Schemas["PostingKind"];
export type DocumentType = Schemas["DocumentType"];
export type RecordKind = Exclude<PostingKind, "sale" | "transfer">;

type Rule = {
  needs: string;
  /** Whether goods come in, go out, or as the line says. */
  way: "in" | "out" | "either";
  document: DocumentType;
};

/** What can be recorded by hand, in the order of how often it is. */
export const RECORD_KINDS: Readonly<Record<RecordKind, Rule>> = {
  receipt: { needs: "stock:post", way: "in", document: "invoice" },
  issue: { needs: "stock:issue", way: "out", document: "other" },
  adjustment: { needs: "stock:adjust", way: "either", document: "adjustment" },
  scrap: { needs: "stock:post", way: "out", document: "other" },
  customer_return: { needs: "stock:post", way: "in", document: "sales_note" },
  supplier_return: { needs: "stock:post", way: "out", document: "invoice" },
  assembly: { needs: "stock:post", way: "either", document: "work_order" },
  opening: { needs: "stock:adjust", way: "in", document: "other" },
};

export const DOCUMENT_TYPES: readonly DocumentType[] = ["invoice", "sales_note", "purchase_order", "work_order", "adjustment", "count", "other"];

export const needsReason = (kind: RecordKind): boolean => kind === "adjustment" || kind === "scrap";

/** The kinds that a person may record. */
export function kindsFor(can: (permission: string) => boolean): RecordKind[] {
  return (Object.keys(RECORD_KINDS) as RecordKind[]).filter((kind) => can("stock:issue") && can(RECORD_KINDS[kind].needs));
}

/** A line as people fill it in. `takes` counts only where a line may go either way. */
export type DraftLine = {
  key: string;
  product: ProductRef | null;
  quantity: string;
  takes: boolean;
  lot: string;
  expires_on: string;
  unit_cost: string;
  unit_price: string;
};

export type Draft = {
  kind: RecordKind;
  site: string;
  location: string;
  lines: DraftLine[];
  document: { type: DocumentType; number: string; date: string; party: string };
  reason: string;
  note: string;
  effective_at: string;
  files: File[];
};

export function emptyLine(product: ProductRef | null = null): DraftLine {
  return { key: crypto.randomUUID(), product, quantity: "", takes: false, lot: "", expires_on: "", unit_cost: "", unit_price: "" };
}

export const comesIn = (kind: RecordKind, line: Pick<DraftLine, "takes">): boolean =>
  RECORD_KINDS[kind].way === "in" || (RECORD_KINDS[kind].way === "either" && !line.takes);

/** Serial numbers, as typed or scanned one after the other. */
export const serialsOf = (typed: string): string[] => typed.split(/[\s,;]+/).filter(Boolean);

/** How much of a product a line moves: of a tracked product as many as it names serial numbers, if it names any. */
export function quantityOf(line: DraftLine, tracking: string | undefined): string {
  const serials = tracking === "serial" ? serialsOf(line.lot).length : 0;
  return serials > 0 ? String(serials) : (typedNumber(line.quantity) ?? line.quantity.trim());
}

/** What the site will hold after a line: decimal text; null while the quantity is none. */
export function after(before: string, kind: RecordKind, line: DraftLine, tracking?: string): string | null {
  const quantity = typedNumber(quantityOf(line, tracking));
  if (quantity === null || compare(quantity, "0") <= 0) {
    return null;
  }
  return comesIn(kind, line) ? plus(before, quantity) : minus(before, quantity);
}

/** The posting that a draft means, and for each of its lines the number of the draft's line that it comes of. */
export function postingOf(draft: Draft, trackingOf: (product: string) => string | undefined, timeZone: string): { body: Schemas["RecordPosting"]; origins: number[] } {
  const origins: number[] = [];
  const lines = draft.lines.flatMap((line, index) => {
    const tracking = trackingOf(line.product?.id ?? "");
    const own = lineOf(draft, line, tracking);
    const serials = tracking === "serial" ? serialsOf(line.lot) : [];
    const all = serials.length > 0 ? serials.map((lot) => ({ ...own, quantity: signed(draft.kind, line, "1"), lot })) : [own];
    origins.push(...all.map(() => index));
    return all;
  });
  const { type, number, date, party } = draft.document;
  const body: Schemas["RecordPosting"] = {
    kind: draft.kind,
    lines,
    document: { type, number: number.trim(), party: party.trim(), ...(date ? { date } : {}) },
    reason: draft.reason.trim(),
    note: draft.note.trim(),
    source: "web",
    ...(draft.effective_at ? { effective_at: momentOf(draft.effective_at, timeZone) } : {}),
  };
  return { body, origins };
}

const signed = (kind: RecordKind, line: DraftLine, quantity: string): string => (RECORD_KINDS[kind].way === "either" && line.takes ? `-${quantity}` : quantity);

function lineOf(draft: Draft, line: DraftLine, tracking: string | undefined): Schemas["PostingLine"] {
  const isIn = comesIn(draft.kind, line);
  const isTracked = tracking === "lot" || tracking === "serial";
  return {
    product: line.product?.id ?? "",
    quantity: signed(draft.kind, line, quantityOf(line, tracking) || "0"),
    site: draft.site,
    ...(draft.location ? { location: draft.location } : {}),
    ...(isIn && line.unit_cost.trim() ? { unit_cost: typedNumber(line.unit_cost) ?? line.unit_cost.trim() } : {}),
    ...(draft.kind === "customer_return" && line.unit_price.trim() ? { unit_price: typedNumber(line.unit_price) ?? line.unit_price.trim() } : {}),
    ...(isTracked && line.lot.trim() ? { lot: line.lot.trim() } : {}),
    ...(isTracked && isIn && line.expires_on ? { expires_on: line.expires_on } : {}),
  };
}
