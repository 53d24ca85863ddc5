import { expect, test } from "vitest";
import { flag, oneOf, parseSearch, searchOf, stringifySearch, text } from "./search";

test("a code stays what was typed, whatever number it looks like", () => {
  for (const code of ["00123", "1e5", "true", "{}", "a b&c=ñ"]) {
    expect(parseSearch(stringifySearch({ q: code }))).toEqual({ q: code });
  }
});

test("what narrows nothing is not in the address", () => {
  expect(stringifySearch({ q: "", low: false, site: undefined, cursor: null })).toBe("");
  expect(stringifySearch({ low: true })).toBe("?low=true");
});

test("what makes no sense is left out", () => {
  const read = searchOf({ q: text, low: flag, period: oneOf("7", "30") });
  expect(read({ q: "tea", low: "true", period: "30", more: "x" })).toEqual({ q: "tea", low: true, period: "30" });
  expect(read({ q: "", low: "perhaps", period: "31" })).toEqual({});
});
