import { expect, test } from "vitest";
import { availableOf } from "./availability";
import { isShort, withMore, type Goods } from "./goods";
import { asked } from "./tabs";

const tea: Goods = { id: "1", sku: "TEA", name: "Tea", unit: "unit", tracking: "none", kind: "unit" };

test("the same product and lot is one line, another lot another", () => {
  const once = withMore(withMore([], tea), tea, "12");
  expect(once.map(({ quantity }) => quantity)).toEqual(["13"]);
  expect(withMore(once, tea, "1", "L1").map(({ quantity, lot }) => [quantity, lot])).toEqual([["13", ""], ["1", "L1"]]);
});

test("more than there is shows, but not where nobody knows", () => {
  const there = availableOf([{ product: "1", sku: "TEA", kind: "unit", sites: [{ site: "UIO", available: "12.5" }] }]);
  expect(isShort("12,6", there.get("1")?.get("UIO"))).toBe(true);
  expect(isShort("12.5", there.get("1")?.get("UIO"))).toBe(false);
  expect(isShort("99", there.get("1")?.get("GYE"))).toBe(false);
});

test("a site gives what is to be sent and gets what is to be received", () => {
  expect(asked("send", "UIO", undefined)).toEqual({ state: ["draft", "pending"], source: "UIO" });
  expect(asked("receive", "UIO", undefined)).toEqual({ state: ["in_transit", "partially_received"], destination: "UIO" });
  expect(asked("all", "UIO", "TEA")).toEqual({ site: "UIO", product: "TEA" });
});
