import AddIcon from "@mui/icons-material/AddOutlined";
import MenuItem from "@mui/material/MenuItem";
import Tabs from "@mui/material/Tabs";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton, LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";
import { StateChip } from "../../ui/StateChip";
import { useList } from "../../ui/useList";
import { Filters, SiteFilter } from "../stock/Filters";
import { Queue } from "./Queue";

const route = getRouteApi("/shell/requests");
type Tab = "mine" | "approve" | "fulfil" | "all";
type Summary = Schemas["RequestSummary"];
const STATES = ["pending", "approved", "fulfilled", "rejected", "cancelled"] as const;

/** What was asked for: by oneself, for one to decide, to hand over, or all of it. */
export function RequestsPage() {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const search = route.useSearch();
  const tabs = tabsFor(can);
  const tab = search.tab && tabs.includes(search.tab) ? search.tab : tabs[0]!;
  const create = can("request:create") && (
    <LinkButton to="/requests/new" variant="contained" startIcon={<AddIcon />}>
      {t("new.title")}
    </LinkButton>
  );
  return (
    <Page title={common("nav.requests")} actions={create}>
      <Tabs value={tab} aria-label={common("nav.requests")} variant="scrollable" scrollButtons={false} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        {tabs.map((one) => (
          <LinkTab key={one} value={one} label={t(`tab.${one}`)} to="/requests" search={(before: { site?: string }) => ({ ...(before.site ? { site: before.site } : {}), tab: one })} />
        ))}
      </Tabs>
      {tab === "approve" ? <Queue site={search.site} /> : <Requests key={tab} tab={tab} create={create || undefined} />}
    </Page>
  );
}

/** What one decides comes first, then what one does, then what one asked. */
export function tabsFor(can: (permission: string) => boolean): Tab[] {
  const seesOthers = ["request:read", "request:approve", "request:fulfil"].some(can);
  const tabs: [Tab, boolean][] = [
    ["approve", can("request:approve")],
    ["fulfil", can("request:fulfil")],
    ["mine", can("request:create")],
    ["all", seesOthers],
  ];
  return tabs.filter(([, isOffered]) => isOffered).map(([tab]) => tab);
}

function Requests({ tab, create }: { tab: Exclude<Tab, "approve">; create: React.ReactNode }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { site, kind, state } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: object) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const isFulfilling = tab === "fulfil";
  const list = useList("/api/v1/requests", {
    query: {
      ...(site ? { site } : {}),
      ...(tab === "mine" ? { mine: true } : {}),
      ...(isFulfilling ? { state: ["approved"], kind: "customer_order" } : { ...(state ? { state: [state] } : {}), ...(kind ? { kind } : {}) }),
    },
  });
  return (
    <DataTable
      table="requests"
      caption={t(`tab.${tab}`)}
      columns={useColumns()}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={{ title: t(`empty.${tab}`), hint: t(`emptyHint.${tab}`), action: isFulfilling ? undefined : create }}
      narrowed={site || (!isFulfilling && (kind || state)) ? { clear: () => set({ site: undefined, kind: undefined, state: undefined }) } : null}
      toolbar={
        <Filters>
          <SiteFilter site={site} set={(code) => set({ site: code })} />
          {!isFulfilling && (
            <TextField select label={t("column.kind")} value={kind ?? ""} onChange={(event) => set({ kind: event.target.value || undefined })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{t("kind.any")}</MenuItem>
              <MenuItem value="restock">{t("kind.restock")}</MenuItem>
              <MenuItem value="customer_order">{t("kind.customer_order")}</MenuItem>
            </TextField>
          )}
          {!isFulfilling && (
            <TextField select label={common("status")} value={state ?? ""} onChange={(event) => set({ state: event.target.value || undefined })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{common("all")}</MenuItem>
              {STATES.map((one) => (
                <MenuItem key={one} value={one}>
                  {common(`state.${one}`)}
                </MenuItem>
              ))}
            </TextField>
          )}
        </Filters>
      }
    />
  );
}

function useColumns(): Column<Summary>[] {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { quantity, day } = useFormats();
  return useMemo(
    () => [
      {
        id: "number",
        header: t("column.request"),
        cell: (one) => (
          <Link to="/requests/$requestId" params={{ requestId: one.id }}>
            {t("name", { number: one.number })}
          </Link>
        ),
      },
      { id: "state", header: common("status"), cell: ({ state }) => <StateChip state={state} /> },
      { id: "kind", header: t("column.kind"), cell: ({ kind }) => t(`kind.${kind}`) },
      { id: "site", header: common("site"), cell: ({ site }) => `${site.code} · ${site.name}` },
      { id: "reason", header: common("reason"), cell: ({ reason }) => reason },
      { id: "lines", header: t("column.lines"), align: "right", cell: ({ lines }) => <span className="figures">{quantity(lines)}</span> },
      { id: "needed", header: t("column.needed"), cell: ({ needed_on }) => day(needed_on) },
      { id: "who", header: t("column.who"), cell: ({ requested_by }) => requested_by.name },
      { id: "made", header: t("column.made"), hidden: true, card: "none", cell: ({ created_at }) => day(created_at) },
    ],
    [common, day, quantity, t],
  );
}
