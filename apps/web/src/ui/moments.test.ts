import { expect, it } from "vitest";
import { addDays, endOf, momentOf, startOf, today } from "./moments";

it("takes what the company's clock shows for the moment that it is", () => {
  expect(momentOf("2031-03-01T08:30", "America/Guayaquil")).toBe("2031-03-01T13:30:00.000Z");
  expect(momentOf("2031-07-01T08:30", "Europe/Madrid")).toBe("2031-07-01T06:30:00.000Z");
  expect(momentOf("2031-01-01T08:30", "Europe/Madrid")).toBe("2031-01-01T07:30:00.000Z");
});

it("knows the days on which clocks are changed", () => {
  expect(startOf("2031-03-30", "Europe/Madrid")).toBe("2031-03-29T23:00:00.000Z");
  expect(endOf("2031-03-30", "Europe/Madrid")).toBe("2031-03-30T22:00:00.000Z");
  expect(momentOf("2031-03-30T02:30", "Europe/Madrid")).toBe("2031-03-30T01:30:00.000Z"); // this hour was left out
});

it("counts days over the ends of months", () => {
  expect(addDays("2031-02-28", 1)).toBe("2031-03-01");
  expect(addDays("2031-03-01", -29)).toBe("2031-01-31");
  expect(today("America/Guayaquil", Date.parse("2031-03-01T03:00:00Z"))).toBe("2031-02-28");
});
