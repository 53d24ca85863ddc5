import { expect, test } from "vitest";
import { compare, minus, plus } from "../../ui/formats";
import { costOf, rough, sumUp, type Proposal } from "./proposal";

test("the numbers of a position come to it", () => {
  const why = { available: "11", owed: "2", ordered: "4", drafted: "10", arriving: "1", position: "24" } as Proposal["why"];
  const position = sumUp(why).reduce((sum, [, sign, value]) => (sign === "−" ? minus(sum, value) : plus(sum, value)), "0");
  expect(compare(position, why.position)).toBe(0);
});

test("what it costs is exact, or is not told", () => {
  expect(costOf({ quantity: "3", unit_price: "0.1" })).toBe("0.3");
  expect(costOf({ quantity: "3", unit_price: null })).toBeNull();
});

test("an estimate is shown to a tenth", () => {
  expect([rough("1.307821"), rough("9"), rough(null)]).toEqual(["1.3", "9", null]);
});
