import { expect, test } from "vitest";
import { changedBySomebody, changing, EMPTY, making } from "./draft";

const tea = { ...EMPTY, sku: "TEA", name: "Tea", price: "2.5", cost: "1" };

test("only what differs is sent", () => {
  expect(changing(tea, tea)).toEqual({});
  expect(changing(tea, { ...tea, price: "3", shelf_life_days: "30", category: "" })).toEqual({ price: "3", shelf_life_days: 30 });
  expect(changing({ ...tea, category: "x", shelf_life_days: "30" }, tea)).toEqual({ category: null, shelf_life_days: null });
});

test("what was left empty is left to the server, and a kit is tracked by its parts", () => {
  expect(making({ ...EMPTY, sku: " TEA ", name: "Tea" })).toEqual({
    sku: "TEA", name: "Tea", description: "", kind: "unit", tracking: "none", unit: "unit", category: null, shelf_life_days: null, barcodes: [],
  });
  expect(making({ ...tea, kind: "kit", tracking: "lot", barcode: "4006381333931" })).toMatchObject({ tracking: "none", cost: "1", barcodes: [{ code: "4006381333931" }] });
});

test("what somebody else changed is told by its name", () => {
  expect(changedBySomebody(tea, { ...tea, price: "9", name: "Té" })).toEqual(["name", "price"]);
});
