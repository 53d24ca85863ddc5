import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const suppliers = createRoute({
  getParentRoute: () => shell,
  path: "/suppliers",
  validateSearch: searchOf({ q: text, active: oneOf("true", "false"), new: flag }),
  component: lazyRouteComponent(() => import("./SuppliersPage"), "SuppliersPage"),
});

const supplier = createRoute({
  getParentRoute: () => shell,
  path: "/suppliers/$supplierId",
  component: lazyRouteComponent(() => import("./SupplierPage"), "SupplierPage"),
});

export const supplierRoutes = [suppliers, supplier] as const;
