import { expect, test } from "vitest";
import { touchedBy } from "./live";

test("an event makes old what shows its subject, and nothing else", () => {
  expect(touchedBy("sale_recorded")).toContain("stock");
  expect(touchedBy("stock_count_posted")).toEqual(["stock/counts", "dashboard"]);
  expect(touchedBy("channel_order_short")).toContain("channel-orders");
  expect(touchedBy("purchase_order_late")).toContain("purchase-orders");
  expect(touchedBy("something_else")).toEqual([]);
});
