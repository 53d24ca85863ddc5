import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const requests = createRoute({
  getParentRoute: () => shell,
  path: "/requests",
  validateSearch: searchOf({ tab: oneOf("mine", "approve", "fulfil", "all"), site: text, kind: oneOf("restock", "customer_order"), state: oneOf("pending", "approved", "rejected", "fulfilled", "cancelled") }),
  component: lazyRouteComponent(() => import("./RequestsPage"), "RequestsPage"),
});

const newRequest = createRoute({
  getParentRoute: () => shell,
  path: "/requests/new",
  validateSearch: searchOf({ product: text, kind: oneOf("restock", "customer_order"), site: text }),
  component: lazyRouteComponent(() => import("./EditRequestPage"), "NewRequestPage"),
});

const editRequest = createRoute({
  getParentRoute: () => shell,
  path: "/requests/$requestId/edit",
  component: lazyRouteComponent(() => import("./EditRequestPage"), "EditRequestPage"),
});

const request = createRoute({
  getParentRoute: () => shell,
  path: "/requests/$requestId",
  component: lazyRouteComponent(() => import("./RequestPage"), "RequestPage"),
});

export const requestRoutes = [requests, newRequest, editRequest, request] as const;
