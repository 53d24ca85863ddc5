import type { Schemas } from "../../api/client";
import type { Format, ReportName } from "./report";

export type Schedule = Schemas["ScheduleView"];
export type RelativePeriod = Schemas["RelativePeriod"];
export type Every = Schemas["RhythmOfDays"]["every"];

export const EVERY: readonly Every[] = ["day", "weekday", "week", "month"];
export const RELATIVE: readonly RelativePeriod[] = ["yesterday", "last_7_days", "last_week", "last_30_days", "last_month", "last_year", "today", "week_to_date", "month_to_date", "year_to_date"];

/** A schedule as its form holds it. */
export type Draft = {
  name: string;
  report: ReportName | "";
  format: Format;
  period: RelativePeriod;
  site: string;
  category: string;
  product: string;
  every: Every;
  weekday: number;
  month_day: number;
  hour: number;
  readers: readonly string[];
  language: "es" | "en";
  skip_empty: boolean;
};

export const NEW: Draft = { name: "", report: "", format: "xlsx", period: "last_week", site: "", category: "", product: "", every: "week", weekday: 1, month_day: 1, hour: 7, readers: [], language: "es", skip_empty: false };

/** Where the server's names of what is wrong differ from the form's. */
export const POINTERS = { "/rhythm/weekday": "weekday", "/rhythm/month_day": "month_day", "/rhythm/hour": "hour", "/filters/site": "site", "/filters/category": "category", "/filters/product": "product" };

export function draftOf(schedule: Schedule): Draft {
  const { name, report, format, period, filters, rhythm, readers, language, skip_empty } = schedule;
  return {
    name,
    report,
    format,
    skip_empty,
    period: period ?? NEW.period,
    site: filters.site ?? "",
    category: filters.category ?? "",
    product: filters.product ?? "",
    every: rhythm.every,
    hour: rhythm.hour,
    weekday: rhythm.weekday ?? NEW.weekday,
    month_day: rhythm.month_day ?? NEW.month_day,
    readers: readers.map(({ id }) => id),
    language: language === "en" ? "en" : "es",
  };
}

/** What is sent: of the days, the filters and the rhythm only what this report and this rhythm know. */
export function bodyOf(draft: Draft, narrowing: readonly string[]): Schemas["CreateSchedule"] {
  const { name, report, format, every, hour, readers, language, skip_empty } = draft;
  const filters = Object.fromEntries((["site", "category", "product"] as const).filter((one) => narrowing.includes(one) && draft[one]).map((one) => [one, draft[one]]));
  return {
    name,
    format,
    filters,
    language,
    skip_empty,
    report: report as ReportName,
    period: narrowing.includes("period") || narrowing.includes("day") ? draft.period : null,
    rhythm: { every, hour, ...(every === "week" ? { weekday: draft.weekday } : {}), ...(every === "month" ? { month_day: draft.month_day } : {}) },
    readers: [...readers],
  };
}

/** Whether one is being made or waits for the mail server, so that it is worth looking again. */
export const isUnderWay = ({ readers }: Schedule): boolean => readers.some(({ last }) => last?.state === "waiting" || last?.state === "posted");
