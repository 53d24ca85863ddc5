import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

export const STAGES = ["draft", "to_approve", "to_send", "to_receive", "finished"] as const;

const orders = createRoute({
  getParentRoute: () => shell,
  path: "/purchases",
  validateSearch: searchOf({ stage: oneOf(...STAGES), supplier: text, site: text, product: text }),
  component: lazyRouteComponent(() => import("./PurchasesPage"), "PurchasesPage"),
});

const incoming = createRoute({
  getParentRoute: () => shell,
  path: "/purchases/incoming",
  validateSearch: searchOf({ site: text, product: text }),
  component: lazyRouteComponent(() => import("./IncomingPage"), "IncomingPage"),
});

const making = createRoute({
  getParentRoute: () => shell,
  path: "/purchases/new",
  validateSearch: searchOf({ supplier: text, site: text, product: text }),
  component: lazyRouteComponent(() => import("./NewOrderPage"), "NewOrderPage"),
});

const order = createRoute({
  getParentRoute: () => shell,
  path: "/purchases/$orderId",
  validateSearch: searchOf({ receive: flag }),
  component: lazyRouteComponent(() => import("./OrderPage"), "OrderPage"),
});

const editing = createRoute({
  getParentRoute: () => shell,
  path: "/purchases/$orderId/edit",
  component: lazyRouteComponent(() => import("./EditOrderPage"), "EditOrderPage"),
});

export const purchaseRoutes = [orders, incoming, making, order, editing] as const;
