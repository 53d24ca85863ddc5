import { lazy, Suspense } from "react";
import { useProfile } from "../session/session";
import { Outside } from "./Outside";

const Shell = lazy(() => import("./Shell").then((module) => ({ default: module.Shell })));

/** The frame of pages that are for everybody. */
export function Either() {
  const profile = useProfile();
  if (profile.isPending) {
    return null;
  }
  return profile.data ? (
    <Suspense>
      <Shell />
    </Suspense>
  ) : (
    <Outside />
  );
}
