import { expect, test } from "vitest";
import type { Policy } from "../products/policy";
import { changedLines, EMPTY } from "./bulk";

const policy = { product: "p1", site: "UIO", minimum: "38", target: "55", fixed_minimum: "15", fixed_target: "60", method: "fixed", service_level: null, mode: "propose", spending_limit: null, sources: "transfer_first", review_days: 1, cover_days: 7, periods: [{ valid_from: "2031-12-01", valid_to: "2031-12-24", minimum: "9", target: null, service_level: null }] } as unknown as Policy;

test("what was not given stays as each policy has it, seasons too", () => {
  const [line] = changedLines([policy], { ...EMPTY, mode: "draft", cover_days: "14" });
  expect(line).toEqual({ product: "p1", site: "UIO", minimum: "15", target: "60", method: "fixed", service_level: null, mode: "draft", spending_limit: null, sources: "transfer_first", review_days: 1, cover_days: 14, periods: [{ valid_from: "2031-12-01", valid_to: "2031-12-24", minimum: "9", target: null, service_level: null }] });
});

test("a service level is given in percent", () => {
  const [line] = changedLines([policy], { ...EMPTY, method: "service_level", service_level: "97.5" });
  expect([line!.method, line!.service_level]).toEqual(["service_level", "0.975"]);
});
