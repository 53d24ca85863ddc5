import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { flag, oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const getParentRoute = () => shell;

const company = createRoute({ getParentRoute, path: "/settings", component: lazyRouteComponent(() => import("./CompanyPage"), "CompanyPage") });

const sites = createRoute({ getParentRoute, path: "/settings/sites", component: lazyRouteComponent(() => import("./SitesPage"), "SitesPage") });

const programs = createRoute({
  getParentRoute,
  path: "/settings/programs",
  validateSearch: searchOf({ all: flag, program: text }),
  component: lazyRouteComponent(() => import("./ProgramsPage"), "ProgramsPage"),
});

const webhooks = createRoute({ getParentRoute, path: "/settings/webhooks", component: lazyRouteComponent(() => import("./WebhooksPage"), "WebhooksPage") });

const webhook = createRoute({
  getParentRoute,
  path: "/settings/webhooks/$webhookId",
  validateSearch: searchOf({ state: oneOf("waiting", "delivered", "dead") }),
  component: lazyRouteComponent(() => import("./WebhookPage"), "WebhookPage"),
});

const providers = createRoute({
  getParentRoute,
  path: "/settings/sign-in",
  validateSearch: searchOf({ provider: text }),
  component: lazyRouteComponent(() => import("./ProvidersPage"), "ProvidersPage"),
});

const blocked = createRoute({ getParentRoute, path: "/settings/blocked", component: lazyRouteComponent(() => import("./BlockedPage"), "BlockedPage") });

const deliveries = createRoute({
  getParentRoute,
  path: "/settings/deliveries",
  validateSearch: searchOf({ channel: oneOf("in_app", "mail", "sms", "webhook"), state: oneOf("new", "folded", "posted", "sent", "delivered", "failed") }),
  component: lazyRouteComponent(() => import("./DeliveriesPage"), "DeliveriesPage"),
});

export const settingsRoutes = [company, sites, programs, webhooks, webhook, providers, blocked, deliveries] as const;
