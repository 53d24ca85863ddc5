import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: searchOf({ period: oneOf("7", "30", "90"), site: text }),
  component: lazyRouteComponent(() => import("./HomePage"), "HomePage"),
});

export const homeRoutes = [home] as const;
