import { expect, test } from "vitest";
import { compare, makeFormats, minus, plus, times, typedNumber } from "./formats";

const ecuador = makeFormats({ locale: "es-EC", currency: "USD", timeZone: "America/Guayaquil" });

test("decimals are reckoned exactly", () => {
  expect(plus("0.1", "0.2")).toBe("0.3");
  expect(minus("160", "1")).toBe("159");
  expect(times("3", "19.99")).toBe("59.97");
  expect(compare("10", "9.999999")).toBe(1);
});

test("a quantity that no float can hold is shown to its last digit", () => {
  expect(ecuador.quantity("12345678901234567.5")).toBe("12.345.678.901.234.567,5");
  expect(ecuador.quantity(null)).toBe("–");
});

test("numbers are written as the company writes them", () => {
  const states = makeFormats({ locale: "en-US", currency: "USD", timeZone: "UTC" });
  expect(states.quantity("1234.5")).toBe("1,234.5");
  expect(ecuador.quantity("1234.5")).toBe("1.234,5");
  expect(states.money("19.5")).toBe("$19.50");
});

test("a day is the company's day, a plain day is itself everywhere", () => {
  expect(ecuador.day("2031-03-01T02:00:00Z")).toContain("28");
  expect(ecuador.day("2031-03-01")).toMatch(/^1\b/);
});

test("a comma typed as a decimal point is understood, and nonsense is not", () => {
  expect(typedNumber("2,5")).toBe("2.5");
  expect(typedNumber(" 1 000 ")).toBe("1000");
  for (const nonsense of ["", "abc", "1,2,3", "1e5", "--1", "0x10"]) {
    expect(typedNumber(nonsense)).toBeNull();
  }
});
