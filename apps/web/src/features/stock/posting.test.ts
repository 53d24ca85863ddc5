import { describe, expect, it } from "vitest";
import { after, emptyLine, kindsFor, postingOf, serialsOf, type Draft } from "./posting";

const product = { id: "p1", sku: "COFFEE", name: "Coffee" };
const draft = (change: Partial<Draft>): Draft => ({
  kind: "receipt",
  site: "UIO",
  location: "",
  lines: [],
  document: { type: "invoice", number: " 1 ", date: "", party: "" },
  reason: "",
  note: "",
  effective_at: "",
  files: [],
  ...change,
});
const line = (change: object) => ({ ...emptyLine(product), ...change });

describe("what a site will hold", () => {
  it("is exact, whichever way goods go", () => {
    expect(after("160", "issue", line({ quantity: "0.1" }))).toBe("159.9");
    expect(after("0.2", "receipt", line({ quantity: "0,1" }))).toBe("0.3");
    expect(after("5", "adjustment", line({ quantity: "2", takes: true }))).toBe("3");
    expect(after("5", "adjustment", line({ quantity: "2" }))).toBe("7");
  });
  it("is not known while the quantity is none", () => {
    expect(after("5", "issue", line({ quantity: "" }))).toBeNull();
    expect(after("5", "issue", line({ quantity: "0" }))).toBeNull();
    expect(after("5", "issue", line({ quantity: "x" }))).toBeNull();
  });
  it("counts the serial numbers of a line", () => {
    expect(after("5", "issue", line({ lot: "A1\nA2 A3" }), "serial")).toBe("2");
  });
});

describe("a posting", () => {
  it("has a line for each serial number, which all come of one line of the draft", () => {
    const lines = [line({ quantity: "7" }), line({ lot: "S1\nS2", quantity: "" })];
    const tracking = [undefined, "serial"];
    const { body, origins } = postingOf(draft({ lines: [lines[0]!, { ...lines[1]!, product: { ...product, id: "p2" } }] }), (id) => tracking[id === "p2" ? 1 : 0], "UTC");
    expect(body.lines.map(({ product, quantity, lot }) => [product, quantity, lot])).toEqual([
      ["p1", "7", undefined],
      ["p2", "1", "S1"],
      ["p2", "1", "S2"],
    ]);
    expect(origins).toEqual([0, 1, 1]);
  });
  it("takes with a sign only where it may go either way", () => {
    const taken = line({ quantity: "2", takes: true, unit_cost: "3" });
    expect(postingOf(draft({ kind: "adjustment", lines: [taken] }), () => "none", "UTC").body.lines[0]).toEqual({ product: "p1", site: "UIO", quantity: "-2" });
    expect(postingOf(draft({ kind: "scrap", lines: [taken] }), () => "none", "UTC").body.lines[0]!.quantity).toBe("2");
  });
  it("names a cost only for what comes in, and the hour as the company's clock shows it", () => {
    const { body } = postingOf(draft({ lines: [line({ quantity: "1", unit_cost: "2,5" })], effective_at: "2031-03-01T08:30" }), () => "none", "America/Guayaquil");
    expect(body.lines[0]!.unit_cost).toBe("2.5");
    expect(body.effective_at).toBe("2031-03-01T13:30:00.000Z");
    expect(body.document).toEqual({ type: "invoice", number: "1", party: "" });
  });
});

it("offers what a person may record, and nothing without the right to record at all", () => {
  const having = (...permissions: string[]) => kindsFor((one) => permissions.includes(one));
  expect(having("stock:issue")).toEqual(["issue"]);
  expect(having("stock:adjust", "stock:post")).toEqual([]);
  expect(having("stock:issue", "stock:adjust")).toEqual(["issue", "adjustment", "opening"]);
});

it("reads serial numbers however they are parted", () => {
  expect(serialsOf(" a, b;c\n\nd ")).toEqual(["a", "b", "c", "d"]);
});
