import { expect, test } from "vitest";
import { availableOf } from "../transfers/availability";
import { atOnce, giversOf } from "./whence";

const line = (product: string, quantity: string) => ({ line: 1, product, sku: product, name: product, quantity, granted: null, fulfilled: "0", closed: "0", open: "0" });
const there = (product: string, sites: Record<string, string>) => ({ product, sku: product, kind: "unit", sites: Object.entries(sites).map(([site, available]) => ({ site, available })) });
const available = availableOf([there("tea", { UIO: "10", GYE: "30", LAB: "2" }), there("cup", { UIO: "10", GYE: "5", LAB: "100" })]);

test("who has all of it gives, and of those who can best spare it", () => {
  const lines = [line("tea", "5"), line("cup", "4")];
  expect(giversOf(lines, available, ["LAB", "GYE", "UIO"]).map(({ site, covered }) => [site, covered])).toEqual([["UIO", 2], ["GYE", 2], ["LAB", 1]]);
});

test("a customer order is granted of the stock of its own site", () => {
  const request = { kind: "customer_order" as const, site: { code: "GYE" }, lines: [line("cup", "5")] };
  expect(atOnce(request, available, [])).toEqual({ source: null });
  expect(atOnce({ ...request, lines: [line("cup", "5.5")] }, available, [])).toBeNull();
});

test("a restock is granted by whoever has all of it, and by nobody else", () => {
  const request = { kind: "restock" as const, site: { code: "GYE" }, lines: [line("cup", "50")] };
  expect(atOnce(request, available, giversOf(request.lines, available, ["UIO", "LAB"]))).toEqual({ source: "LAB" });
  expect(atOnce(request, available, giversOf(request.lines, available, ["UIO"]))).toBeNull();
});
