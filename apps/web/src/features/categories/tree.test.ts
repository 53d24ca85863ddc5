import { expect, test } from "vitest";
import { heightOf, matching, newParents, rowsOf, type Node } from "./tree";

const node = (name: string, ...children: Node[]): Node => ({ id: name, name, level: "category", version: 1, products: null, children });
const tree = [node("Food", node("Grain", node("Rice")), node("Té")), node("Tools")];

test("rows stand below their parents", () => {
  expect(rowsOf(tree).map(({ node, depth, parent }) => [node.name, depth, parent?.name])).toEqual([
    ["Food", 0, undefined], ["Grain", 1, "Food"], ["Rice", 2, "Grain"], ["Té", 1, "Food"], ["Tools", 0, undefined],
  ]);
});

test("nothing can move below itself or deeper than three levels", () => {
  const rows = rowsOf(tree);
  const names = (name: string) => newParents(rows, rows.find(({ node }) => node.name === name)!.node).map(({ node }) => node.name);
  expect(names("Grain")).toEqual(["Food", "Tools"]);
  expect(names("Food")).toEqual([]);
  expect(names("Tools")).toEqual(["Food", "Grain", "Té"]);
  expect(heightOf(tree[0]!)).toBe(3);
});

test("what is found keeps what stands above and below it", () => {
  expect(rowsOf(matching(tree, "RI")).map(({ node }) => node.name)).toEqual(["Food", "Grain", "Rice"]);
  expect(rowsOf(matching(tree, "te")).map(({ node }) => node.name)).toEqual(["Food", "Té"]);
  expect(matching(tree, "zzz")).toEqual([]);
  expect(matching(tree, " ")).toEqual(tree);
});
