import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import { refresh } from "../../api/query";
import { useKept } from "../../offline/useKept";
import { useFaultText, useProblemText } from "../../ui/problems";
import { atThisMoment, said, told, type Figure, type Said } from "./entry";
import type { Count } from "./plan";

const SOON = 400;

/** Says what was counted, as fast as codes come: each figure is sent at once, or waits on this device. */
export function useCounting(count: Count) {
  const { t } = useTranslation("counts");
  const keep = useKept();
  const client = useQueryClient();
  const why = useWhy();
  const [latest, setLatest] = useState<readonly Said[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const lookAgain = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void refresh(client, ["stock/counts"]), SOON);
  }, [client]);

  const record = useCallback(
    async (figure: Figure, name: string, key: string = crypto.randomUUID()) => {
      const tell = (to: Partial<Said>) => setLatest((before) => told(before, key, to));
      setLatest((before) => said(before, { key, name, figure, state: "sending" }));
      const deed = { path: `stock/counts/${count.id}/lines`, body: { lines: [figure] }, title: t("entry.title", { name, quantity: figure.quantity, number: count.number }), touches: ["stock/counts"] };
      try {
        const kept = await keep<Schemas["RecordFigures"], Schemas["FiguresRecorded"]>(deed, key, atThisMoment);
        if ("waits" in kept) {
          tell({ state: "waits" });
          return;
        }
        const line = kept.answer.lines[0];
        tell({ state: "recorded", ...(line ? { line, name: line.name } : {}) });
        lookAgain();
      } catch (error) {
        tell({ state: "refused", problem: why(asProblem(error)) });
      }
    },
    [count.id, count.number, keep, lookAgain, t, why],
  );
  return { latest, record };
}

/** Why a figure was not taken, in one sentence. */
function useWhy(): (problem: Problem) => string {
  const problemText = useProblemText();
  const faultText = useFaultText();
  return useCallback((problem) => (problem.faults.length > 0 ? problem.faults.map(faultText).join(" ") : problemText(problem)), [faultText, problemText]);
}
