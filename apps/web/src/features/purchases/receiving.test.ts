import { expect, test } from "vitest";
import { orderable, priceFor, sumOf, type Order } from "./order";
import { allOpen, blanksOf, leftOf, scanned, toSend } from "./receiving";

const line = (number: number, product: string, open: string, tracking = "none") => ({ line: number, product, open, tracking });
const order = { lines: [line(1, "cup", "3"), line(2, "tea", "2", "lot"), line(3, "cup", "2"), line(4, "done", "0")] } as unknown as Order;
const scan = (product: string, lot = "", quantity = "1") => ({ product, quantity, lot, expires_on: "" });

test("scanned units fill the first line of their product, then the next", () => {
  let arrivals = blanksOf(order);
  for (let count = 0; count < 4; count += 1) {
    arrivals = scanned(order, arrivals, scan("cup"))!;
  }
  expect(arrivals.map((one) => [one.line, one.quantity])).toEqual([[1, "3"], [2, ""], [3, "1"]]);
  expect(leftOf(order.lines[2]!, arrivals)).toBe("1");
});

test("each lot has an entry of its own, beside its line", () => {
  const once = scanned(order, blanksOf(order), scan("tea", "L-1"))!;
  const twice = scanned(order, once, scan("tea", "L-2"))!;
  expect(twice.map((one) => [one.line, one.lot])).toEqual([[1, ""], [2, "L-1"], [2, "L-2"], [3, ""]]);
  expect(scanned(order, twice, scan("tea", "L-1"))!.map(({ quantity }) => quantity)).toEqual(["", "2", "1", ""]);
});

test("what nobody ordered fits nowhere", () => {
  expect(scanned(order, blanksOf(order), scan("hat"))).toBeNull();
});

test("all that is open leaves lots to be read from the goods, and only what is filled is sent", () => {
  const { lines, places } = toSend(allOpen(order, blanksOf(order)));
  expect(lines).toEqual([{ line: 1, quantity: "3" }, { line: 3, quantity: "2" }]);
  expect(places).toEqual([0, 2]);
});

const terms = { minimum_order_quantity: "10", order_multiple: "6", price_breaks: [{ from_quantity: "1", unit_price: "2.50" }, { from_quantity: "100", unit_price: "2" }] };

test("an order is of whole packs and no less than the supplier sells, at the price of its quantity", () => {
  expect([orderable(terms, "1"), orderable(terms, "12"), orderable(terms, "12.5"), orderable(null, "7")]).toEqual(["12", "12", "18", "7"]);
  expect([priceFor(terms, "99"), priceFor(terms, "100"), priceFor(null, "5")]).toEqual(["2.50", "2", null]);
  expect(sumOf([{ quantity: "3", price: "0.1" }, { quantity: "1", price: null }])).toBe("0.3");
});
