import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const KINDS = ["receipt", "issue", "sale", "customer_return", "supplier_return", "adjustment", "scrap", "transfer", "opening", "assembly"] as const;
const period = { since: text, until: text };

const moves = createRoute({
  getParentRoute: () => shell,
  path: "/movements",
  validateSearch: searchOf({ product: text, site: text, ...period, record: oneOf(...KINDS, "any") }),
  component: lazyRouteComponent(() => import("./MovesPage"), "MovesPage"),
});

const documents = createRoute({
  getParentRoute: () => shell,
  path: "/movements/documents",
  validateSearch: searchOf({ kind: oneOf(...KINDS), document: text, product: text, site: text, ...period }),
  component: lazyRouteComponent(() => import("./PostingsPage"), "PostingsPage"),
});

const asOf = createRoute({
  getParentRoute: () => shell,
  path: "/movements/as-of",
  validateSearch: searchOf({ at: text, site: text, known: flag }),
  component: lazyRouteComponent(() => import("./AsOfPage"), "AsOfPage"),
});

const reservations = createRoute({
  getParentRoute: () => shell,
  path: "/movements/reservations",
  validateSearch: searchOf({ product: text, site: text, state: oneOf("held", "committed", "consumed", "short", "released", "expired") }),
  component: lazyRouteComponent(() => import("./ReservationsPage"), "ReservationsPage"),
});

const posting = createRoute({
  getParentRoute: () => shell,
  path: "/movements/$postingId",
  component: lazyRouteComponent(() => import("./PostingPage"), "PostingPage"),
});

export const stockRoutes = [moves, documents, asOf, reservations, posting] as const;
