import { useCallback } from "react";
import { once, send } from "../api/client";
import { asProblem } from "../api/problem";
import { enqueue, mustWait, useOutboxOwner } from "./outbox";

type Deed<Body> = { path: string; body: Body; title: string; touches: readonly string[] };

/** What came of it: the server's answer, or a deed that waits on this device. */
export type Kept<Result> = { answer: Result } | { waits: string };

/** Sends a deed that only adds, once, whatever the network does: what does not reach the server waits on this device under the same
 * key. `whenLate` says of a body that was never tried when it was made; one whose answer may be lost is sent again as it was. */
export function useKept(): <Body, Result>(deed: Deed<Body>, key: string, whenLate?: (body: Body) => Body) => Promise<Kept<Result>> {
  const owner = useOutboxOwner();
  return useCallback(
    async (deed, key, whenLate) => {
      const keep = (body: unknown) => enqueue({ ...deed, body, owner }, key);
      if (mustWait()) {
        return { waits: await keep(whenLate ? whenLate(deed.body) : deed.body) };
      }
      try {
        const response = await send("POST", deed.path, JSON.stringify(deed.body), { "content-type": "application/json", ...once(key) });
        return { answer: await response.json() };
      } catch (error) {
        if (asProblem(error).status === 0) {
          return { waits: await keep(deed.body) };
        }
        throw error;
      }
    },
    [owner],
  );
}
