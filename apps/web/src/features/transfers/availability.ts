import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { useMay } from "../../session/session";

const PATH = "/api/v1/stock/availability";
const MOST = 500;

/** What can still be promised: of a product, site by site. */
export type Available = ReadonlyMap<string, ReadonlyMap<string, string>>;

export const availableOf = (answer: readonly Schemas["Availability"][]): Available =>
  new Map(answer.map(({ product, sites }) => [product, new Map(sites.map(({ site, available }) => [site, available]))]));

const NONE: Available = new Map();

/** What can still be promised of these products; kept fresh by what happens to the stock. */
export function useAvailable(products: readonly string[]): Available {
  const mayRead = useMay("stock:read");
  const asked = [...new Set(products)].sort().slice(0, MOST);
  const answer = useQuery({
    queryKey: [PATH, asked] as const,
    queryFn: async ({ signal }) => availableOf(await data(api.POST(PATH, { body: { products: asked }, signal }))),
    enabled: mayRead && asked.length > 0,
    placeholderData: keepPreviousData,
  });
  return answer.data ?? NONE;
}
