import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";

export type Job = Schemas["JobView"];
export const isOpen = ({ state }: Pick<Job, "state">): boolean => state === "waiting" || state === "running";
/** How often one looks how far it has come. */
export const LOOKS_EVERY = 1_500;

/** What a job was narrowed to: only what is said. */
export function filterOf({ filters }: Job): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

export function useCancel() {
  return useAct(({ id }: Job) => data(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: id } } })), { touches: ["jobs"] });
}

/** Of which days, where and of what, in words. */
export function useAbout(job: Job): string {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { day } = useFormats();
  const { can } = useSession();
  const { since, until, day: on, site, category, product } = filterOf(job);
  const named = useQuery({ ...read("/api/v1/products/{product_id}", { path: { product_id: product ?? "" } }), staleTime: 60_000, enabled: ID.test(product ?? "") && can("product:read") }).data;
  const tree = useQuery({ ...read("/api/v1/categories"), staleTime: 60_000, enabled: Boolean(category) && can("category:read") });
  const parts = [
    since && until && t("fromTo", { since: day(since), until: day(until) }),
    on && day(on),
    site && `${common("site")}: ${site}`,
    category && `${common("category")}: ${nameIn((tree.data?.items ?? []) as unknown as Node[], category) ?? "…"}`,
    product && `${common("product")}: ${named?.name ?? product}`,
  ];
  return parts.filter(Boolean).join(" · ") || t("everything");
}

const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;
type Node = { id: string; name: string; children?: Node[] };

function nameIn(nodes: readonly Node[], id: string): string | undefined {
  for (const node of nodes) {
    const found = node.id === id ? node.name : nameIn(node.children ?? [], id);
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** How large a file is, as people say it. */
export function useSize(): (bytes: number | null) => string {
  const { quantity } = useFormats();
  return useCallback((bytes) => (bytes === null ? "–" : bytes < 1_000_000 ? `${quantity(Math.max(1, Math.round(bytes / 1_000)))} kB` : `${quantity(Math.round(bytes / 100_000) / 10)} MB`), [quantity]);
}
