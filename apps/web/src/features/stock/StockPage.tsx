import Button from "@mui/material/Button";
import SwapVertIcon from "@mui/icons-material/SwapVertOutlined";
import Tabs from "@mui/material/Tabs";
import { useLocation } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";
import type { RecordKind } from "./posting";
import { RecordDrawer, useMayRecord } from "./RecordDrawer";

type Props = {
  /** What of the page's product and site is known to whoever records from here. */
  preset?: Omit<Parameters<typeof RecordDrawer>[0], "open" | "close">;
  /** Opens the drawer at once, because the address says so. */
  opens?: boolean;
  closed?: () => void;
  children: ReactNode;
};

/** What moved, its documents, what there was at a moment, and what is promised: pages under one title. */
export function StockPage({ preset = {}, opens = false, closed, children }: Props) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { pathname } = useLocation();
  const [recording, setRecording] = useState<RecordKind | true | null>(null);
  const mayRecord = useMayRecord();
  const mayOpen = useMay("stock:adjust");
  const close = () => {
    setRecording(null);
    closed?.();
  };
  const kind = recording === true || recording === null ? preset.kind : recording;
  return (
    <Page
      title={common("nav.movements")}
      actions={
        mayRecord && (
          <>
            {mayOpen && <Button onClick={() => setRecording("opening")}>{t("kind.opening")}</Button>}
            <Button variant="contained" startIcon={<SwapVertIcon />} onClick={() => setRecording(true)}>
              {t("record.open")}
            </Button>
          </>
        )
      }
    >
      <Tabs value={pathname} variant="scrollable" allowScrollButtonsMobile aria-label={common("nav.movements")} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        <LinkTab to="/movements" value="/movements" label={t("tab.moves")} />
        <LinkTab to="/movements/documents" value="/movements/documents" label={t("tab.documents")} />
        <LinkTab to="/movements/as-of" value="/movements/as-of" label={t("tab.asOf")} />
        <LinkTab to="/movements/reservations" value="/movements/reservations" label={t("tab.reservations")} />
      </Tabs>
      {children}
      <RecordDrawer {...preset} kind={kind} open={mayRecord && (recording !== null || opens)} close={close} />
    </Page>
  );
}
