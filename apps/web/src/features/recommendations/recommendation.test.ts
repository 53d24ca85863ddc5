import { describe, expect, it } from "vitest";
import { figuresOf, placeOf, snoozedUntil, withDone, type JustDone, type Recommendation } from "./recommendation";

const one = (id: string) => ({ id }) as Recommendation;
const done = (id: string, index: number) => ({ recommendation: one(id), index, done: {} }) as JustDone;
const signs = { quantity: (value: string) => `q${value}`, sum: (value: string, currency: string) => `${currency} ${value}`, money: (value: string, currency: string) => `m${currency} ${value}`, day: (day: string) => `d${day}`, percent: (share: string) => `p${share}` };

describe("what was just done", () => {
  it("stays where it was when the list is read anew", () => {
    const shown = withDone([one("a"), one("d")], [done("c", 2), done("b", 1)]);
    expect(shown.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  });
  it("stands once, also while the list still has it, and at the end of a shorter one", () => {
    expect(withDone([one("a"), one("b")], [done("b", 1)]).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(withDone([], [done("b", 7)]).map(({ id }) => id)).toEqual(["b"]);
  });
});

describe("putting off", () => {
  it("ends on the last day of a month that is shorter", () => {
    expect(snoozedUntil("month", "2026-01-31")).toBe("2026-02-28");
    expect(snoozedUntil("month", "2026-12-15")).toBe("2027-01-15");
    expect(snoozedUntil("week", "2026-12-28")).toBe("2027-01-04");
  });
});

describe("numbers", () => {
  it("are written as what they are, and what is not said is left out", () => {
    const numbers = { on_hand: "7", unit_price: "1.5", currency: "EUR", value: "9.99", price: "4", stock_out_on: "2026-12-09", expected: "10.523495", negative: true, supplier: null };
    expect(figuresOf({ numbers, currency: "USD" } as unknown as Recommendation, signs).map(({ text }) => text)).toEqual(["q7", "mUSD 4", "mEUR 1.5", "USD 9.99", "q10.5", "d2026-12-09"]);
  });
});

it("what was made is found", () => {
  expect(placeOf({ type: "purchase_order", id: "1", number: 3 }, "p")).toBe("/purchases/1");
  expect(placeOf({ type: "policy", id: "p", number: null }, "p")).toBe("/products/p?tab=policies");
});
