import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const companies = createRoute({
  getParentRoute: () => shell,
  path: "/companies",
  validateSearch: searchOf({ state: oneOf("active", "suspended"), company: text }),
  component: lazyRouteComponent(() => import("./CompaniesPage"), "CompaniesPage"),
});

export const companyRoutes = [companies] as const;
