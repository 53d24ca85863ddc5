import Tabs from "@mui/material/Tabs";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";

/** What the pages about people share. */
export function PeopleFrame({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation(["people", "common"]);
  const { pathname } = useLocation();
  const maySeeRoles = useMay("role:read");
  return (
    <Page title={t("common:nav.users")} actions={actions}>
      <Tabs value={pathname} variant="scrollable" allowScrollButtonsMobile aria-label={t("common:nav.users")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        <LinkTab to="/users" value="/users" label={t("tab.users")} />
        <LinkTab to="/users/invitations" value="/users/invitations" label={t("tab.invitations")} />
        {maySeeRoles && <LinkTab to="/users/roles" value="/users/roles" label={t("tab.roles")} />}
      </Tabs>
      {children}
    </Page>
  );
}
