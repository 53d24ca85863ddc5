import { expect, test } from "vitest";
import { atThisMoment, said, told, type Said } from "./entry";
import { bodyOf, emptyPlan } from "./plan";

const one = (key: string): Said => ({ key, name: key, figure: { product: key, quantity: "1" }, state: "sending" });

test("the latest of what was counted is first, and each is told once", () => {
  const two = said(said([], one("a")), one("b"));
  expect(said(two, one("a")).map(({ key }) => key)).toEqual(["a", "b"]);
  expect(told(two, "a", { state: "recorded" }).map(({ state }) => state)).toEqual(["sending", "recorded"]);
  expect(Array.from({ length: 20 }, (_, key) => one(String(key))).reduce<Said[]>(said, [])).toHaveLength(12);
});

test("what is sent later says when it was counted", () => {
  const now = new Date("2031-05-01T10:00:00Z");
  const body = { lines: [{ product: "TEA", quantity: "1" }, { product: "CUP", quantity: "2", counted_at: "2031-05-01T09:00:00Z" }] };
  expect(atThisMoment(body, now).lines.map(({ counted_at }) => counted_at)).toEqual(["2031-05-01T10:00:00.000Z", "2031-05-01T09:00:00Z"]);
});

test("a plan sends only what belongs to its kind of scope", () => {
  const plan = { ...emptyPlan("UIO"), tolerance: { quantity: "2,5", percent: "", value: " " } };
  plan.scope = { kind: "cycle", category: "c", products: [{ id: "1", sku: "A", name: "A" }], classes: ["A"], size: "15" };
  expect(bodyOf(plan)).toEqual({ scope: { kind: "cycle", size: 15 }, blind: true, tolerance: { quantity: "2.5", percent: null, value: null }, note: "" });
  plan.scope.kind = "products";
  expect(bodyOf(plan).scope).toEqual({ kind: "products", products: ["1"] });
});
