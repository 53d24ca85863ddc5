import { createRootRoute, createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { PageFailure } from "../shell/PageFailure";

/** Above everything: pages for those who are signed in hang on `shell`, the others on `outside`. */
export const root = createRootRoute({ notFoundComponent: lazyRouteComponent(() => import("../shell/NotFoundPage"), "NotFoundPage"), errorComponent: PageFailure });

/** Pages that need nobody to be signed in. */
export const outside = createRoute({
  getParentRoute: () => root,
  id: "outside",
  component: lazyRouteComponent(() => import("../shell/Outside"), "Outside"),
});

/** Pages for everybody: within the frame of navigation for those who are signed in. */
export const either = createRoute({
  getParentRoute: () => root,
  id: "either",
  component: lazyRouteComponent(() => import("../shell/Either"), "Either"),
});

/** Pages within the frame of navigation; whoever is not signed in is asked to. */
export const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: lazyRouteComponent(() => import("../shell/Shell"), "Shell"),
});
