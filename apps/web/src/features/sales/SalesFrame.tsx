import AddIcon from "@mui/icons-material/AddOutlined";
import Tabs from "@mui/material/Tabs";
import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { LinkButton, LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";

/** Sales and what they come to: two pages under one title. */
export function SalesFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { pathname } = useLocation();
  const maySell = useMay("sale:record");
  const mayReport = useMay("report:read");
  return (
    <Page
      title={common("nav.sales")}
      actions={
        maySell && (
          <LinkButton to="/sales/new" variant="contained" startIcon={<AddIcon />}>
            {t("new.title")}
          </LinkButton>
        )
      }
    >
      {mayReport && (
        <Tabs value={pathname} aria-label={common("nav.sales")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
          <LinkTab to="/sales" value="/sales" label={t("tab.list")} />
          <LinkTab to="/sales/summary" value="/sales/summary" label={t("tab.summary")} />
        </Tabs>
      )}
      {children}
    </Page>
  );
}
