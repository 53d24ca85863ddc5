import Tabs from "@mui/material/Tabs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";

/** Reports, those made in the background, and those that are sent: three pages under one title. */
export function ReportsFrame({ tab, actions, children }: { tab: "all" | "jobs" | "schedules"; actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const mayTake = useMay("export:read");
  return (
    <Page title={common("nav.reports")} actions={actions}>
      {mayTake && (
        <Tabs value={tab} aria-label={common("nav.reports")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
          <LinkTab to="/reports" search={{}} value="all" label={t("tab.all")} />
          <LinkTab to="/reports" search={{ tab: "jobs" }} value="jobs" label={t("tab.jobs")} />
          <LinkTab to="/reports/schedules" search={{}} value="schedules" label={t("tab.schedules")} />
        </Tabs>
      )}
      {children}
    </Page>
  );
}
