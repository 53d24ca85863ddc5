import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";

export type ReportInfo = Schemas["ReportInfo"];
export type ReportName = Schemas["ReportName"];
export type Format = Schemas["ReportFormat"];
export type Filter = { since?: string | undefined; until?: string | undefined; day?: string | undefined; site?: string | undefined; category?: string | undefined; product?: string | undefined };

export const FORMATS: readonly Format[] = ["xlsx", "pdf", "csv"];

/** Which reports belong together, in the order in which they stand. */
export const GROUPS: Record<string, readonly ReportName[]> = {
  stock: ["stock_on_hand", "stock_valuation", "low_stock", "slow_movers", "depletion"],
  movements: ["movements", "kardex", "daily", "transfers"],
  sales: ["sales_by_date", "sales_by_product", "sales_by_category", "sales_by_site", "abc_xyz", "turnover"],
  buying: ["purchases", "supplier_performance", "requests"],
  control: ["audit"],
};
export type Group = "stock" | "movements" | "sales" | "buying" | "control" | "other";

/** The reports of each group that this person may see; what belongs to none stands at the end. */
export function grouped(reports: readonly ReportInfo[]): [Group, ReportInfo[]][] {
  const known = new Set(Object.values(GROUPS).flat());
  const groups: [Group, ReportInfo[]][] = Object.entries(GROUPS).map(([group, names]) => [group as Group, names.flatMap((name) => reports.filter((one) => one.name === name))]);
  const others = reports.filter(({ name }) => !known.has(name));
  return [...groups, ["other", others] as [Group, ReportInfo[]]].filter(([, those]) => those.length > 0);
}

/** The reports that one opens most, the first of them first. */
export function mostUsed(reports: readonly ReportInfo[], uses: readonly { report: string; weight: number }[], most = 4): ReportInfo[] {
  return [...uses]
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ report }) => reports.filter(({ name }) => name === report))
    .slice(0, most);
}

/** The language in which titles and words of reports are asked for. */
export function useLanguage(): "es" | "en" {
  return useTranslation().i18n.resolvedLanguage === "en" ? "en" : "es";
}

/** The reports that one may see. */
export function useReports() {
  const language = useLanguage();
  return useQuery({ ...read("/api/v1/reports", { query: { language } }), staleTime: 300_000 });
}

/** What a report is called. */
export function useReportTitle(): (name: string) => string {
  const reports = useReports().data;
  return useCallback((name) => reports?.find((one) => one.name === name)?.title ?? "…", [reports]);
}
