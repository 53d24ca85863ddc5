import Tabs from "@mui/material/Tabs";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";

const TABS = [
  { to: "/settings", name: "company", needs: "company:write" },
  { to: "/settings/sites", name: "sites", needs: "site:read" },
  { to: "/settings/programs", name: "programs", needs: "api_key:read" },
  { to: "/settings/webhooks", name: "webhooks", needs: "webhook:read" },
  { to: "/settings/sign-in", name: "providers", needs: "identity_provider:read" },
  { to: "/settings/blocked", name: "blocked", needs: "plugin:read" },
  { to: "/settings/deliveries", name: "deliveries", needs: "profile:read" },
] as const;

/** What the pages of the settings share. */
export function SettingsFrame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation(["settings", "common"]);
  const { pathname } = useLocation();
  const { can } = useSession();
  const offered = TABS.filter(({ needs }) => can(needs));
  return (
    <Page title={t("common:nav.settings")} actions={actions}>
      <Tabs value={offered.some(({ to }) => to === pathname) ? pathname : false} variant="scrollable" scrollButtons="auto" allowScrollButtonsMobile aria-label={t("common:nav.settings")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        {offered.map(({ to, name }) => (
          <LinkTab key={to} to={to} value={to} label={t(`tab.${name}`)} />
        ))}
      </Tabs>
      {children}
    </Page>
  );
}
