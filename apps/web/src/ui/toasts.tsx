import { createContext, lazy, Suspense, useCallback, useContext, useState, type ReactNode } from "react";
import type { Problem } from "../api/problem";

export type Toast = {
  /** What is said: words, or why something was refused. */
  text: string | Problem;
  severity?: "success" | "info" | "warning" | "error";
  /** One thing to do about it, such as to undo it. */
  action?: { label: string; do: () => void };
  /** How long it stays: 8 with an action, 10 for a refusal, else 5; null until it is closed. */
  seconds?: number | null;
};

const load = () => import("./Message").then((module) => ({ default: module.Message }));
const Message = lazy(load);

/** Fetches what shows messages, for pages that go on without a network. */
export const fetchMessages = (): Promise<unknown> => load();

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);

/** Shows a message. The latest is on top; the one before has had its time. */
export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

/** Shows why something was refused. */
export function useProblemToast(): (problem: Problem) => void {
  const show = useToast();
  return useCallback((problem) => show({ text: problem, severity: "error" }), [show]);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<(Toast & { number: number }) | null>(null);
  const show = useCallback((toast: Toast) => setShown((last) => ({ ...toast, number: (last?.number ?? 0) + 1 })), []);
  const close = useCallback(() => setShown(null), []);
  return (
    <ToastContext.Provider value={show}>
      {children}
      {shown && (
        <Suspense>
          <Message key={shown.number} toast={shown} close={close} />
        </Suspense>
      )}
    </ToastContext.Provider>
  );
}
