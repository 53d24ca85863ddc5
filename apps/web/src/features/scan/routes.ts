import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { oneOf, searchOf, text } from "../../router/search";
import { shell } from "../../router/trees";
import { MODES } from "./modes";

const scan = createRoute({
  getParentRoute: () => shell,
  path: "/scan",
  validateSearch: searchOf({ code: text, mode: oneOf(...MODES), document: text, site: text }),
  component: lazyRouteComponent(() => import("./ScanPage"), "ScanPage"),
});

export const scanRoutes = [scan] as const;
