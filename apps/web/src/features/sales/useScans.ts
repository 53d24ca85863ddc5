import { useCallback, useRef, useState } from "react";
import { asProblem } from "../../api/problem";
import { useProblemToast } from "../../ui/toasts";
import type { Ware } from "./sale";
import type { Scanned, useWares } from "./wares";

type Unknown = { code: string; near: Ware[]; isOffline: boolean };

/** Codes as they come, however fast: each is looked up at once and added in the order of scanning. */
export function useScans({ byCode, byId, search }: ReturnType<typeof useWares>, add: (scanned: Scanned) => void) {
  const [pending, setPending] = useState(0);
  const [unknown, setUnknown] = useState<Unknown | null>(null);
  const showProblem = useProblemToast();
  const latest = useRef(add);
  latest.current = add;
  const line = useRef<Promise<unknown>>(Promise.resolve());

  const queue = useCallback((ask: Promise<Scanned | null>) => {
    ask.catch(() => undefined); // its failure is heard below, when its turn has come
    setPending((count) => count + 1);
    line.current = line.current
      .then(() => ask)
      .then((scanned) => scanned && latest.current(scanned))
      .finally(() => setPending((count) => count - 1));
    return line.current;
  }, []);

  const scan = useCallback(
    (code: string) => {
      setUnknown(null);
      const ask = byCode(code).catch(async (error: unknown) => {
        const problem = asProblem(error);
        const isNone = problem.status === 404 || problem.status === 400 || problem.status === 422;
        if (!isNone && problem.status !== 0) {
          showProblem(problem);
          return null;
        }
        const near = await search(code).catch(() => []);
        if (near.length === 1 && isNone) {
          return { ware: await byId(near[0]!.id), quantity: "1", lot: "" };
        }
        setUnknown({ code, near: near.slice(0, 6), isOffline: problem.status === 0 });
        return null;
      });
      void queue(ask).catch(() => undefined);
    },
    [byCode, byId, queue, search, showProblem],
  );

  const choose = useCallback(
    (ware: Ware) => {
      setUnknown(null);
      // What the list knows is enough where the network is away.
      const ask = byId(ware.id).catch(() => ware).then((known) => ({ ware: known, quantity: "1", lot: "" }));
      void queue(ask).catch(() => undefined);
    },
    [byId, queue],
  );
  return { scan, choose, pending, unknown, forget: useCallback(() => setUnknown(null), []) };
}
