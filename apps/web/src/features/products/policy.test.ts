import { expect, test } from "vitest";
import { draftOf, lineOf, type Policy } from "./policy";

const policy = {
  product: "p", sku: "CUP", name: "Cup", site: "UIO", minimum: "40", target: "120", level_source: "forecast", basis: null, fixed_minimum: "3", fixed_target: "9", method: "service_level",
  service_level: "0.95", mode: "place", spending_limit: "500", sources: "buy_only", review_days: 2, cover_days: 14,
  periods: [{ valid_from: "2031-12-01", valid_to: "2031-12-24", minimum: "90", target: null, service_level: "0.98" }], version: 3,
} as Policy;

test("saving what was opened changes nothing of it", () => {
  expect(lineOf("p", draftOf(policy))).toEqual({
    product: "p", site: "UIO", minimum: "3", target: "9", method: "service_level", service_level: "0.95", mode: "place", spending_limit: "500", sources: "buy_only", review_days: 2, cover_days: 14,
    periods: [{ valid_from: "2031-12-01", valid_to: "2031-12-24", minimum: "90", target: null, service_level: "0.98" }],
  });
});

test("a level is typed in percent, and belongs to its method alone", () => {
  expect(lineOf("p", { ...draftOf(policy), service_level: "97,5" }).service_level).toBe("0.975");
  expect(lineOf("p", { ...draftOf(policy), service_level: "lots" }).service_level).toBe("lots");
  expect(lineOf("p", { ...draftOf(policy), method: "fixed" }).service_level).toBeNull();
  expect(lineOf("p", { ...draftOf(policy), mode: "draft" }).spending_limit).toBeNull();
});
