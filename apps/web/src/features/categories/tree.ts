import type { Schemas } from "../../api/client";

export type Node = Schemas["CategoryNode"];
export type Row = { node: Node; depth: number; parent: Node | null };

/** The levels that there are: category, subcategory, class. */
export const LEVELS = 3;

/** The tree as rows, each below its parent. */
export function rowsOf(nodes: readonly Node[], depth = 0, parent: Node | null = null): Row[] {
  return nodes.flatMap((node) => [{ node, depth, parent }, ...rowsOf(node.children, depth + 1, node)]);
}

/** How many levels a category takes with all below it. */
export function heightOf(node: Node): number {
  return 1 + Math.max(0, ...node.children.map(heightOf));
}

/** Under which others a category could come to stand: neither itself nor what lies below it, and not too deep. */
export function newParents(rows: readonly Row[], moving: Node): Row[] {
  const own = new Set(rowsOf([moving]).map(({ node }) => node.id));
  return rows.filter(({ node, depth }) => !own.has(node.id) && depth + 1 + heightOf(moving) <= LEVELS);
}

/** What somebody looks for, with all above it, so that it is seen where it stands. */
export function matching(nodes: readonly Node[], sought: string): Node[] {
  const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = plain(sought.trim());
  if (!wanted) {
    return [...nodes];
  }
  return nodes.flatMap((node) => {
    const children = matching(node.children, sought);
    return plain(node.name).includes(wanted) ? [node] : children.length > 0 ? [{ ...node, children }] : [];
  });
}
