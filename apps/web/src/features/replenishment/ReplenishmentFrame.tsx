import Tabs from "@mui/material/Tabs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";
import { VIEWS } from "./routes";

/** What is proposed, and the rules by which it is. */
export function ReplenishmentFrame({ at, actions, children }: { at: (typeof VIEWS)[number] | "policies"; actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  return (
    <Page title={common("nav.replenishment")} actions={actions}>
      <Tabs value={at} variant="scrollable" allowScrollButtonsMobile aria-label={common("nav.replenishment")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        {VIEWS.map((view) => (
          <LinkTab key={view} to="/replenishment" search={view === "proposed" ? {} : { state: view }} value={view} label={t(`view.${view}`)} />
        ))}
        <LinkTab to="/replenishment/policies" search={{}} value="policies" label={t("view.policies")} />
      </Tabs>
      {children}
    </Page>
  );
}
