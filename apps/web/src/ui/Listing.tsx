import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../api/problem";
import { Forbidden } from "../session/Forbidden";
import { useFormats } from "./formats";
import { useProblemText } from "./problems";

export type ListState = { isPending: boolean; isStale?: boolean; error: unknown; retry: () => void; readAt?: number };

type Props = {
  state: ListState;
  isEmpty: boolean;
  empty: { title: string; hint?: string; action?: ReactNode };
  narrowed: { clear: () => void } | null;
  columns?: number;
  children: ReactNode;
};

/** What stands in place of a list that is being read, failed, or has nothing in it. */
export function Listing({ state, isEmpty, empty, narrowed, children }: Props) {
  const { t } = useTranslation();
  if (state.isPending) {
    return <LateSkeleton />;
  }
  if (state.error && isEmpty) {
    return <Failure state={state} />;
  }
  return (
    <>
      {Boolean(state.error) && <Failure state={state} />}
      {isEmpty ? (
        <Nothing
          title={narrowed ? t("list.noResults") : empty.title}
          hint={narrowed ? t("list.noResultsHint") : empty.hint}
          action={narrowed ? <Button onClick={narrowed.clear}>{t("list.clearFilters")}</Button> : empty.action}
        />
      ) : (
        children
      )}
    </>
  );
}

/** Why something could not be read, with what it was when it was read last. */
export function Failure({ state }: { state: Pick<ListState, "error" | "retry" | "readAt"> }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const text = useProblemText();
  const problem = asProblem(state.error);
  if (problem.code === "missing_permission") {
    return <Forbidden problem={problem} />;
  }
  return (
    <Alert
      severity={problem.status === 0 ? "warning" : "error"}
      sx={{ mb: 2 }}
      action={
        <Button color="inherit" size="small" onClick={state.retry}>
          {t("retry")}
        </Button>
      }
    >
      {text(problem)}
      {Boolean(state.readAt) && ` ${t("list.asOf", { when: formats.time(new Date(state.readAt!).toISOString()) })}`}
      {problem.requestId && problem.status >= 500 && ` (${problem.requestId})`}
    </Alert>
  );
}

export function Nothing({ title, hint, action }: { title: string; hint?: string | undefined; action?: ReactNode }) {
  return (
    <Stack spacing={2} sx={{ alignItems: "center", textAlign: "center", py: 12, px: 4, border: 1, borderColor: "divider", borderRadius: 1, bgcolor: "background.paper" }}>
      <Typography variant="h3" component="p">
        {title}
      </Typography>
      {hint && (
        <Typography color="textSecondary" variant="body2" sx={{ maxWidth: 480 }}>
          {hint}
        </Typography>
      )}
      {action}
    </Stack>
  );
}

/** Nothing for 300 ms, so that quick answers do not flicker; its room is kept from the start. */
export function LateSkeleton({ rows = 8 }: { rows?: number }) {
  const [isLate, setLate] = useState(false);
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Box sx={{ minHeight: rows * 44 }} role="status" aria-label={t("loading")}>
      {isLate && Array.from({ length: rows }, (_, row) => <Skeleton key={row} height={44} sx={{ transform: "none", mb: 1 }} />)}
    </Box>
  );
}
