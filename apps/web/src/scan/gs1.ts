/** What a GS1 code says beside its article, read without the server: what the shop needs while it is offline. */
export type Gs1 = { gtin: string; lot: string; serial: string; expires_on: string | null; quantity: string | null };

const FIXED: Readonly<Record<string, number>> = { "00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2 };
const SEPARATOR = /[\u001d\u241d]/;

function elements(text: string): Map<string, string> | null {
  const found = new Map<string, string>();
  if (text.startsWith("(")) {
    for (const [, name, value] of text.matchAll(/\((\d{2,4})\)([^(]*)/g)) {
      found.set(name!, value!);
    }
    return found;
  }
  let rest = text;
  while (rest) {
    const name = /^31\d\d/.test(rest) ? rest.slice(0, 4) : rest.slice(0, 2);
    const length = name.length === 4 ? 6 : FIXED[name];
    rest = rest.slice(name.length);
    if (!/^\d+$/.test(name) || (length !== undefined && rest.length < length)) {
      return null;
    }
    const end = length ?? (rest.search(SEPARATOR) < 0 ? rest.length : rest.search(SEPARATOR));
    found.set(name, rest.slice(0, end));
    rest = rest.slice(end).replace(/^[\u001d\u241d]/, "");
  }
  return found;
}

/** Null unless it is a GS1 code with an article: a plain barcode, or none of these. */
export function readGs1(text: string): Gs1 | null {
  const plain = text.trim().replace(/^\][A-Za-z]\d/, "").replace(/^[\u001d\u241d]/, "");
  if (!plain.startsWith("(01)") && !/^01\d{14}./.test(plain)) {
    return null;
  }
  const parts = elements(plain);
  const gtin = parts?.get("01");
  if (!parts || !gtin || !isGtin(gtin)) {
    return null;
  }
  const weight = [...parts].find(([name]) => name.startsWith("310"));
  return {
    gtin,
    lot: parts.get("10") ?? "",
    serial: parts.get("21") ?? "",
    expires_on: dayOf(parts.get("17")),
    quantity: weight ? shifted(weight[1], Number(weight[0][3])) : (parts.get("30") ?? parts.get("37") ?? null),
  };
}

/** Whether it has the form of a GTIN and the right check digit. */
export function isGtin(text: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(text)) {
    return false;
  }
  const sum = text.slice(0, -1).split("").toReversed().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 1 : 3), 0);
  return (10 - (sum % 10)) % 10 === Number(text.at(-1));
}

/** One spelling for all that scanners make of the same code. */
export const keyOf = (code: string): string => (isGtin(code) ? code.padStart(14, "0") : code.toLowerCase());

function dayOf(text: string | undefined): string | null {
  const parts = /^(\d\d)(\d\d)(\d\d)$/.exec(text ?? "");
  if (!parts) {
    return null;
  }
  const [, year, month, day] = parts as unknown as [string, string, string, string];
  const last = new Date(Date.UTC(2000 + Number(year), Number(month), 0)).getUTCDate(); // day 00 is the last of the month
  return `20${year}-${month}-${day === "00" ? last : day}`;
}

function shifted(digits: string, places: number): string {
  const whole = digits.slice(0, digits.length - places).replace(/^0+(?=\d)/, "");
  const part = places ? digits.slice(-places).replace(/0+$/, "") : "";
  return part ? `${whole || "0"}.${part}` : whole || "0";
}
