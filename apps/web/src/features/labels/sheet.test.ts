import { expect, test } from "vitest";
import { countOf, idsOf, lineOf, sheetsFor } from "./sheet";

const stock = [{ code: "UIO", on_hand: "4.5" }, { code: "GYE", on_hand: "3" }];

test("a label for each whole piece at a site, at all of them, or as many as one says", () => {
  expect(countOf({ product: "p", copies: "12" }, stock, false, "")).toBe(12);
  expect(countOf({ product: "p", copies: "x" }, stock, false, "")).toBe(0);
  expect(countOf({ product: "p", copies: "12" }, stock, true, "GYE")).toBe(3);
  expect(countOf({ product: "p", copies: "12" }, stock, true, "")).toBe(7);
  expect(countOf({ product: "p", copies: "1" }, [{ code: "UIO", on_hand: "-2" }], true, "")).toBe(0);
});

test("a sheet that was begun has less room", () => {
  const sheet = { columns: 3, rows: 7 };
  expect(sheetsFor(sheet, 1, 21)).toBe(1);
  expect(sheetsFor(sheet, 2, 21)).toBe(2);
  expect(sheetsFor(sheet, 21, 1)).toBe(1);
  expect(sheetsFor(sheet, 1, 0)).toBe(0);
  expect(sheetsFor({ columns: 1, rows: 1 }, 5, 3)).toBe(3);
});

test("what is sent says copies only where they are not counted from the stock", () => {
  expect(lineOf({ product: "p", copies: "3", lot: "AB", expires_on: "" }, false)).toEqual({ product: "p", copies: 3, lot: "AB" });
  expect(lineOf({ product: "p", copies: "3" }, true)).toEqual({ product: "p" });
  expect(idsOf("a,b,,a")).toEqual(["a", "b"]);
});
