import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { appRoutes } from "./features/apps/routes";
import { peopleRoutes } from "./features/people/routes";
import { supplierRoutes } from "./features/suppliers/routes";
import { replenishmentRoutes } from "./features/replenishment/routes";
import { purchaseRoutes } from "./features/purchases/routes";
import { channelOrderRoutes } from "./features/channel-orders/routes";
import { settingsRoutes } from "./features/settings/routes";
import { auditRoutes } from "./features/audit/routes";
import { companyRoutes } from "./features/companies/routes";
import { categoryRoutes } from "./features/categories/routes";
import { homeRoutes } from "./features/home/routes";
import { labelRoutes } from "./features/labels/routes";
import { profileRoutes } from "./features/profile/routes";
import { productRoutes } from "./features/products/routes";
import { notificationRoutes } from "./features/notifications/routes";
import { scanRoutes } from "./features/scan/routes";
import { contactRoutes, sessionRoutes } from "./features/session/routes";
import { salesRoutes } from "./features/sales/routes";
import { stockRoutes } from "./features/stock/routes";
import { requestRoutes } from "./features/requests/routes";
import { countRoutes } from "./features/counts/routes";
import { transferRoutes } from "./features/transfers/routes";
import { unsentRoutes } from "./features/unsent/routes";
import { forecastRoutes } from "./features/forecasts/routes";
import { recommendationRoutes } from "./features/recommendations/routes";
import { reportRoutes } from "./features/reports/routes";
import { parseSearch, stringifySearch } from "./router/search";
import { either, outside, root, shell } from "./router/trees";

const tree = root.addChildren([outside.addChildren([...sessionRoutes]), either.addChildren([...contactRoutes]), shell.addChildren([...companyRoutes, ...auditRoutes, ...settingsRoutes, ...scanRoutes, ...peopleRoutes, ...appRoutes, ...productRoutes, ...categoryRoutes, ...labelRoutes, ...requestRoutes, ...countRoutes, ...transferRoutes, ...unsentRoutes, ...stockRoutes, ...salesRoutes, ...channelOrderRoutes, ...purchaseRoutes, ...replenishmentRoutes, ...supplierRoutes, ...homeRoutes, ...reportRoutes, ...forecastRoutes, ...recommendationRoutes, ...profileRoutes, ...notificationRoutes])]);

export function makeRouter(_client: QueryClient) {
  return createRouter({
    routeTree: tree,
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
