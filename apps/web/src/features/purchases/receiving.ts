import { compare, minus, plus } from "../../ui/formats";
import type { Order, OrderLine } from "./order";

/** What came of a line; a tracked product has one for each lot or serial number. */
export type Arrival = { line: number; quantity: string; lot: string; expires_on: string; unit_cost: string };

export const blank = (line: number): Arrival => ({ line, quantity: "", lot: "", expires_on: "", unit_cost: "" });

/** One empty entry for each line of which something is still to come. */
export const blanksOf = (order: Order): Arrival[] => order.lines.filter(({ open }) => compare(open, "0") > 0).map(({ line }) => blank(line));

/** All that is still to come of what is neither of a lot nor of a serial number: those have to be read from the goods. */
export function allOpen(order: Order, arrivals: readonly Arrival[]): Arrival[] {
  const open = new Map(order.lines.filter(({ tracking }) => tracking === "none").map(({ line, open }) => [line, open]));
  return arrivals.map((arrival) => (open.has(arrival.line) ? { ...arrival, quantity: open.get(arrival.line)! } : arrival));
}

type Scan = { product: string; quantity: string; lot: string; expires_on: string };

/** Adds what was scanned to its line: to the first of that product that is not complete, else to its last. Null if the order has no such product. */
export function scanned(order: Order, arrivals: readonly Arrival[], scan: Scan): Arrival[] | null {
  const lines = order.lines.filter(({ product }) => product === scan.product);
  const line = lines.find((one) => compare(leftOf(one, arrivals), "0") > 0) ?? lines.at(-1);
  if (!line) {
    return null;
  }
  const tracked = line.tracking !== "none";
  const fits = (one: Arrival) => one.line === line.line && (!tracked || one.lot === scan.lot || (!one.lot && !one.quantity));
  const at = arrivals.findIndex(fits);
  const before = at < 0 ? blank(line.line) : arrivals[at]!;
  const after = {
    ...before,
    quantity: line.tracking === "serial" ? "1" : plus(before.quantity, scan.quantity),
    ...(tracked ? { lot: scan.lot || before.lot, expires_on: scan.expires_on || before.expires_on } : {}),
  };
  if (at >= 0) {
    return arrivals.map((one, index) => (index === at ? after : one));
  }
  const last = arrivals.findLastIndex((one) => one.line <= line.line);
  return [...arrivals.slice(0, last + 1), after, ...arrivals.slice(last + 1)];
}

/** What of a line is still to come after these arrivals; below zero is more than was ordered. */
export function leftOf(line: OrderLine, arrivals: readonly Arrival[]): string {
  return minus(line.open, plus(...arrivals.filter((one) => one.line === line.line).map(({ quantity }) => numberOf(quantity))));
}

const numberOf = (text: string): string => (/^\d+(\.\d*)?$|^\.\d+$/.test(text.trim()) ? text.trim() : "0");

/** The entries with something in them, as the API takes them, and where each stands in the form. */
export function toSend(arrivals: readonly Arrival[]) {
  const filled = arrivals.map((arrival, index) => ({ arrival, index })).filter(({ arrival }) => arrival.quantity.trim() !== "" || arrival.lot.trim() !== "");
  return {
    lines: filled.map(({ arrival: { line, quantity, lot, expires_on, unit_cost } }) => ({
      line,
      quantity: quantity.trim() || "0",
      ...(lot.trim() ? { lot: lot.trim() } : {}),
      ...(expires_on ? { expires_on } : {}),
      ...(unit_cost.trim() ? { unit_cost: unit_cost.trim() } : {}),
    })),
    places: filled.map(({ index }) => index),
  };
}
