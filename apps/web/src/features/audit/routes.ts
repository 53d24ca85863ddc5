import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const audit = createRoute({
  getParentRoute: () => shell,
  path: "/audit",
  validateSearch: searchOf({ actor: text, type: text, subject: text, action: text, since: text, until: text }),
  component: lazyRouteComponent(() => import("./AuditPage"), "AuditPage"),
});

export const auditRoutes = [audit] as const;
