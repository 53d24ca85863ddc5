import { expect, test } from "vitest";
import { forecastLines } from "./forecastLines";

test("past and future stand in one row of weeks, each with a gap where it says nothing", () => {
  const lines = forecastLines({
    past: [{ week: "2031-01-06", demand: "3" }, { week: "2031-01-13", demand: null }],
    coming: [{ week: "2031-01-20", mean: "2.5", quantiles: { "0.5": "2", "0.95": "6" } }],
  });
  expect(lines).toEqual({
    weeks: ["2031-01-06", "2031-01-13", "2031-01-20"],
    demand: ["3", null, null],
    mean: [null, null, "2.5"],
    low: [null, null, "2"],
    high: [null, null, "6"],
  });
});
