import { expect, test } from "vitest";
import { asked, isNarrowed, kept, readFilters, same, unkept, USUAL_VIEWS } from "./filters";

test("an address is read without what makes no sense", () => {
  expect(readFilters({ q: "007", low: "true", kind: "box", sort: "price", other: "x" })).toEqual({ q: "007", low: true });
});

test("what is low or out is asked of what is sold, unless somebody says otherwise", () => {
  expect(asked({ low: true })).toEqual({ low: true, active: true });
  expect(asked({ out: true, active: "false" })).toEqual({ out: true, active: false });
  expect(asked({ q: "tea" })).toEqual({ q: "tea" });
});

test("a view that was kept shows the same again", () => {
  const filters = readFilters({ site: "UIO", q: "té & más", low: "true", sort: "-sku" });
  expect(unkept(kept(filters))).toEqual(filters);
  expect(same({ q: "a", site: "UIO" }, { site: "UIO", q: "a" })).toBe(true);
  expect(same(USUAL_VIEWS.low, USUAL_VIEWS.out)).toBe(false);
});

test("an order narrows nothing", () => {
  expect(isNarrowed({ sort: "sku" })).toBe(false);
  expect(isNarrowed({ active: "true" })).toBe(true);
});
