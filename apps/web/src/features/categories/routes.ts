import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../router/trees";

const categories = createRoute({
  getParentRoute: () => shell,
  path: "/categories",
  component: lazyRouteComponent(() => import("./CategoriesPage"), "CategoriesPage"),
});

export const categoryRoutes = [categories] as const;
