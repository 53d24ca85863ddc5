import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { searchOf, text } from "../../router/search";
import { either, outside } from "../../router/trees";

const login = createRoute({
  getParentRoute: () => outside,
  path: "/login",
  validateSearch: searchOf({ next: text, refused: text }),
  component: lazyRouteComponent(() => import("./LoginPage"), "LoginPage"),
});

const firstPassword = createRoute({
  getParentRoute: () => outside,
  path: "/first-password",
  validateSearch: searchOf({ next: text }),
  component: lazyRouteComponent(() => import("./FirstPasswordPage"), "FirstPasswordPage"),
});

const forgotPassword = createRoute({
  getParentRoute: () => outside,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("./ForgotPasswordPage"), "ForgotPasswordPage"),
});

const resetPassword = createRoute({
  getParentRoute: () => outside,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./ResetPasswordPage"), "ResetPasswordPage"),
});

const invitation = createRoute({
  getParentRoute: () => outside,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./InvitationPage"), "InvitationPage"),
});

const register = createRoute({
  getParentRoute: () => outside,
  path: "/register",
  component: lazyRouteComponent(() => import("./RegisterPage"), "RegisterPage"),
});

const confirmEmail = createRoute({
  getParentRoute: () => outside,
  path: "/confirm-email",
  component: lazyRouteComponent(() => import("./ConfirmEmailPage"), "ConfirmEmailPage"),
});

const singleSignOn = createRoute({
  getParentRoute: () => outside,
  path: "/single-sign-on",
  validateSearch: searchOf({ company: text, provider: text, next: text }),
  component: lazyRouteComponent(() => import("./SingleSignOnPage"), "SingleSignOnPage"),
});

const contact = createRoute({
  getParentRoute: () => either,
  path: "/contact",
  component: lazyRouteComponent(() => import("./ContactPage"), "ContactPage"),
});

export const sessionRoutes = [login, firstPassword, forgotPassword, resetPassword, invitation, register, confirmEmail, singleSignOn] as const;
export const contactRoutes = [contact] as const;
