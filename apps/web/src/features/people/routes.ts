import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const users = createRoute({
  getParentRoute: () => shell,
  path: "/users",
  validateSearch: searchOf({ q: text, role: text, state: oneOf("active", "inactive"), user: text }),
  component: lazyRouteComponent(() => import("./UsersPage"), "UsersPage"),
});

const invitations = createRoute({
  getParentRoute: () => shell,
  path: "/users/invitations",
  validateSearch: searchOf({ state: oneOf("open", "accepted", "expired", "revoked") }),
  component: lazyRouteComponent(() => import("./InvitationsPage"), "InvitationsPage"),
});

const roles = createRoute({
  getParentRoute: () => shell,
  path: "/users/roles",
  validateSearch: searchOf({ role: text }),
  component: lazyRouteComponent(() => import("./RolesPage"), "RolesPage"),
});

export const peopleRoutes = [users, invitations, roles] as const;
