/** One thing that is wrong with what was sent. */
export type Fault = { pointer?: string; code?: string; detail?: string; [more: string]: unknown };

/** A refusal of the server (RFC 9457), or that it could not be reached (`status` 0, `code` "offline"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly requestId: string | null;
  /** Seconds after which it is worth asking again. */
  readonly retryAfter: number | null;
  /** The whole of it, for fields of single codes. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>, retryAfter: string | null = null) {
    super(typeof body.detail === "string" ? body.detail : String(body.title ?? status));
    this.name = "Problem";
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : `http_${status}`;
    this.faults = Array.isArray(body.errors) ? (body.errors as Fault[]) : [];
    this.requestId = typeof body.request_id === "string" ? body.request_id : null;
    this.retryAfter = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
    this.body = body;
  }

  /** Whether the same request may succeed if it is repeated a little later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  return new Problem(0, { code: "offline", detail: error instanceof Error ? error.message : String(error) });
}
