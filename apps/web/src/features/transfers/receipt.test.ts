import { expect, test } from "vitest";
import { bodyOf, gapOf, leftOf, receiptsOf, type Receipt } from "./receipt";

const line = { line: 1, product: "p", sku: "TEA", name: "Tea", lot: null, requested: "10", shipped: "8", received: "2", resolved: "0", in_transit: "6", shipped_cost: null };
const said = (to: Partial<Receipt>): Receipt => ({ ...receiptsOf([line], false)[0]!, ...to });

test("all that is on its way is taken to have come", () => {
  expect(receiptsOf([line, { ...line, line: 2, in_transit: "0" }], false).map(({ line, received }) => [line, received])).toEqual([[1, "6"]]);
  expect(receiptsOf([line], true)[0]?.coming).toBe("10");
  expect(bodyOf([said({})])).toEqual({ lines: [{ line: 1, received: "6" }] });
});

test("what did not come has one reason, or several, or is still on its way", () => {
  expect(bodyOf([said({ received: "4,5", gap: "damaged" })])).toEqual({ lines: [{ line: 1, received: "4.5", resolution: { damaged: "1.5" } }] });
  expect(bodyOf([said({ received: "4", gap: "coming" })])).toEqual({ lines: [{ line: 1, received: "4" }] });
  const several = said({ received: "2", gap: "several", short: "1", damaged: "2" });
  expect(bodyOf([several])).toEqual({ lines: [{ line: 1, received: "2", resolution: { short: "1", lost: "0", damaged: "2" } }] });
  expect(leftOf(several)).toBe("1");
});

test("more than was sent leaves no gap, and what is no number is the server's to refuse", () => {
  expect(gapOf(said({ received: "7" }))).toBe("0");
  expect(bodyOf([said({ received: "x", gap: "short" })])).toEqual({ lines: [{ line: 1, received: "x" }] });
});
