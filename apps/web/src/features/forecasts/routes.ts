import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const forecasts = createRoute({
  getParentRoute: () => shell,
  path: "/forecasts",
  validateSearch: searchOf({ product: text, site: text }),
  component: lazyRouteComponent(() => import("./ForecastsPage"), "ForecastsPage"),
});

export const forecastRoutes = [forecasts] as const;
