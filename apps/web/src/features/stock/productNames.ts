import { useQueries } from "@tanstack/react-query";
import { read } from "../../api/query";
import { useMay } from "../../session/session";

const MOST = 20;

/** The names of the products of a few lines, by their ids; a long document shows its codes alone. */
export function useProductNames(lines: readonly { product: string; kit?: string | null }[]): ReadonlyMap<string, string> {
  const mayRead = useMay("product:read");
  const ids = [...new Set(lines.flatMap(({ product, kit }) => (kit ? [product, kit] : [product])))];
  const asked = mayRead && ids.length <= MOST ? ids : [];
  const answers = useQueries({ queries: asked.map((id) => ({ ...read("/api/v1/products/{product_id}", { path: { product_id: id } }), staleTime: 60_000 })) });
  return new Map(answers.flatMap(({ data }) => (data ? [[data.id, data.name] as const] : [])));
}
