import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";

export type Site = Schemas["SiteView"];

/** The sites that one may see. */
export function useSites() {
  const { can } = useSession();
  return useQuery({ ...read("/api/v1/sites"), staleTime: 300_000, enabled: can("site:read") });
}
