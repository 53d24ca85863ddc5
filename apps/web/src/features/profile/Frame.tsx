import Tabs from "@mui/material/Tabs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";

const TABS = { you: "/profile", security: "/profile/security", ways: "/profile/preferences" } as const;

/** The pages about oneself. */
export function Frame({ at, children }: { at: keyof typeof TABS; children: ReactNode }) {
  const { t } = useTranslation("profile");
  return (
    <Page title={t(`tab.${at}`)} above={
      <Tabs value={at} aria-label={t("title")} role="navigation" sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        {Object.entries(TABS).map(([name, to]) => (
          <LinkTab key={name} value={name} to={to} label={t(`tab.${name as keyof typeof TABS}`)} />
        ))}
      </Tabs>
    }>
      {children}
    </Page>
  );
}
