import { expect, test } from "vitest";
import { Memory, placeOf, type Goods } from "./goods";
import { log, scanned, stepped, totals, type Entry } from "./log";
import { firstMode, modesFor } from "./modes";
import { after, deedOf, docOfTransfer, lacking, lineFor, portion, takeAll, takenOf, withTaken, type Doc, type Tally } from "./tally";

const goods: Goods = { id: "p1", sku: "CUP", name: "Cup", unit: "unit", price: "2.50", currency: "USD", tracking: "none", kind: "unit", active: true, image: null, sites: [] };
const one = { quantity: "1", lot: "", expires_on: "" };
const can = (...permissions: string[]) => (permission: string) => permissions.includes(permission);

test("modes are those that one may do", () => {
  expect(modesFor(can("lookup:read"))).toEqual(["look-up"]);
  expect(modesFor(can("lookup:read", "sale:record", "transfer:confirm"))).toEqual(["look-up", "sale", "transfer"]);
});

test("one begins with what was asked for, else what was done last, else a sale; a code alone is looked up", () => {
  const seller = can("lookup:read", "sale:record", "count:count");
  expect(firstMode(seller, undefined, null)).toBe("sale");
  expect(firstMode(seller, undefined, "count")).toBe("count");
  expect(firstMode(seller, "count", "sale")).toBe("count");
  expect(firstMode(seller, "receive", null)).toBe("look-up");
  expect(firstMode(seller, undefined, "sale", true)).toBe("look-up");
  expect(firstMode(can("lookup:read"), undefined, "sale")).toBe("look-up");
});

test("one more of the same is counted up, something else takes its place and leaves it unrecorded", () => {
  const first = scanned(null, "1", goods, one).card;
  const twice = scanned(first, "1", goods, { ...one, quantity: "12" });
  expect([twice.card.quantity, twice.card.key, twice.left]).toEqual(["13", first.key, null]);
  const other = scanned(twice.card, "2", { ...goods, id: "p2" }, one);
  expect([other.card.quantity, other.left?.goods.id]).toEqual(["1", "p1"]);
  expect(other.card.key).not.toBe(first.key);
});

test("another lot is another thing, and a serial number is no more than one", () => {
  const lot = scanned(null, "1", goods, { ...one, lot: "A" }).card;
  expect(scanned(lot, "1", goods, { ...one, lot: "B" }).left).toBe(lot);
  const serial = { ...goods, tracking: "serial" };
  const unit = scanned(null, "1", serial, { ...one, lot: "S1" }).card;
  expect(scanned(unit, "1", serial, { ...one, lot: "S1" }).card.quantity).toBe("1");
});

const entry = (key: string, quantity: string, amount: string): Omit<Entry, "state" | "undo"> => ({ key, mode: "sale", title: key, detail: "", quantity, amount });

test("the running total leaves out what was refused, taken back or not recorded", () => {
  let entries: readonly Entry[] = [];
  for (const key of ["a", "b", "c", "d"]) {
    entries = log(entries, { do: "begin", entry: entry(key, "1", "0.10") });
  }
  entries = log(entries, { do: "left", entry: entry("e", "5", "9") });
  entries = log(entries, { do: "recorded", key: "a", undo: { by: "posting", id: "x" } });
  entries = log(entries, { do: "waits", key: "b", id: "b" });
  entries = log(entries, { do: "refused", key: "c", fault: "none left" });
  expect(totals(entries)).toEqual({ quantity: "3", amount: "0.3" });
  entries = log(entries, { do: "undone", key: "a" });
  expect(totals(entries)).toEqual({ quantity: "2", amount: "0.2" });
  expect(entries.find(({ key }) => key === "b")?.undo).toEqual({ by: "dropping", id: "b" });
});

test("a step never goes to nothing", () => {
  expect([stepped("1", -1), stepped("1", 1), stepped("2,5", -1)]).toEqual(["1", "2", "1.5"]);
});

const line = (number: number, product: string, left: string, more: object = {}) => ({ line: number, product, sku: product, name: product, tracking: "none", lot: null, ordered: left, done: "0", left, ...more });
const order: Doc = { kind: "order", id: "o", number: 7, from: "Acme", to: "UIO", site: "UIO", lines: [line(1, "p1", "12"), line(2, "p2", "3", { tracking: "serial" }), line(3, "p1", "4")] };

test("a scan takes all that is left, in continuous mode one, and nothing twice", () => {
  const first = order.lines[0]!;
  const whole = withTaken([], first, portion([], first, one, false)!);
  expect(takenOf(whole, 1)).toBe("12");
  expect(portion(whole, first, one, false)).toBeNull();
  expect(lineFor(order, whole, { id: "p1" }, "")?.line).toBe(3);
  expect(takenOf(withTaken([], first, portion([], first, one, true)!), 1)).toBe("1");
  const unit = withTaken([], order.lines[1]!, portion([], order.lines[1]!, { ...one, lot: "S1" }, false)!);
  expect(unit).toEqual([{ line: 2, quantity: "1", lot: "S1", expires_on: "" }]);
  expect(portion(unit, order.lines[1]!, { ...one, lot: "S1" }, true)).toBeNull();
  expect(lineFor(order, [], { id: "other" }, "")).toBeNull();
});

test("all is taken but what needs a serial number, and what lacks one is told", () => {
  expect(takeAll(order).map(({ line, quantity }) => [line, quantity])).toEqual([[1, "12"], [3, "4"]]);
  expect(lacking(order, [{ line: 2, quantity: "1", lot: " ", expires_on: "" }])).toHaveLength(1);
});

test("what is sent names what was taken; a dispatch names every line", () => {
  const tally: Tally = [{ line: 1, quantity: "5", lot: "", expires_on: "" }, { line: 1, quantity: "2", lot: "L", expires_on: "2031-01-31" }];
  expect(deedOf(order, tally)).toEqual({ path: "purchase-orders/o/receive", body: { lines: [{ line: 1, quantity: "5" }, { line: 1, quantity: "2", lot: "L", expires_on: "2031-01-31" }] } });
  const away: Doc = { ...order, kind: "dispatch", lines: order.lines.slice(0, 2) };
  expect(deedOf(away, tally.slice(0, 1)).body).toEqual({ lines: [{ line: 1, quantity: "5" }, { line: 2, quantity: "0" }] });
  expect(deedOf({ ...order, kind: "receipt" }, tally)).toEqual({ path: "transfers/o/receive", body: { lines: [{ line: 1, received: "7" }] } });
});

test("while the server has not answered the document knows what was taken", () => {
  const left = after(order, [{ line: 1, quantity: "5", lot: "", expires_on: "" }]);
  expect(left?.lines[0]).toMatchObject({ done: "5", left: "7" });
  expect(after({ ...order, lines: [line(1, "p1", "5")] }, [{ line: 1, quantity: "5", lot: "", expires_on: "" }])).toBeNull();
});

test("a transfer is sent from here or received there, or neither", () => {
  const sites = { source: { id: "1", code: "UIO", name: "Uio" }, destination: { id: "2", code: "GYE", name: "Gye" } };
  const lines = [{ line: 1, product: "p1", sku: "CUP", name: "Cup", lot: null, requested: "3", shipped: "3", received: "1", resolved: "0", in_transit: "2", shipped_cost: null }];
  const transfer = (state: string) => docOfTransfer({ id: "t", number: 1, ...sites, lines, state } as never);
  expect(transfer("pending")).toMatchObject({ kind: "dispatch", site: "UIO", lines: [{ left: "3" }] });
  expect(transfer("partially_received")).toMatchObject({ kind: "receipt", site: "GYE", lines: [{ left: "2", done: "1" }] });
  expect(transfer("confirmed")).toBeNull();
});

test("this device remembers products by all their codes, also for the next page", () => {
  localStorage.clear();
  new Memory("m").learn(goods, [{ code: "4006381333931", pack_quantity: "1" }, { code: "BOX", pack_quantity: "12" }]);
  const memory = new Memory("m");
  expect(memory.find("04006381333931")?.goods.name).toBe("Cup");
  expect(memory.find("box")?.beside.quantity).toBe("12");
  expect(memory.find("cup")?.beside.quantity).toBe("1");
  expect(memory.find("(01)04006381333931(10)L-7")?.beside).toEqual({ quantity: "1", lot: "L-7", expires_on: "" });
  expect(memory.find("4006381333932")).toBeNull();
  expect(memory.find("cup")?.goods.sites).toBeNull(); // how many there are is not remembered: it is not true any more
});

test("a place is that of the site where one is, or the only one of its name", () => {
  const place = (code: string) => ({ id: code, code, name: code, role: "bin", address: "" });
  const site = (code: string, ...codes: string[]) => ({ id: code, code, name: code, locations: codes.map(place) }) as never;
  const sites = [site("UIO", "A-01", "B-02"), site("GYE", "A-01")];
  expect(placeOf(sites, "a-01", "GYE")?.site.code).toBe("GYE");
  expect(placeOf(sites, "B-02", "GYE")?.site.code).toBe("UIO");
  expect(placeOf(sites, "A-01", "LAB")).toBeNull();
});
