import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { onProofNeeded } from "../api/client";

const ProofDialog = lazy(() => import("../features/session/ProofDialog").then((module) => ({ default: module.ProofDialog })));

/** Where the server wants to know once more who acts, this asks; then what was wanted goes on. All who wait are served by one answer. */
export function Reauthenticate() {
  const [asked, setAsked] = useState<((isProven: boolean) => void) | null>(null);
  const waiting = useRef<Promise<boolean> | null>(null);
  useEffect(() => {
    onProofNeeded.current = () => {
      waiting.current ??= new Promise<boolean>((answer) => setAsked(() => answer)).finally(() => {
        waiting.current = null;
        setAsked(null);
      });
      return waiting.current;
    };
    return () => {
      onProofNeeded.current = () => Promise.resolve(false);
    };
  }, []);
  return asked && <Suspense><ProofDialog answer={asked} /></Suspense>;
}
