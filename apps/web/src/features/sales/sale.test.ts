import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/client";
import { added, bodyOf, emptySale, lineTotal, outside, saleTotal, stepped, type Ware } from "./sale";

const ware = (id: string, price: string): Ware => ({ id, sku: id, name: id, unit: "unit", price, currency: "USD", tracking: "none", kind: "unit" });
const coffee = ware("coffee", "0.1");

describe("the lines of a sale", () => {
  it("have each product and lot once", () => {
    const lines = [["coffee", ""], ["tea", ""], ["coffee", ""], ["coffee", "L1"]].reduce((lines, [id, lot]) => added(lines, ware(id!, "1"), "1", lot), emptySale("UIO").lines);
    expect(lines.map(({ ware, quantity, lot }) => [ware.id, quantity, lot])).toEqual([
      ["coffee", "2", ""],
      ["tea", "1", ""],
      ["coffee", "1", "L1"],
    ]);
  });
  it("add up exactly", () => {
    const lines = [...added([], coffee, "3"), ...added([], ware("tea", "0.2"), "1")];
    expect(saleTotal(lines)).toBe("0.5");
    expect(lineTotal({ quantity: "1,5", unit_price: "0.1" })).toBe("0.15");
    expect(lineTotal({ quantity: "", unit_price: "0.1" })).toBeNull();
  });
  it("step by one, and never to nothing", () => {
    expect(stepped("1", -1)).toBe("1");
    expect(stepped("0.5", 1)).toBe("1.5");
    expect(stepped("2.5", -1)).toBe("1.5");
    expect(stepped("", 1)).toBe("1");
  });
  it("say a price of nothing as nothing", () => {
    const [line] = added([], coffee);
    expect(bodyOf({ ...emptySale("UIO"), lines: [{ ...line!, unit_price: " " }] }).lines[0]!.unit_price).toBe("0");
  });
});

describe("what is still out", () => {
  const move = (product: string, quantity: string, kit: string | null = null, kit_quantity: string | null = null) => ({ line: 1, product, sku: product, from: "", to: "", lot: null, quantity, cost: null, unit_price: null, total: null, kit, kit_quantity }) satisfies Schemas["MoveView"];
  it("is what was sold less what came back, lot by lot or not", () => {
    const found = outside([move("a", "2"), move("a", "1"), move("b", "1")], [[move("a", "1")], [move("a", "0.5"), move("b", "1")]]);
    expect(found.map(({ product, sold, left }) => [product, sold, left])).toEqual([
      ["a", "3", "1.5"],
      ["b", "1", "0"],
    ]);
  });
  it("counts a kit as one thing, though its components moved in several lots", () => {
    const sold = [move("bean", "4", "box", "2"), move("bean", "2", "box", "1"), move("cup", "3", "box", "3")];
    expect(outside(sold, [[move("bean", "2", "box", "1"), move("cup", "1", "box", "1")]])).toEqual([{ product: "box", sku: "", isKit: true, sold: "3", returned: "1", left: "2" }]);
  });
});
