import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

export const VIEWS = ["proposed", "blocked", "dismissed", "ordered"] as const;

const proposals = createRoute({
  getParentRoute: () => shell,
  path: "/replenishment",
  validateSearch: searchOf({ state: oneOf(...VIEWS), supplier: text, site: text, product: text }),
  component: lazyRouteComponent(() => import("./ProposalsPage"), "ProposalsPage"),
});

const policies = createRoute({
  getParentRoute: () => shell,
  path: "/replenishment/policies",
  validateSearch: searchOf({ q: text, site: text }),
  component: lazyRouteComponent(() => import("./PoliciesPage"), "PoliciesPage"),
});

const proposal = createRoute({
  getParentRoute: () => shell,
  path: "/replenishment/$proposalId",
  component: lazyRouteComponent(() => import("./ProposalPage"), "ProposalPage"),
});

export const replenishmentRoutes = [proposals, policies, proposal] as const;
