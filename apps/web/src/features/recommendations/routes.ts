import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";
import { KINDS } from "./recommendation";

const recommendations = createRoute({
  getParentRoute: () => shell,
  path: "/recommendations",
  validateSearch: searchOf({ kind: oneOf(...KINDS), site: text, category: text, snoozed: flag }),
  component: lazyRouteComponent(() => import("./RecommendationsPage"), "RecommendationsPage"),
});

export const recommendationRoutes = [recommendations] as const;
