import AddIcon from "@mui/icons-material/AddOutlined";
import Tabs from "@mui/material/Tabs";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { LinkButton, LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";
import { STAGES } from "./routes";

export function NewOrder({ variant = "contained" }: { variant?: "contained" | "outlined" }) {
  const { t } = useTranslation("purchases");
  const { can } = useSession();
  return can("purchase:write") && can("supplier:read") ? (
    <LinkButton to="/purchases/new" variant={variant} startIcon={<AddIcon />}>
      {t("new.title")}
    </LinkButton>
  ) : null;
}

/** Orders by how they stand, and what is to come: pages under one title. */
export function PurchasesFrame({ at, children }: { at: (typeof STAGES)[number] | "all" | "incoming"; children: ReactNode }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  return (
    <Page title={common("nav.purchases")} actions={<NewOrder />}>
      <Tabs value={at} variant="scrollable" allowScrollButtonsMobile aria-label={common("nav.purchases")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        <LinkTab to="/purchases" search={{}} value="all" label={t("stage.all")} />
        {STAGES.map((stage) => (
          <LinkTab key={stage} to="/purchases" search={{ stage }} value={stage} label={t(`stage.${stage}`)} />
        ))}
        <LinkTab to="/purchases/incoming" search={{}} value="incoming" label={t("stage.incoming")} />
      </Tabs>
      {children}
    </Page>
  );
}
