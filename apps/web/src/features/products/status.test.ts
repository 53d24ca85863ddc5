import { expect, test } from "vitest";
import { statusOf } from "./status";

const product = { active: true, kind: "unit", on_hand: "5", available: "5", low: false };

test("a product is out before it is low, and what is not sold is neither", () => {
  expect(statusOf(product)).toBe("ok");
  expect(statusOf({ ...product, low: true })).toBe("low");
  expect(statusOf({ ...product, on_hand: "0.000000", low: true })).toBe("out");
  expect(statusOf({ ...product, on_hand: "-2" })).toBe("out");
  expect(statusOf({ ...product, active: false, on_hand: "0" })).toBe("inactive");
});

test("of a kit counts what its parts suffice for", () => {
  expect(statusOf({ ...product, kind: "kit", on_hand: "0", available: "3" })).toBe("ok");
  expect(statusOf({ ...product, kind: "kit", on_hand: "0", available: "0" })).toBe("out");
});
