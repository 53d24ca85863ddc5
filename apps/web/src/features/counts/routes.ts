import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const counts = createRoute({
  getParentRoute: () => shell,
  path: "/counts",
  validateSearch: searchOf({ site: text, state: oneOf("planned", "counting", "submitted", "posted", "cancelled") }),
  component: lazyRouteComponent(() => import("./CountsPage"), "CountsPage"),
});

const count = createRoute({
  getParentRoute: () => shell,
  path: "/counts/$countId",
  validateSearch: searchOf({ show: oneOf("open", "counted", "differing", "large"), product: text }),
  component: lazyRouteComponent(() => import("./CountPage"), "CountPage"),
});

export const countRoutes = [counts, count] as const;
