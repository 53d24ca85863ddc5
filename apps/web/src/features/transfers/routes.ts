import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";

const transfers = createRoute({
  getParentRoute: () => shell,
  path: "/transfers",
  validateSearch: searchOf({ tab: oneOf("transit", "receive", "all"), site: text, product: text }),
  component: lazyRouteComponent(() => import("./TransfersPage"), "TransfersPage"),
});

const newTransfer = createRoute({
  getParentRoute: () => shell,
  path: "/transfers/new",
  validateSearch: searchOf({ product: text, source: text, destination: text }),
  component: lazyRouteComponent(() => import("./NewTransferPage"), "NewTransferPage"),
});

const transfer = createRoute({
  getParentRoute: () => shell,
  path: "/transfers/$transferId",
  component: lazyRouteComponent(() => import("./TransferPage"), "TransferPage"),
});

export const transferRoutes = [transfers, newTransfer, transfer] as const;
