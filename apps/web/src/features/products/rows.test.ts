import { expect, test } from "vitest";
import { placeOf } from "./rows";

test("a fault is found by its row and its column", () => {
  expect(placeOf({ pointer: "/rows/4/price" })).toEqual({ row: 4, column: "price" });
  expect(placeOf({ pointer: "/columns/a~1b" })).toEqual({ row: null, column: "a/b" });
  expect(placeOf({ pointer: "/rows/7" })).toEqual({ row: 7, column: null });
  expect(placeOf({})).toEqual({ row: null, column: null });
});
