import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const list = createRoute({
  getParentRoute: () => shell,
  path: "/notifications",
  validateSearch: searchOf({ unread: flag, kind: text }),
  component: lazyRouteComponent(() => import("./NotificationsPage"), "NotificationsPage"),
});

const wishes = createRoute({
  getParentRoute: () => shell,
  path: "/notifications/wishes",
  component: lazyRouteComponent(() => import("./WishesPage"), "WishesPage"),
});

export const notificationRoutes = [list, wishes] as const;
