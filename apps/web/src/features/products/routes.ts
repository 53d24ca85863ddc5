import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";
import { readFilters } from "./filters";

const products = createRoute({
  getParentRoute: () => shell,
  path: "/products",
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import("./ProductsPage"), "ProductsPage"),
});

const importing = createRoute({
  getParentRoute: () => shell,
  path: "/products/import",
  component: lazyRouteComponent(() => import("./ImportPage"), "ImportPage"),
});

export const PRODUCT_TABS = ["stock", "movements", "forecast", "suppliers", "codes", "images", "components", "policies", "history"] as const;

const product = createRoute({
  getParentRoute: () => shell,
  path: "/products/$productId",
  validateSearch: searchOf({ tab: oneOf(...PRODUCT_TABS), site: text }),
  component: lazyRouteComponent(() => import("./ProductPage"), "ProductPage"),
});

export const productRoutes = [products, importing, product] as const;
