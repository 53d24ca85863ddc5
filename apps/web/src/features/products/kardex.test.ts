import { expect, test } from "vitest";
import { balanceByDay } from "./kardex";

test("a day ends with its latest balance, days are those of the company", () => {
  const moves = [
    { effective_at: "2031-05-03T03:00:00Z", balance: "7" }, // still 2 May in Guayaquil
    { effective_at: "2031-05-02T15:00:00Z", balance: "9" },
    { effective_at: "2031-04-30T15:00:00Z", balance: "10" },
    { effective_at: "2031-04-29T15:00:00Z", balance: null },
  ];
  expect(balanceByDay(moves, "America/Guayaquil")).toEqual([
    { day: "2031-04-30", balance: "10" },
    { day: "2031-05-02", balance: "7" },
  ]);
});
