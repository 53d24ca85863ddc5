import { QueryClient, queryOptions, useMutation, useQueryClient, type Query } from "@tanstack/react-query";
import { useRef } from "react";
import { api, data } from "./client";
import { asProblem, Problem } from "./problem";
import type { paths } from "./schema";
import { useProblemToast } from "../ui/toasts";

type Json<R> = R extends { content: { "application/json": infer Body } } ? Body : never;
type Readable = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: object } } } ? P : never }[keyof paths];
/** What reading a path answers. */
export type Answer<P extends Readable> = paths[P] extends { get: { responses: { 200: infer R } } } ? Json<R> : never;
type Get<P extends Readable> = paths[P] extends { get: { parameters: infer Given } } ? Given : never;
/** What narrows it: the parameters of the path and of the query. */
export type Given<P extends Readable> = {
  [K in "path" | "query" as K extends keyof Get<P> ? (Get<P>[K] extends undefined ? never : K) : never]?: Get<P>[K & keyof Get<P>];
};

/** How to read a path, for `useQuery`: what was read once is shared by all who ask for the same. */
export function read<P extends Readable>(path: P, given: Given<P> = {}) {
  return queryOptions({
    queryKey: [path, given] as const,
    queryFn: ({ signal }): Promise<Answer<P>> =>
      data((api.GET as (path: P, init: object) => Promise<{ data?: Answer<P> }>)(path, { params: given, signal })),
  });
}

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        networkMode: "always",
        refetchOnWindowFocus: isThere,
        retry: (times, error) => asProblem(error).isPassing && times < 2,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** What was deleted here, or is about to be. */
const gone = new Set<string>();

/** Whether that of which an answer tells has not been deleted here. */
function isThere({ queryKey }: Pick<Query, "queryKey">): boolean {
  const key = gone.size > 0 ? JSON.stringify(queryKey) : "";
  return ![...gone].some((id) => key.includes(id));
}

function isOneThing({ queryKey: [path] }: Pick<Query, "queryKey">): boolean {
  return typeof path === "string" && path.includes("{");
}

/** Nobody asks for it any more, though its page may be in view until the next one comes, and whatever events tell of it. */
export function part(client: QueryClient, id: string): void {
  void client.cancelQueries({ predicate: ({ queryKey }) => JSON.stringify(queryKey).includes(id) });
  gone.add(id);
}

/** It was not deleted after all. */
export function keep(id: string): void {
  gone.delete(id);
}

/** Whatever was read at or below these paths is read again where it is shown. One thing that is not shown is forgotten: it would
 * be shown as it was until it is read again, and whoever acts on it then acts on a version that is no more. */
export async function refresh(client: QueryClient, touched: readonly string[]): Promise<void> {
  const isOld = ({ queryKey: [path] }: Pick<Query, "queryKey">) => typeof path === "string" && touched.some((one) => path.startsWith(`/api/v1/${one}`));
  client.removeQueries({ type: "inactive", predicate: (query) => isOld(query) && isOneThing(query) && query.state.fetchStatus === "idle" });
  await client.invalidateQueries({ predicate: isOld, refetchType: "none" });
  await client.refetchQueries({ type: "active", predicate: (query) => isOld(query) && isThere(query) });
}

type Act<Value, Result> = {
  /** Where what it changes can be read: the paths below /api/v1. */
  touches: readonly string[];
  /** The id of what it deletes. */
  removes?: string;
  done?: (result: Result, value: Value) => void;
  /** Refusals are shown by whoever asks (a form); else they are shown as a message. */
  quiet?: boolean;
};

/** A change by one call. It gets a key that stays the same until the server has answered, so that whoever presses again
 * after a lost answer does it once. */
export function useAct<Value, Result>(deed: (value: Value, key: string) => Promise<Result>, options: Act<Value, Result>) {
  const client = useQueryClient();
  const showProblem = useProblemToast();
  const open = useRef<{ of: string; key: string } | null>(null);
  const { removes } = options;
  return useMutation<Result, Problem, Value>({
    onMutate: () => {
      if (removes) {
        part(client, removes);
      }
    },
    mutationFn: async (value) => {
      const of = JSON.stringify(value ?? null);
      const key = open.current?.of === of ? open.current.key : crypto.randomUUID();
      open.current = { of, key };
      try {
        const result = await deed(value, key);
        open.current = null;
        return result;
      } catch (error) {
        const problem = asProblem(error);
        if (!problem.isPassing) {
          open.current = null;
        }
        throw problem;
      }
    },
    onSuccess: (result, value) => {
      void refresh(client, options.touches);
      options.done?.(result, value);
    },
    onError: (problem) => {
      if (removes) {
        keep(removes);
      }
      if (!options.quiet) {
        showProblem(problem);
      }
    },
  });
}
