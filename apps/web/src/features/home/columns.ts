import type { Dashboard } from "./blocks";

type Name = Dashboard["blocks"][number];

const WIDE: ReadonlySet<Name> = new Set(["figures", "scan", "search"]);
const ROW = 48;
const HEAD = 96;

/** Each block goes to the column that is the shorter so far, so that the order is kept as far as two columns can keep it. */
export function inColumns(dashboard: Dashboard, count: number): { wide: Name[]; columns: Name[][] } {
  const columns = Array.from({ length: count }, () => ({ height: 0, blocks: [] as Name[] }));
  for (const block of dashboard.blocks.filter((one) => !WIDE.has(one))) {
    const shortest = columns.reduce((one, other) => (other.height < one.height ? other : one));
    shortest.blocks.push(block);
    shortest.height += heightOf(block, dashboard);
  }
  return { wide: dashboard.blocks.filter((one) => WIDE.has(one)), columns: columns.map(({ blocks }) => blocks) };
}

function heightOf(block: Name, dashboard: Dashboard): number {
  switch (block) {
    case "stock_value":
    case "flow":
    case "sales":
      return 352;
    case "needs":
    case "recommendations":
      return 352;
    case "shortcuts":
      return 140;
    default: {
      const rows = dashboard[block as "low_stock"];
      return HEAD + ROW * (rows?.length ?? 1);
    }
  }
}
