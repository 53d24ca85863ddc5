import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { Page } from "../../ui/Page";
import { useNotedText } from "../../ui/problems";
import { SearchField } from "../../ui/SearchField";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { Filters, PeriodFilter, SiteFilter, usePeriod } from "../stock/Filters";
import { STATES } from "./routes";
import { ChannelOrderChip, nameOf, useChannelName } from "./words";

const route = getRouteApi("/shell/channel-orders");
type Summary = Schemas["ChannelOrderSummary"];

/** What shops on the internet sold, placed last first. */
export function ChannelOrdersPage() {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const maySeeApps = useMay("plugin:read");
  const set = (change: typeof search) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { q, channel, state, site } = search;
  const { size } = useTableChoice("channel_orders");
  const list = useList(
    "/api/v1/channel-orders",
    { query: { ...(q ? { q } : {}), ...(channel ? { channel } : {}), ...(state ? { state: [state] } : {}), ...(site ? { site } : {}), ...usePeriod(search) } },
    { size },
  );
  return (
    <Page title={common("nav.channel_orders")}>
      <DataTable
        table="channel_orders"
        caption={common("nav.channel_orders")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{
          title: t("empty"),
          hint: t("emptyHint"),
          action: maySeeApps && (
            <LinkButton to={"/apps" as "/"} variant="outlined">
              {common("nav.apps")}
            </LinkButton>
          ),
        }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <div className="wide">
              <SearchField label={t("search")} value={q ?? ""} set={(text) => set({ q: text || undefined })} />
            </div>
            <TextField select label={common("status")} value={state ?? ""} onChange={({ target }) => set({ state: (target.value || undefined) as typeof state })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{common("all")}</MenuItem>
              {STATES.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`state.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            <ChannelFilter channel={channel} set={(to) => set({ channel: to })} here={list.items} />
            <SiteFilter site={site} set={(code) => set({ site: code })} />
            <PeriodFilter since={search.since} until={search.until} set={set} />
          </Filters>
        }
      />
    </Page>
  );
}

/** The shops that are known: those of apps, and those whose orders are here. */
function ChannelFilter({ channel, set, here }: { channel: string | undefined; set: (channel: string | undefined) => void; here: readonly Summary[] }) {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const mayRead = useMay("plugin:read");
  const name = useChannelName();
  const apps = useQuery({ ...read("/api/v1/plugins"), enabled: mayRead, staleTime: 60_000 }).data?.items ?? [];
  const shops = apps.filter(({ kind, state }) => kind === "storefront" && state !== "installed" && state !== "removed").map(({ id }) => id);
  const known = [...new Set([...shops, ...here.map((one) => one.channel), ...(channel ? [channel] : [])])].sort();
  return (
    <TextField select label={t("channel")} value={channel ?? ""} onChange={({ target }) => set(target.value || undefined)} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
      <MenuItem value="">{common("all")}</MenuItem>
      {known.map((one) => (
        <MenuItem key={one} value={one}>
          {name(one)}
        </MenuItem>
      ))}
    </TextField>
  );
}

function useColumns(): readonly Column<Summary>[] {
  const noted = useNotedText();
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const { time, quantity } = useFormats();
  const channel = useChannelName();
  return [
    {
      id: "number",
      header: t("one"),
      cell: (order) => (
        <Link to="/channel-orders/$orderId" params={{ orderId: order.id }} sx={{ fontWeight: 600, color: "text.primary", whiteSpace: "nowrap" }}>
          {nameOf(order)}
        </Link>
      ),
    },
    {
      id: "state",
      header: common("status"),
      cell: (order) => (
        <>
          <ChannelOrderChip state={order.state} />
          {order.problem && (
            <Typography variant="caption" color="textSecondary" component="div">
              {noted(order.problem_code, order.problem)}
            </Typography>
          )}
        </>
      ),
    },
    { id: "channel", header: t("channel"), cell: (order) => channel(order.channel) },
    { id: "buyer", header: t("buyer"), cell: ({ buyer }) => buyer || "–" },
    { id: "site", header: common("site"), cell: ({ site }) => site?.code ?? "–" },
    { id: "lines", header: t("lines"), align: "right", card: "none", cell: ({ lines }) => quantity(lines) },
    { id: "placed", header: t("placed"), cell: ({ placed_at }) => time(placed_at) },
    { id: "changed", header: t("changed"), hidden: true, card: "none", cell: ({ changed_at }) => time(changed_at) },
  ];
}
