/** Finds codes in a picture. What it throws is a fault of the detector: that there is no code is an empty answer. */
export interface Detector {
  readonly name: "native" | "zxing";
  /** What the codes in the picture say. */
  detect(picture: ImageData): Promise<readonly string[]>;
}

type Native = { detect(picture: ImageData): Promise<readonly { rawValue: string }[]> };
type NativeDetectors = { new (options: { formats: string[] }): Native; getSupportedFormats(): Promise<string[]> };

const NEEDED = ["ean_13", "qr_code"];
const WANTED = [...NEEDED, "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "data_matrix"];

/** The detector of the browser itself, where there is one that knows what shops scan. */
export async function nativeDetector(): Promise<Detector | null> {
  const Natives = (globalThis as { BarcodeDetector?: NativeDetectors }).BarcodeDetector;
  if (!Natives) {
    return null;
  }
  try {
    const known = await Natives.getSupportedFormats();
    if (!NEEDED.every((format) => known.includes(format))) {
      return null;
    }
    const native = new Natives({ formats: WANTED.filter((format) => known.includes(format)) });
    return { name: "native", detect: async (picture) => (await native.detect(picture)).map(({ rawValue }) => rawValue).filter(Boolean) };
  } catch {
    return null; // there by name only
  }
}

/** The browser's own detector, else the one that comes with the application. */
export async function openDetector(other: () => Promise<Detector> = () => import("./zxing").then(({ zxingDetector }) => zxingDetector())): Promise<Detector> {
  return (await nativeDetector()) ?? other();
}
