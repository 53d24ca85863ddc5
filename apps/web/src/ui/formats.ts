import Big from "big.js";
import { createContext, useContext, useMemo } from "react";

/** How the company writes numbers, money and times. */
export type Customs = { locale: string; currency: string; timeZone: string };

export const CustomsContext = createContext<Customs>({ locale: "es-EC", currency: "USD", timeZone: "America/Guayaquil" });

/** Quantities and money arrive as decimal text and are shown without ever becoming floats. */
export function makeFormats({ locale, currency, timeZone }: Customs) {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone });
  const plainDays = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const moneys = new Map<string, Intl.NumberFormat>();
  const moneyIn = (code: string) => {
    if (!moneys.has(code)) {
      moneys.set(code, new Intl.NumberFormat(locale, { style: "currency", currency: code, maximumFractionDigits: 4 }));
    }
    return moneys.get(code)!;
  };
  const cents = new Intl.NumberFormat(locale, { style: "currency", currency });
  const whole = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 0 });
  type Text = string | number | null | undefined;
  const shown = (value: Text, format: Intl.NumberFormat) => (value === null || value === undefined ? "–" : format.format(value as Intl.StringNumericLiteral));
  return {
    quantity: (value: Text) => shown(value, numbers),
    money: (value: Text, code: string = currency) => shown(value, moneyIn(code)),
    /** Rounded to what is paid with: for sums of exact costs. */
    sum: (value: Text, code: string = currency) => shown(value, code === currency ? cents : new Intl.NumberFormat(locale, { style: "currency", currency: code })),
    /** Without cents: for figures at a glance. */
    roundMoney: (value: Text) => shown(value, whole),
    percent: (share: Text) => shown(share, percents),
    /** A day of the company ("2031-03-01"), or the day of a moment. */
    day: (iso: string | null | undefined) =>
      !iso ? "–" : iso.length === 10 ? plainDays.format(new Date(`${iso}T00:00:00Z`)) : days.format(new Date(iso)),
    time: (iso: string | null | undefined) => (iso ? times.format(new Date(iso)) : "–"),
    ago: (iso: string) => {
      const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
      const [size, unit] = UNITS.find(([size]) => Math.abs(seconds) >= size) ?? [60, "minute"];
      return relative.format(Math.round(seconds / size), unit);
    },
  };
}

const UNITS: readonly [number, Intl.RelativeTimeFormatUnit][] = [
  [86_400 * 30, "month"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
];

export type Formats = ReturnType<typeof makeFormats>;

export function useFormats(): Formats {
  const customs = useContext(CustomsContext);
  return useMemo(() => makeFormats(customs), [customs]);
}

/** Sum of decimal texts, as decimal text. */
export function plus(...amounts: string[]): string {
  return amounts.reduce((sum, amount) => sum.plus(amount || "0"), new Big(0)).toFixed();
}

export function times(a: string, b: string): string {
  return new Big(a || "0").times(b || "0").toFixed();
}

export function minus(a: string, b: string): string {
  return new Big(a || "0").minus(b || "0").toFixed();
}

/** Less than, equal to or more than 0, as with numbers. */
export function compare(a: string, b: string): number {
  return new Big(a || "0").cmp(b || "0");
}

/** What somebody typed as a quantity, in the words of the API: a comma is a point where it cannot be a group. Null if it is none. */
export function typedNumber(text: string): string | null {
  const plain = text.trim().replace(/\s/g, "");
  const normal = /^[+-]?\d*,\d+$/.test(plain) ? plain.replace(",", ".") : plain;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(normal) ? new Big(normal).toFixed() : null;
}
