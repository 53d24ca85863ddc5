import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";
import { Problem } from "./problem";

/** What the API speaks of, by the names of its document. */
export type Schemas = components["schemas"];

let csrfToken: string | null = null;

/** Whoever came by a cookie proves with this that the request is the page's own. */
export function rememberCsrfToken(token: string | null | undefined): void {
  csrfToken = token ?? null;
}

/** Whether the page can change things yet: one that was opened without a network learns later who it is. */
export const isProven = (): boolean => csrfToken !== null;

/** Called when the session has ended; set once by the session. */
export const onSignedOut: { current: () => void } = { current: () => undefined };

/** Asks whoever is signed in to prove once more who they are, and answers whether they did; set once by the session. */
export const onProofNeeded: { current: () => Promise<boolean> } = { current: () => Promise.resolve(false) };
const PROOFS: readonly unknown[] = ["reauthentication_required", "own_proof_required"];

/** Sends it, and once more where a proof is demanded that is given then. */
async function proven(sendIt: () => Promise<Response>): Promise<Response> {
  const response = await sendIt();
  if (response.status !== 403) {
    return response;
  }
  const problem = await problemOf(response.clone());
  return PROOFS.includes(problem.code) && (await onProofNeeded.current()) ? sendIt() : response;
}

const edge: Middleware = {
  onRequest({ request }) {
    if (csrfToken !== null && request.method !== "GET") {
      request.headers.set("x-csrf-token", csrfToken);
    }
    return request;
  },
  async onResponse({ response, request }) {
    if (response.ok) {
      return;
    }
    const problem = await problemOf(response);
    if (problem.status === 401 && !new URL(request.url).pathname.startsWith("/api/v1/auth/")) {
      onSignedOut.current();
    }
    throw problem;
  },
  onError({ error }) {
    return error instanceof Problem ? error : new Problem(0, { code: "offline", detail: String(error) });
  },
};

export async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({ title: response.statusText }))) as Record<string, unknown>;
  return new Problem(response.status, body, response.headers.get("retry-after"));
}

/** Every operation of the API, typed. A refusal is thrown as `Problem`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => proven(() => globalThis.fetch(request.clone())) });
api.use(edge);

/** The body of an answer; what `api` returns holds it, or has thrown. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Headers of a request that takes effect once, however often it is sent. */
export function once(key: string = crypto.randomUUID()): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}

/** Headers of a change that overwrites nothing that one has not seen. */
export function ifUnchanged(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}

/** What takes a body that is no JSON, or answers with a file. */
export async function send(
  method: string,
  path: string,
  body: BodyInit | null = null,
  headers: Record<string, string> = {},
  more: RequestInit = {},
): Promise<Response> {
  const own: Record<string, string> = csrfToken === null ? headers : { ...headers, "x-csrf-token": csrfToken };
  let response: Response;
  try {
    response = await proven(() => fetch(`/api/v1/${path}`, { ...more, method, body, headers: own }));
  } catch (error) {
    throw new Problem(0, { code: "offline", detail: String(error) });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401) {
      onSignedOut.current();
    }
    throw problem;
  }
  return response;
}
