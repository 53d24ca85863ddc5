import type { Fault } from "../../api/problem";

/** Where in a sheet a fault is: "/rows/4/price" is the price in line 4, "/columns/colour" a column. */
export function placeOf({ pointer = "" }: Fault): { row: number | null; column: string | null } {
  const [, place, name, column] = pointer.split("/").map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
  if (place === "rows") {
    return { row: Number(name), column: column ?? null };
  }
  return { row: null, column: place === "columns" ? (name ?? null) : null };
}
