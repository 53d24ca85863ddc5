import AddIcon from "@mui/icons-material/AddOutlined";
import Tabs from "@mui/material/Tabs";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton, LinkTab } from "../../ui/links";
import { Page } from "../../ui/Page";
import { StateChip } from "../../ui/StateChip";
import { useList } from "../../ui/useList";
import { Filters, ProductFilter, SiteFilter } from "../stock/Filters";
import { useActorName } from "../stock/people";
import { useOwnSite } from "./ownSite";
import { asked, TABS } from "./tabs";

const route = getRouteApi("/shell/transfers");
type Transfer = Schemas["TransferSummary"];

/** What is to be sent, what is on its way, and what arrives. */
export function TransfersPage() {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { tab = "send", site, product } = route.useSearch();
  const navigate = route.useNavigate();
  const mayStart = useMay("transfer:start");
  const own = useOwnSite();
  const set = (change: { site?: string | undefined; product?: string | undefined }) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const list = useList("/api/v1/transfers", { query: asked(tab, site ?? own, product) });
  const start = mayStart && (
    <LinkButton to="/transfers/new" variant="contained" startIcon={<AddIcon />}>
      {t("new.title")}
    </LinkButton>
  );
  return (
    <Page title={common("nav.transfers")} actions={start}>
      <Tabs value={tab} aria-label={common("nav.transfers")} variant="scrollable" scrollButtons={false} sx={{ mb: 4, borderBottom: 1, borderColor: "divider" }}>
        {TABS.map((one) => (
          <LinkTab key={one} value={one} label={t(`tab.${one}`)} to="/transfers" search={(before: object) => ({ ...before, tab: one === "send" ? undefined : one })} />
        ))}
      </Tabs>
      <DataTable
        table="transfers"
        caption={t(`tab.${tab}`)}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t(`empty.${tab}`), hint: t("empty.hint"), action: start || undefined }}
        narrowed={site || product ? { clear: () => set({ site: undefined, product: undefined }) } : null}
        toolbar={
          <Filters>
            <SiteFilter site={site ?? own} set={(code) => set({ site: code })} />
            <ProductFilter product={product} set={(id) => set({ product: id })} />
          </Filters>
        }
      />
    </Page>
  );
}

function useColumns(): Column<Transfer>[] {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { quantity, time } = useFormats();
  const name = useActorName();
  return useMemo(
    () => [
      {
        id: "number",
        header: t("column.transfer"),
        cell: (one) => (
          <Link to="/transfers/$transferId" params={{ transferId: one.id }}>
            {t("name", { number: one.number })}
          </Link>
        ),
      },
      { id: "way", header: t("column.way"), cell: ({ source, destination }) => t("way", { from: source.name, to: destination.name }) },
      { id: "state", header: common("status"), cell: ({ state }) => <StateChip state={state} /> },
      { id: "lines", header: t("column.lines"), align: "right", cell: ({ lines }) => <span className="figures">{quantity(lines)}</span> },
      { id: "note", header: common("note"), card: "none", cell: ({ note }) => note || "–" },
      { id: "changed", header: t("column.changed"), cell: ({ updated_at }) => time(updated_at) },
      { id: "who", header: t("column.who"), hidden: true, card: "none", cell: ({ created_by }) => name(created_by) },
    ],
    [common, name, quantity, t, time],
  );
}
