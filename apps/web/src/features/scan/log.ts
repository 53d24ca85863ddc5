import { minus, plus, times, typedNumber } from "../../ui/formats";
import type { Beside, Goods } from "./goods";
import type { Mode } from "./modes";

/** How a deed can be taken back. */
export type Undo =
  | { by: "posting"; id: string }
  | { by: "receipt"; order: string; posting: string }
  | { by: "counting"; count: string; product: string; at: string; location: string; lot: string | null; quantity: string }
  | { by: "dropping"; id: string };

export type Entry = {
  key: string;
  title: string;
  detail: string;
  state: "recording" | "recorded" | "waits" | "refused" | "undone" | "left";
  /** How many of it, and what they cost: what the running total adds up. */
  quantity: string;
  amount: string | null;
  undo: Undo | null;
  /** Why it was refused. */
  fault?: string;
  /** What was scanned, to take it up again. */
  code?: string;
  mode: Mode;
};

export type LogAct =
  | { do: "begin"; entry: Omit<Entry, "state" | "undo"> }
  | { do: "recorded"; key: string; undo: Undo | null }
  | { do: "waits"; key: string; id: string }
  | { do: "refused"; key: string; fault: string }
  | { do: "undone"; key: string }
  | { do: "left"; entry: Omit<Entry, "state" | "undo"> }
  | { do: "clear" };

const MOST = 50;

/** The latest scans, the newest first. */
export function log(entries: readonly Entry[], act: LogAct): readonly Entry[] {
  const change = (key: string, to: Partial<Entry>) => entries.map((entry) => (entry.key === key ? { ...entry, ...to } : entry));
  switch (act.do) {
    case "begin":
      return [{ ...act.entry, state: "recording" as const, undo: null }, ...entries].slice(0, MOST);
    case "left":
      return [{ ...act.entry, state: "left" as const, undo: null }, ...entries].slice(0, MOST);
    case "recorded":
      return change(act.key, { state: "recorded", undo: act.undo });
    case "waits":
      return change(act.key, { state: "waits", undo: { by: "dropping", id: act.id } });
    case "refused":
      return change(act.key, { state: "refused", fault: act.fault, undo: null });
    case "undone":
      return change(act.key, { state: "undone", undo: null });
    case "clear":
      return [];
  }
}

/** What was taken in all: what was refused or taken back does not count. */
export function totals(entries: readonly Entry[]): { quantity: string; amount: string } {
  const valid = entries.filter(({ state }) => state === "recording" || state === "recorded" || state === "waits");
  return { quantity: plus("0", ...valid.map(({ quantity }) => quantity)), amount: plus("0", ...valid.map(({ amount }) => amount ?? "0")) };
}

/** What lies before the person: a product, how many of it, and which lot. */
export type Card = { key: string; code: string; goods: Goods; quantity: string; lot: string; expires_on: string };

/** The card after a scan: one more of the same, else a new one. The one before, if it was not recorded, is `left`. */
export function scanned(card: Card | null, code: string, goods: Goods, beside: Beside): { card: Card; left: Card | null } {
  const isSame = card !== null && card.goods.id === goods.id && card.lot === beside.lot && !(goods.tracking === "serial" && beside.lot);
  if (isSame) {
    return { card: { ...card, quantity: plus(typedNumber(card.quantity) ?? "0", beside.quantity) }, left: null };
  }
  return { card: { key: crypto.randomUUID(), code, goods, ...beside }, left: card };
}

export const stepped = (quantity: string, step: 1 | -1): string => {
  const now = typedNumber(quantity) ?? "0";
  const next = step === 1 ? plus(now, "1") : minus(now, "1");
  return Number(next) > 0 ? next : quantity;
};

export const amountOf = (goods: Goods, quantity: string): string | null => {
  const units = typedNumber(quantity);
  return goods.price === null || units === null ? null : times(goods.price, units);
};
