import Big from "big.js";
import type { Schemas } from "../../api/client";
import { addDays } from "../../ui/moments";

export type Recommendation = Schemas["RecommendationView"];
export type Kind = Schemas["RecommendationKind"];
export type Done = Schemas["RecommendationDone"];
export type Made = Schemas["Made"];

export const KINDS: readonly [Kind, ...Kind[]] = ["restock", "transfer", "overstock", "slow_stock", "dead_stock", "price_anomaly", "price_below_cost", "cost_anomaly", "likely_miscount", "policy"];

/** What becomes old when something is done about one. */
export const TOUCHED = ["recommendations", "dashboard", "replenishment", "purchase-orders", "transfers", "stock", "products"];

type Numbers = Recommendation["numbers"];
type Name = keyof Numbers;

/** How each number is written; what says nothing of its own in the list is left out. */
const WRITTEN: Partial<Record<Name, "quantity" | "rough" | "money" | "rate" | "day" | "percent" | "plain" | "foreign">> = {
  on_hand: "quantity", available: "quantity", on_order: "quantity", position: "quantity", enough: "quantity", excess: "quantity", minimum: "quantity", target: "quantity", needed: "quantity", quantity: "quantity",
  silent_days: "quantity", mean_gap_days: "rough", last_left_on: "day", price: "rate", usual_price: "rate", new_price: "rate", unit_cost: "rate", usual_cost: "rate", unit_price: "foreign", value: "money",
  sales: "quantity", receipts: "quantity", received_on: "day", document_number: "plain", lines: "quantity", corrections: "quantity", unposted: "quantity", suggested_minimum: "quantity", suggested_target: "quantity",
  service_level: "percent", expected: "rough", safety: "rough", lead_days: "rough", stock_out_on: "day", source: "plain", destination: "plain", supplier: "plain",
};

type Signs = { quantity: (value: string) => string; sum: (value: string, currency: string) => string; money: (value: string, currency: string) => string; day: (day: string) => string; percent: (share: string) => string };

/** The numbers on which one rests, in their order, as people read them. */
export function figuresOf({ numbers, currency }: Pick<Recommendation, "numbers" | "currency">, signs: Signs): { name: Name; text: string }[] {
  return (Object.keys(WRITTEN) as Name[]).flatMap((name) => {
    const value = numbers[name];
    if (value === undefined || value === null || value === "") {
      return [];
    }
    return [{ name, text: written(String(value), WRITTEN[name]!, currency, numbers.currency ?? currency, signs) }];
  });
}

function written(value: string, how: NonNullable<(typeof WRITTEN)[Name]>, currency: string, foreign: string, signs: Signs): string {
  switch (how) {
    case "quantity":
      return signs.quantity(value);
    case "rough":
      return signs.quantity(new Big(value).round(1).toFixed());
    case "money":
      return signs.sum(value, currency);
    case "rate":
      return signs.money(value, currency);
    case "foreign":
      return signs.money(value, foreign);
    case "day":
      return signs.day(value);
    case "percent":
      return signs.percent(value);
    case "plain":
      return value;
  }
}

/** Where one sees what accepting made. */
export function placeOf({ type, id }: Made, product: string): string {
  switch (type) {
    case "purchase_order":
      return `/purchases/${id}`;
    case "transfer":
      return `/transfers/${id}`;
    case "stock_count":
      return `/counts/${id}`;
    case "posting":
      return `/movements/${id}`;
    case "policy":
      return `/products/${product}?tab=policies`;
    default:
      return `/products/${product}`;
  }
}

export type JustDone = { recommendation: Recommendation; done: Done; index: number };

/** What is to do, with what was just done still in its place, so that nothing jumps. */
export function withDone(items: readonly Recommendation[], done: readonly JustDone[]): Recommendation[] {
  const shown = items.filter(({ id }) => !done.some(({ recommendation }) => recommendation.id === id));
  for (const { recommendation, index } of [...done].sort((a, b) => a.index - b.index)) {
    shown.splice(Math.min(index, shown.length), 0, recommendation);
  }
  return shown;
}

export const SNOOZES = ["day", "week", "month"] as const;

/** The day until which it is put off; a month later is the same day of it, or its last. */
export function snoozedUntil(choice: (typeof SNOOZES)[number], today: string): string {
  if (choice !== "month") {
    return addDays(today, choice === "day" ? 1 : 7);
  }
  const [year, month, day] = today.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day, last))).toISOString().slice(0, 10);
}
