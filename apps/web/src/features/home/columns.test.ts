import { expect, test } from "vitest";
import type { Dashboard } from "./blocks";
import { inColumns } from "./columns";

const rows = (count: number) => Array.from({ length: count }, () => ({}));
const dashboard = (blocks: string[], more: object = {}) => ({ blocks, ...more }) as unknown as Dashboard;

test("one column keeps the order, with what is wide before it", () => {
  expect(inColumns(dashboard(["needs", "figures", "sales"]), 1)).toEqual({ wide: ["figures"], columns: [["needs", "sales"]] });
});

test("a long block is answered by several short ones, and none is lost", () => {
  const arranged = inColumns(dashboard(["depletions", "sites", "shortcuts", "needs"], { depletions: rows(12), sites: rows(2) }), 2);
  expect(arranged.columns).toEqual([["depletions"], ["sites", "shortcuts", "needs"]]);
});
