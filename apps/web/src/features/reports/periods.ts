import { addDays } from "../../ui/moments";

export const PERIODS = ["today", "yesterday", "last7", "last30", "thisMonth", "lastMonth", "thisYear", "lastYear"] as const;
export type Period = (typeof PERIODS)[number];
export const DAYS = ["today", "yesterday", "lastMonth", "lastYear"] as const;
export type QuickDay = (typeof DAYS)[number];

const firstOf = (day: string): string => `${day.slice(0, 8)}01`;

/** The first day and the last of a period, seen from a day. */
export function daysOf(period: Period, today: string): { since: string; until: string } {
  const year = today.slice(0, 4);
  const before = addDays(firstOf(today), -1);
  switch (period) {
    case "today":
      return { since: today, until: today };
    case "yesterday":
      return { since: addDays(today, -1), until: addDays(today, -1) };
    case "last7":
      return { since: addDays(today, -6), until: today };
    case "last30":
      return { since: addDays(today, -29), until: today };
    case "thisMonth":
      return { since: firstOf(today), until: today };
    case "lastMonth":
      return { since: firstOf(before), until: before };
    case "thisYear":
      return { since: `${year}-01-01`, until: today };
    case "lastYear":
      return { since: `${Number(year) - 1}-01-01`, until: `${Number(year) - 1}-12-31` };
  }
}

/** The day that a quick choice means: of a month or a year, its last. */
export function dayOf(choice: QuickDay, today: string): string {
  return daysOf(choice, today).until;
}
