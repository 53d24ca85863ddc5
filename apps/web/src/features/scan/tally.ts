import type { Schemas } from "../../api/client";
import { compare, minus, plus } from "../../ui/formats";
import type { Beside, Goods } from "./goods";

/** A line of what is received or sent: how much it should be, how much was there before, how much is left. */
export type DocLine = { line: number; product: string; sku: string; name: string; tracking: string; lot: string | null; ordered: string; done: string; left: string };

/** What one receives or sends by scanning its lines. */
export type Doc = { kind: "order" | "dispatch" | "receipt"; id: string; number: number; from: string; to: string; site: string; lines: readonly DocLine[] };

/** What was scanned of a line, in one lot. */
export type Taken = { line: number; quantity: string; lot: string; expires_on: string };
export type Tally = readonly Taken[];

export function docOfOrder(order: Schemas["PurchaseOrderView"]): Doc {
  const lines = order.lines.map(({ line, product, sku, name, tracking, quantity, received, open }) => ({ line, product, sku, name, tracking, lot: null, ordered: quantity, done: received, left: open }));
  return { kind: "order", id: order.id, number: order.number, from: order.supplier.name, to: order.site.name, site: order.site.code, lines };
}

/** A transfer that waits is sent from its source, one on its way is received at its destination. Null where neither is to be done. */
export function docOfTransfer(transfer: Schemas["TransferView"]): Doc | null {
  const isHere = transfer.state === "pending";
  if (!isHere && transfer.state !== "in_transit" && transfer.state !== "partially_received") {
    return null;
  }
  const lines = transfer.lines.map(({ line, product, sku, name, lot, requested, shipped, received, in_transit }) => ({
    line,
    product,
    sku,
    name,
    lot,
    tracking: "none",
    ...(isHere ? { ordered: requested, done: "0", left: requested } : { ordered: shipped, done: received, left: in_transit }),
  }));
  const [from, to] = [transfer.source, transfer.destination];
  return { kind: isHere ? "dispatch" : "receipt", id: transfer.id, number: transfer.number, from: from.name, to: to.name, site: (isHere ? from : to).code, lines };
}

export const takenOf = (tally: Tally, line: number): string => plus("0", ...tally.filter((taken) => taken.line === line).map(({ quantity }) => quantity));
export const isEmpty = (tally: Tally): boolean => tally.length === 0;

/** Which line a scan means: of its lot if it says one, first where something is left. */
export function lineFor(doc: Doc, tally: Tally, goods: Pick<Goods, "id">, lot: string): DocLine | null {
  const lines = doc.lines.filter(({ product }) => product === goods.id);
  const fitting = lines.filter((line) => line.lot === null || lot === "" || line.lot === lot);
  return fitting.find((line) => compare(minus(line.left, takenOf(tally, line.line)), "0") > 0) ?? fitting[0] ?? null;
}

/** The tally with so much more of a line. */
export function withTaken(tally: Tally, line: DocLine, { quantity, lot, expires_on }: Beside): Tally {
  const same = tally.find((taken) => taken.line === line.line && taken.lot === lot);
  if (same) {
    return tally.map((taken) => (taken === same ? { ...taken, quantity: plus(taken.quantity, quantity), expires_on: expires_on || taken.expires_on } : taken));
  }
  return [...tally, { line: line.line, quantity, lot, expires_on }];
}

/** What one scan takes: one by one in continuous mode, else all that is left, which is what one mostly has in hand. Null where that
 * has been taken already. */
export function portion(tally: Tally, line: DocLine, beside: Beside, isContinuous: boolean): Beside | null {
  const isThere = tally.some((taken) => taken.line === line.line && taken.lot === beside.lot);
  if (isThere && (line.tracking === "serial" || (!isContinuous && beside.quantity === "1"))) {
    return null;
  }
  const left = minus(line.left, takenOf(tally, line.line));
  const isWhole = !isContinuous && line.tracking !== "serial" && beside.quantity === "1" && compare(left, "0") > 0;
  return isWhole ? { ...beside, quantity: left } : beside;
}

export function setTaken(tally: Tally, index: number, to: Partial<Taken>): Tally {
  return tally.map((taken, other) => (other === index ? { ...taken, ...to } : taken));
}

/** Everything that is left. Lines that need a lot or a serial number are left out: nobody has said which. */
export function takeAll(doc: Doc): Tally {
  return doc.lines.filter(({ left, tracking }) => tracking === "none" && compare(left, "0") > 0).map(({ line, left }) => ({ line, quantity: left, lot: "", expires_on: "" }));
}

/** Taken of lines that need a lot or serial number, without one. */
export const lacking = (doc: Doc, tally: Tally): Tally => tally.filter((taken) => taken.lot.trim() === "" && doc.lines.some(({ line, tracking }) => line === taken.line && tracking !== "none"));

/** What is sent to the server: where to, and what. */
export function deedOf(doc: Doc, tally: Tally): { path: string; body: object } {
  if (doc.kind === "order") {
    const lines = tally.map(({ line, quantity, lot, expires_on }) => ({ line, quantity, ...(lot.trim() ? { lot: lot.trim() } : {}), ...(expires_on ? { expires_on } : {}) }));
    return { path: `purchase-orders/${doc.id}/receive`, body: { lines } };
  }
  if (doc.kind === "dispatch") {
    return { path: `transfers/${doc.id}/dispatch`, body: { lines: doc.lines.map(({ line }) => ({ line, quantity: takenOf(tally, line) })) } };
  }
  const lines = [...new Set(tally.map(({ line }) => line))].map((line) => ({ line, received: takenOf(tally, line) }));
  return { path: `transfers/${doc.id}/receive`, body: { lines } };
}

/** The document after what was taken, while the server has not said so itself. Null when nothing is left to do. */
export function after(doc: Doc, tally: Tally): Doc | null {
  const lines = doc.lines.map((line) => {
    const taken = takenOf(tally, line.line);
    const left = minus(line.left, taken);
    return { ...line, done: plus(line.done, taken), left: compare(left, "0") > 0 ? left : "0" };
  });
  return doc.kind === "dispatch" || lines.every(({ left }) => compare(left, "0") <= 0) ? null : { ...doc, lines };
}
