import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

export const STATES = ["open", "short", "needs_attention", "fulfilled", "cancelled"] as const;

const orders = createRoute({
  getParentRoute: () => shell,
  path: "/channel-orders",
  validateSearch: searchOf({ q: text, channel: text, state: oneOf(...STATES), site: text, since: text, until: text }),
  component: lazyRouteComponent(() => import("./ChannelOrdersPage"), "ChannelOrdersPage"),
});

const order = createRoute({
  getParentRoute: () => shell,
  path: "/channel-orders/$orderId",
  component: lazyRouteComponent(() => import("./ChannelOrderPage"), "ChannelOrderPage"),
});

export const channelOrderRoutes = [orders, order] as const;
