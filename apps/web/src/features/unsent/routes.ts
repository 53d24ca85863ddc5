import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shell } from "../../router/trees";

const page = lazyRouteComponent(() => import("./UnsentPage"), "UnsentPage");

const unsent = createRoute({ getParentRoute: () => shell, path: "/unsent", component: page });

/** Fetches the page. */
export const fetchUnsentPage = (): Promise<unknown> => Promise.resolve(page.preload?.());

export const unsentRoutes = [unsent] as const;
