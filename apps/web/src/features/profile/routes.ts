import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../router/trees";

const profile = createRoute({
  getParentRoute: () => shell,
  path: "/profile",
  component: lazyRouteComponent(() => import("./ProfilePage"), "ProfilePage"),
});

const security = createRoute({
  getParentRoute: () => shell,
  path: "/profile/security",
  component: lazyRouteComponent(() => import("./SecurityPage"), "SecurityPage"),
});

const ways = createRoute({
  getParentRoute: () => shell,
  path: "/profile/preferences",
  component: lazyRouteComponent(() => import("./WaysPage"), "WaysPage"),
});

export const profileRoutes = [profile, security, ways] as const;
