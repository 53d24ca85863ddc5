import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/client";
import { pictureOf } from "./charts";
import { dayOf, daysOf, PERIODS } from "./periods";
import { grouped, GROUPS, mostUsed, type ReportInfo } from "./report";
import { bodyOf, draftOf, NEW } from "./schedule";

const info = (name: string) => ({ name, title: name, narrowing: [], of_one_product: false, columns: [] }) as unknown as ReportInfo;

describe("periods", () => {
  it("are whole months and years, also across their ends", () => {
    expect(daysOf("lastMonth", "2026-03-31")).toEqual({ since: "2026-02-01", until: "2026-02-28" });
    expect(daysOf("lastMonth", "2026-01-15")).toEqual({ since: "2025-12-01", until: "2025-12-31" });
    expect(daysOf("lastYear", "2026-01-15")).toEqual({ since: "2025-01-01", until: "2025-12-31" });
    expect(daysOf("last30", "2026-03-01")).toEqual({ since: "2026-01-31", until: "2026-03-01" });
    expect(dayOf("lastMonth", "2024-03-10")).toBe("2024-02-29");
  });
  it("never end before they begin, nor after the day they are seen from", () => {
    for (const day of ["2026-01-01", "2026-02-28", "2026-12-31"]) {
      for (const period of PERIODS) {
        const { since, until } = daysOf(period, day);
        expect(since <= until && until <= day, `${period} of ${day}`).toBe(true);
      }
    }
  });
});

describe("the gallery", () => {
  it("shows each report once, also one that no group names, and no empty group", () => {
    const reports = [...Object.values(GROUPS).flat(), "newest"].map(info);
    const shown = grouped(reports).flatMap(([, those]) => those.map(({ name }) => name as string));
    expect([...shown].sort()).toEqual(reports.map(({ name }) => name as string).sort());
    expect(grouped([info("audit")]).map(([group]) => group)).toEqual(["control"]);
  });
  it("puts what is used most first, of what one may see", () => {
    const uses = [{ report: "daily", weight: 1 }, { report: "audit", weight: 9 }, { report: "kardex", weight: 4 }];
    expect(mostUsed([info("kardex"), info("daily")], uses).map(({ name }) => name)).toEqual(["kardex", "daily"]);
  });
});

describe("pictures", () => {
  const column = (name: string) => ({ name, title: name, kind: "text" as const });
  const preview = (name: string, columns: string[], rows: Record<string, string | null>[], count = rows.length) => ({ name, title: "", company: "", currency: "USD", about: [], columns: columns.map(column), rows, count, totals: {} }) as unknown as Schemas["ReportPreview"];
  it("show the largest bars first", () => {
    const found = pictureOf(preview("sales_by_product", ["name", "income"], [{ name: "Tea", income: "9.5" }, { name: "Coffee", income: "10" }]));
    expect(found?.labels).toEqual(["Coffee", "Tea"]);
  });
  it("leave out what the reader may not see", () => {
    const found = pictureOf(preview("sales_by_date", ["day", "income"], [{ day: "a", income: "1" }, { day: "b", income: "2" }]));
    expect(found?.series.map(({ column }) => column.name)).toEqual(["income"]);
  });
  it("add up exactly", () => {
    const rows = [{ category: "Tea", value: "0.1" }, { category: "Tea", value: "0.2" }, { category: null, value: "5" }];
    expect(pictureOf(preview("stock_valuation", ["category", "value"], rows))?.series[0]?.values).toEqual(["5", "0.3"]);
  });
  it("are not drawn of a part of the days or of the stock", () => {
    const rows = [{ day: "a", income: "1" }, { day: "b", income: "2" }];
    expect(pictureOf(preview("sales_by_date", ["day", "income"], rows, 3))).toBeNull();
    expect(pictureOf(preview("stock_valuation", ["category", "value"], [{ category: "a", value: "1" }, { category: "b", value: "1" }], 3))).toBeNull();
  });
});

describe("a schedule", () => {
  it("sends only what its report and its rhythm know", () => {
    const draft = { ...NEW, name: "A", report: "low_stock" as const, every: "month" as const, weekday: 3, month_day: 31, hour: 7, site: "UIO", category: "c", product: "p", readers: ["r"] };
    expect(bodyOf(draft, ["site"])).toMatchObject({ period: null, filters: { site: "UIO" }, rhythm: { every: "month", hour: 7, month_day: 31 } });
    expect(bodyOf(draft, ["site"]).rhythm).not.toHaveProperty("weekday");
    expect(bodyOf({ ...draft, period: "last_month" }, ["period"])).toMatchObject({ period: "last_month", filters: {} });
  });
  it("is edited as it stands", () => {
    const stands = { name: "A", report: "daily", format: "pdf", filters: { site: "UIO", category: null, product: null }, period: "yesterday", rhythm: { every: "week", hour: 6, weekday: 5, month_day: null }, language: "en", skip_empty: true, readers: [{ id: "r", name: "Ana", last: null }] } as unknown as Schemas["ScheduleView"];
    expect(bodyOf(draftOf(stands), ["period", "site"])).toEqual({ name: "A", report: "daily", format: "pdf", filters: { site: "UIO" }, period: "yesterday", rhythm: { every: "week", hour: 6, weekday: 5 }, language: "en", skip_empty: true, readers: ["r"] });
  });
});
