import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { Detector } from "./detector";

const OPTIONS: ReaderOptions = {
  formats: ["EAN13", "EAN8", "UPCA", "UPCE", "Code128", "Code39", "ITF", "DataBar", "DataBarExp", "QRCode", "DataMatrix"],
  maxNumberOfSymbols: 4,
  tryHarder: true,
  textMode: "Plain",
};
/** Codes that speak GS1 say so, as hand scanners do; the server reads the rest of them. */
const GS1 = new Set(["]C1", "]d2", "]Q3", "]e0"]);

/** ZXing in WebAssembly, from this origin and no other. */
export async function zxingDetector(): Promise<Detector> {
  await prepareZXingModule({
    overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasm : prefix + path) },
    fireImmediately: true,
  });
  return {
    name: "zxing",
    detect: async (picture) => {
      const found = await readBarcodes(picture, OPTIONS);
      return found.filter(({ isValid, text }) => isValid && text).map(({ text, symbologyIdentifier }) => (GS1.has(symbologyIdentifier) ? symbologyIdentifier + text : text));
    },
  };
}
