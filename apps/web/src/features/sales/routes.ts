import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const period = { since: text, until: text };

const sales = createRoute({
  getParentRoute: () => shell,
  path: "/sales",
  validateSearch: searchOf({ document: text, product: text, site: text, ...period }),
  component: lazyRouteComponent(() => import("./SalesPage"), "SalesPage"),
});

const summary = createRoute({
  getParentRoute: () => shell,
  path: "/sales/summary",
  validateSearch: searchOf({ by: oneOf("day", "product", "category", "site"), site: text, ...period }),
  component: lazyRouteComponent(() => import("./SummaryPage"), "SummaryPage"),
});

const newSale = createRoute({
  getParentRoute: () => shell,
  path: "/sales/new",
  validateSearch: searchOf({ product: text, site: text }),
  component: lazyRouteComponent(() => import("./NewSalePage"), "NewSalePage"),
});

const sale = createRoute({
  getParentRoute: () => shell,
  path: "/sales/$saleId",
  component: lazyRouteComponent(() => import("./SalePage"), "SalePage"),
});

export const salesRoutes = [sales, summary, newSale, sale] as const;
