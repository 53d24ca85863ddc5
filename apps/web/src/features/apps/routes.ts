import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

export const APP_TABS = ["settings", "shop", "items", "locations", "levels", "log", "incoming"] as const;

const apps = createRoute({
  getParentRoute: () => shell,
  path: "/apps",
  component: lazyRouteComponent(() => import("./AppsPage"), "AppsPage"),
});

const app = createRoute({
  getParentRoute: () => shell,
  path: "/apps/$pluginId",
  validateSearch: searchOf({ tab: oneOf(...APP_TABS), state: text, q: text }),
  component: lazyRouteComponent(() => import("./AppPage"), "AppPage"),
});

export const appRoutes = [apps, app] as const;
