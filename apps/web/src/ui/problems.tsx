import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import type { Fault, Problem } from "../api/problem";

// A form that opens never waits for words that it may not need.
const LATER = { useSuspense: false };

/** Words for a refusal, in the reader's language where its code is known, else in the server's own (English). */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation("errors", LATER);
  return useCallback(
    (problem) => {
      const known = t(problem.code as never, { ...problem.body, seconds: problem.retryAfter ?? 60, defaultValue: "" }) as string;
      return known || problem.message || (t("unknown") as string);
    },
    [t],
  );
}

/** Words for one fault of what was sent. */
export function useFaultText(): (fault: Fault) => string {
  const { t } = useTranslation("errors", LATER);
  return useCallback(
    (fault) => {
      const known = fault.code ? (t(`fault.${fault.code}` as never, { ...fault, defaultValue: "" }) as string) : "";
      return known || fault.detail || (t("unknown") as string);
    },
    [t],
  );
}

/** Words for a refusal that was noted with its code: in the reader's language where those words need nothing else, else as they were noted (English). */
export function useNotedText(): (code: string | null, words: string | null) => string {
  const { t, i18n } = useTranslation("errors", LATER);
  return useCallback(
    (code, words) => {
      const says = (key: string) => {
        const known: unknown = i18n.getResource(i18n.resolvedLanguage ?? "en", "errors", key);
        return typeof known === "string" && !known.includes("{{");
      };
      const key = code && [code, `fault.${code}`].find(says);
      return key ? (t(key as never) as string) : (words ?? "");
    },
    [t, i18n],
  );
}

/** Words for why something that was sent did not work, and as a quotation what the other side said of it, in whatever language. */
export function useFailureText(): (why: Schemas["Failure"]) => string {
  const { t } = useTranslation("errors", LATER);
  return useCallback(
    (why) => {
      const words = t(`failure.${why.code}` as "failure.unexpected", { ...why, defaultValue: t("failure.unexpected") });
      return why.said ? `${words} ${t("failure.said", { said: why.said })}` : words;
    },
    [t],
  );
}
