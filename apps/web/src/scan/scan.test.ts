import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { ZXING_WASM_SHA256 } from "zxing-wasm/reader";
import { nativeDetector, openDetector, type Detector } from "./detector";
import { isGtin, keyOf, readGs1 } from "./gs1";
import { InView } from "./inView";
import { faultOf } from "./useCamera";
import { watchForCodes } from "./watching";

afterEach(() => vi.unstubAllGlobals());

test("the binary is the one that its JavaScript was made for", () => {
  const file = readFileSync("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm");
  expect(createHash("sha256").update(file).digest("hex")).toBe(ZXING_WASM_SHA256);
});

test("a code that stays in view is told once, and again when it has been away", () => {
  const view = new InView();
  expect(view.look(["A"], 0)).toEqual(["A"]);
  expect(view.look(["A"], 200)).toEqual([]);
  expect(view.look([], 400)).toEqual([]); // one blurred picture is no going away
  expect(view.look(["A"], 600)).toEqual([]);
  for (const now of [800, 1000, 1600]) {
    view.look([], now);
  }
  expect(view.look(["A"], 1700)).toEqual(["A"]);
});

test("a slow device that looks seldom does not take a code twice", () => {
  const view = new InView();
  view.look(["A"], 0);
  view.look([], 2000);
  expect(view.look(["A"], 4000)).toEqual([]);
});

test("several codes in view are told each for itself", () => {
  const view = new InView();
  expect(view.look(["A", "A", "B"], 0)).toEqual(["A", "B"]);
  expect(view.look(["A", "C"], 100)).toEqual(["C"]);
  expect(view.look(["B"], 200)).toEqual([]);
});

const other: Detector = { name: "zxing", detect: async () => [] };

test("without a detector of the browser's own the application's is taken", async () => {
  expect(await nativeDetector()).toBeNull();
  expect((await openDetector(async () => other)).name).toBe("zxing");
});

test.each([[["qr_code"]], [[]]])("a browser's detector that knows only %j is left aside", async (formats) => {
  vi.stubGlobal("BarcodeDetector", class { static getSupportedFormats = async () => formats; });
  expect((await openDetector(async () => other)).name).toBe("zxing");
});

test("a browser's detector that cannot be made is left aside", async () => {
  vi.stubGlobal("BarcodeDetector", class {
    static getSupportedFormats = async () => ["ean_13", "qr_code"];
    constructor() { throw new Error("not here"); }
  });
  expect((await openDetector(async () => other)).name).toBe("zxing");
});

test("a browser's detector that knows what shops scan is taken first", async () => {
  const asked: string[][] = [];
  vi.stubGlobal("BarcodeDetector", class {
    static getSupportedFormats = async () => ["ean_13", "qr_code", "aztec"];
    constructor({ formats }: { formats: string[] }) { asked.push(formats); }
    detect = async () => [{ rawValue: "4006381333931" }];
  });
  const detector = await openDetector(async () => other);
  expect(detector.name).toBe("native");
  expect(await detector.detect({} as ImageData)).toEqual(["4006381333931"]);
  expect(asked).toEqual([["ean_13", "qr_code"]]);
});

async function watched(answers: (readonly string[] | Error)[]) {
  const ending = new AbortController();
  const codes: string[] = [];
  const faults: unknown[] = [];
  let turn = 0;
  const detect = async () => {
    const answer = answers[turn];
    turn += 1;
    if (answer instanceof Error) {
      throw answer;
    }
    return answer ?? [];
  };
  const rest = async () => {
    if (turn >= answers.length) {
      ending.abort();
    }
  };
  await watchForCodes({ detector: { name: "zxing", detect }, picture: () => ({}) as ImageData, seen: (code) => codes.push(code), failed: (error) => faults.push(error), now: () => turn * 100, rest }, ending.signal);
  return { codes, faults, turn };
}

const broken = new Error("memory access out of bounds");

test("five failures on end are told, and end it", async () => {
  const { faults, turn } = await watched([broken, broken, broken, broken, broken, ["A"]]);
  expect(faults).toEqual([broken]);
  expect(turn).toBe(5);
});

test("failures between good pictures are none, and no code in view is no failure", async () => {
  const { codes, faults } = await watched([broken, broken, broken, broken, [], broken, broken, [], [], [], [], [], ["A"], ["A"]]);
  expect(faults).toEqual([]);
  expect(codes).toEqual(["A"]);
});

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
  ["NotReadableError", "busy"],
])("a camera that says %s is %s", (name, fault) => {
  expect(faultOf(new DOMException("", name))).toBe(fault);
});

test("a GS1 code tells article, lot, day and quantity without the server", () => {
  const read = { gtin: "04006381333931", lot: "AB-1", serial: "", expires_on: "2031-12-31", quantity: null };
  expect(readGs1("]d201040063813339311731123110AB-1")).toEqual(read);
  expect(readGs1("(01)04006381333931(17)311231(10)AB-1")).toEqual(read);
  expect(readGs1("010400638133393110AB-1\u001d17311200")).toEqual(read);
  expect(readGs1("0104006381333931310300125021S7")).toEqual({ ...read, lot: "", serial: "S7", expires_on: null, quantity: "1.25" });
});

test.each(["4006381333931", "COFFEE", "010400638133393210A", "01", ""])("%j is no GS1 code with an article", (text) => {
  expect(readGs1(text)).toBeNull();
});

test("what scanners make of one code has one key", () => {
  expect(keyOf("4006381333931")).toBe(keyOf("04006381333931"));
  expect(keyOf("Coffee-1")).toBe("coffee-1");
  expect(isGtin("4006381333932")).toBe(false);
});
