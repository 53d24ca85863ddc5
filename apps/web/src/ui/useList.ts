import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { read, type Answer, type Given } from "../api/query";
import type { paths } from "../api/schema";

type Paged = { items: readonly unknown[]; next_cursor?: string | null; total?: number | null };
type ListPath = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { "application/json": Paged } } } } } ? P : never }[keyof paths];
export type Item<P extends ListPath> = Answer<P> extends { items: (infer One)[] } ? One : never;

export const PAGE_SIZES = [25, 50, 100] as const;

/** A list of the API, page by page. What narrows it comes from the URL; another filter begins at the first page. */
export function useList<P extends ListPath>(path: P, given: Given<P> = {}, options: { size?: number; enabled?: boolean } = {}) {
  const [chosen, setSize] = useState<number | null>(null);
  const size = chosen ?? options.size ?? 50;
  const filters = JSON.stringify(given);
  const [place, setPlace] = useState<{ filters: string; cursors: readonly string[] }>({ filters, cursors: [] });
  const cursors = place.filters === filters ? place.cursors : [];
  const cursor = cursors.at(-1);
  const query = (given as { query?: object }).query;
  const asked = { ...given, query: { ...query, limit: size, ...(cursor ? { cursor } : {}) } } as Given<P>;
  const answer = useQuery({ ...read(path, asked), placeholderData: keepPreviousData, enabled: options.enabled ?? true });
  const page = answer.data as Paged | undefined;
  const items = useMemo(() => (page?.items ?? NOTHING) as Item<P>[], [page]);
  return {
    items,
    total: page?.total ?? null,
    isPending: answer.isPending,
    isFetching: answer.isFetching,
    isStale: answer.isPlaceholderData,
    error: answer.error,
    readAt: answer.dataUpdatedAt,
    retry: () => void answer.refetch(),
    first: cursors.length * size + 1,
    size,
    setSize: (size: number) => {
      setSize(size);
      setPlace({ filters, cursors: [] });
    },
    previous: cursors.length > 0 ? () => setPlace({ filters, cursors: cursors.slice(0, -1) }) : null,
    next: page?.next_cursor ? () => setPlace({ filters, cursors: [...cursors, page.next_cursor!] }) : null,
  };
}

const NOTHING: readonly unknown[] = [];
export type List<One> = Omit<ReturnType<typeof useList>, "items"> & { items: One[] };
