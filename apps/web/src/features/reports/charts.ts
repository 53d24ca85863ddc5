import type { Schemas } from "../../api/client";
import { compare, plus } from "../../ui/formats";
import type { ReportName } from "./report";

type Preview = Schemas["ReportPreview"];
type Drawing = { by: readonly string[]; show: readonly string[]; kind: "bar" | "line"; order?: "most"; sum?: boolean };

/** Where a picture says more than figures: what lies along it, what it shows. Only what the reader may see is drawn. */
const DRAWINGS: Partial<Record<ReportName, Drawing>> = {
  daily: { by: ["day"], show: ["income", "cost"], kind: "bar" },
  sales_by_date: { by: ["day"], show: ["income", "cost"], kind: "bar" },
  sales_by_product: { by: ["name"], show: ["income", "cost"], kind: "bar", order: "most" },
  sales_by_category: { by: ["category"], show: ["income", "cost"], kind: "bar", order: "most" },
  sales_by_site: { by: ["site"], show: ["income", "cost"], kind: "bar", order: "most" },
  kardex: { by: ["at"], show: ["balance"], kind: "line" },
  stock_valuation: { by: ["category"], show: ["value"], kind: "bar", order: "most", sum: true },
  supplier_performance: { by: ["supplier"], show: ["on_time"], kind: "bar" },
};
/** Rows that are read for a picture; else only those that are shown at first. */
export const MOST_ROWS = 1_000;
const MOST_BARS = 15;

export const isDrawn = (name: string): boolean => name in DRAWINGS;

export type Picture = { kind: "bar" | "line"; by: Preview["columns"][number]; labels: (string | null)[]; series: { column: Preview["columns"][number]; values: (string | null)[] }[] };

/** What to draw of a report; null where there is nothing to see: no rows, one bar alone, or rows that were not read. */
export function pictureOf(preview: Preview): Picture | null {
  const drawing = DRAWINGS[preview.name];
  const by = preview.columns.find(({ name }) => drawing?.by.includes(name));
  const shown = drawing?.show.flatMap((name) => preview.columns.filter((column) => column.name === name)) ?? [];
  if (!drawing || !by || shown.length === 0 || (preview.count > preview.rows.length && drawing.order !== "most")) {
    return null;
  }
  if (drawing.sum && preview.count > preview.rows.length) {
    return null;
  }
  const first = shown[0]!.name;
  let rows: Preview["rows"] = drawing.sum ? summed(preview.rows, by.name, first) : preview.rows;
  if (drawing.order === "most") {
    rows = [...rows].sort((a, b) => compare(b[first] ?? "0", a[first] ?? "0")).slice(0, MOST_BARS);
  }
  if (rows.length < 2) {
    return null;
  }
  return { kind: drawing.kind, by, labels: rows.map((row) => row[by.name] ?? null), series: shown.map((column) => ({ column, values: rows.map((row) => row[column.name] ?? null) })) };
}

function summed(rows: Preview["rows"], by: string, what: string): Preview["rows"] {
  const sums = new Map<string | null, string>();
  for (const row of rows) {
    const group = row[by] ?? null;
    sums.set(group, plus(sums.get(group) ?? "0", row[what] ?? "0"));
  }
  return [...sums].map(([group, sum]) => ({ [by]: group, [what]: sum }));
}
