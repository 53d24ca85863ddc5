import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const labels = createRoute({
  getParentRoute: () => shell,
  path: "/labels",
  validateSearch: searchOf({ products: text }),
  component: lazyRouteComponent(() => import("./LabelsPage"), "LabelsPage"),
});

export const labelRoutes = [labels] as const;
