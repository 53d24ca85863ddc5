import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useMay } from "../../session/session";
import { LateSkeleton } from "../../ui/Listing";
import { Gallery } from "./Gallery";
import { ReportsFrame } from "./ReportsFrame";

const Jobs = lazy(() => import("./Jobs").then((module) => ({ default: module.Jobs })));
const route = getRouteApi("/shell/reports");

/** Every report that one may see, or those of one's own that are made in the background. */
export function ReportsPage() {
  const { tab } = route.useSearch();
  const mayTake = useMay("export:read");
  const shown = tab === "jobs" && mayTake ? "jobs" : "all";
  return (
    <ReportsFrame tab={shown}>
      <Suspense fallback={<LateSkeleton />}>{shown === "jobs" ? <Jobs /> : <Gallery />}</Suspense>
    </ReportsFrame>
  );
}
