import "i18next";
import type companies from "./locales/en/companies.json";
import type audit from "./locales/en/audit.json";
import type settings from "./locales/en/settings.json";
import type people from "./locales/en/people.json";
import type apps from "./locales/en/apps.json";
import type categories from "./locales/en/categories.json";
import type common from "./locales/en/common.json";
import type errors from "./locales/en/errors.json";
import type home from "./locales/en/home.json";
import type notifications from "./locales/en/notifications.json";
import type labels from "./locales/en/labels.json";
import type profile from "./locales/en/profile.json";
import type products from "./locales/en/products.json";
import type scan from "./locales/en/scan.json";
import type channelOrders from "./locales/en/channelOrders.json";
import type purchases from "./locales/en/purchases.json";
import type replenishment from "./locales/en/replenishment.json";
import type suppliers from "./locales/en/suppliers.json";
import type session from "./locales/en/session.json";
import type sales from "./locales/en/sales.json";
import type requests from "./locales/en/requests.json";
import type counts from "./locales/en/counts.json";
import type transfers from "./locales/en/transfers.json";
import type unsent from "./locales/en/unsent.json";
import type stock from "./locales/en/stock.json";
import type reports from "./locales/en/reports.json";
import type forecasts from "./locales/en/forecasts.json";
import type recommendations from "./locales/en/recommendations.json";

// Every word that is asked for exists: a line per namespace.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: {
      reports: typeof reports;
      forecasts: typeof forecasts;
      recommendations: typeof recommendations;
      companies: typeof companies;
      audit: typeof audit;
      settings: typeof settings;
      people: typeof people;
      apps: typeof apps;
      categories: typeof categories;
      common: typeof common;
      errors: typeof errors;
      home: typeof home;
      notifications: typeof notifications;
      labels: typeof labels;
      products: typeof products;
      profile: typeof profile;
      scan: typeof scan;
      channelOrders: typeof channelOrders;
      purchases: typeof purchases;
      replenishment: typeof replenishment;
      suppliers: typeof suppliers;
      session: typeof session;
      sales: typeof sales;
      requests: typeof requests;
      counts: typeof counts;
      transfers: typeof transfers;
      unsent: typeof unsent;
      stock: typeof stock;
    };
  }
}
