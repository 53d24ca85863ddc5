import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

export const NARROWED_BY = { since: text, until: text, day: text, site: text, category: text, product: text };

const reports = createRoute({
  getParentRoute: () => shell,
  path: "/reports",
  validateSearch: searchOf({ tab: oneOf("jobs") }),
  component: lazyRouteComponent(() => import("./ReportsPage"), "ReportsPage"),
});

const report = createRoute({
  getParentRoute: () => shell,
  path: "/reports/$name",
  validateSearch: searchOf(NARROWED_BY),
  component: lazyRouteComponent(() => import("./ReportPage"), "ReportPage"),
});

const job = createRoute({
  getParentRoute: () => shell,
  path: "/reports/jobs/$jobId",
  component: lazyRouteComponent(() => import("./JobPage"), "JobPage"),
});

/** `new` names the report that a new one is to send; `edit` one that there is. */
const schedules = createRoute({
  getParentRoute: () => shell,
  path: "/reports/schedules",
  validateSearch: searchOf({ new: text, edit: text, site: text, category: text, product: text }),
  component: lazyRouteComponent(() => import("./SchedulesPage"), "SchedulesPage"),
});

export const reportRoutes = [reports, schedules, job, report] as const;
