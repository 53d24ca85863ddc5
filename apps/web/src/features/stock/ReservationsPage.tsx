import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { StateChip } from "../../ui/StateChip";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { Filters, ProductFilter, SiteFilter } from "./Filters";
import { NoWrap } from "./MovesPage";
import { ReserveDrawer } from "./ReserveDrawer";
import { StockPage } from "./StockPage";
import { TOUCHED } from "./useRecord";

const route = getRouteApi("/shell/movements/reservations");
type Reservation = Schemas["ReservationView"];
const STATES = ["held", "committed", "consumed", "short", "released", "expired"] as const;

/** What is promised to whom, and how to give it back. */
export function ReservationsPage() {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isReserving, setReserving] = useState(false);
  const mayReserve = useMay("stock:reserve");
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { product, site, state } = search;
  const list = useList("/api/v1/stock/reservations", { query: { ...(product ? { product } : {}), ...(site ? { site } : {}), ...(state ? { state } : {}) } });
  const reserve = mayReserve && (
    <Button variant="outlined" onClick={() => setReserving(true)}>
      {t("reservation.new")}
    </Button>
  );
  return (
    <StockPage preset={{ site }}>
      <DataTable
        table="reservations"
        caption={t("tab.reservations")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("reservation.empty"), hint: t("reservation.emptyHint"), action: reserve }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
            <Filters>
              <ProductFilter product={product} set={(id) => set({ product: id })} />
              <SiteFilter site={site} set={(code) => set({ site: code })} />
              <TextField select label={common("status")} value={state ?? ""} onChange={(event) => set({ state: (event.target.value || undefined) as typeof state })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
                <MenuItem value="">{common("all")}</MenuItem>
                {STATES.map((one) => (
                  <MenuItem key={one} value={one}>
                    {t(`reservation.state.${one}`)}
                  </MenuItem>
                ))}
              </TextField>
              {reserve}
            </Filters>
        }
      />
      {isReserving && <ReserveDrawer close={() => setReserving(false)} />}
    </StockPage>
  );
}

function useColumns(): Column<Reservation>[] {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { quantity, time } = useFormats();
  const mayReserve = useMay("stock:reserve");
  return useMemo(() => {
    const columns: (Column<Reservation> | false)[] = [
      {
        id: "product",
        header: common("product"),
        cell: (one) => (
          <Link to="/movements" search={{ product: one.product, site: one.site }}>
            {one.sku}
          </Link>
        ),
      },
      { id: "open", header: t("reservation.open"), align: "right", card: "figure", cell: (one) => <span className="figures">{quantity(one.open)}</span> },
      { id: "quantity", header: t("reservation.first"), align: "right", hidden: true, card: "none", cell: (one) => <span className="figures">{quantity(one.quantity)}</span> },
      { id: "site", header: common("site"), cell: (one) => one.site },
      { id: "state", header: common("status"), cell: (one) => <StateChip state={one.state} /> },
      { id: "for", header: t("reservation.for"), cell: (one) => <Demand demand={one.demand} note={one.note} /> },
      { id: "until", header: common("until"), cell: (one) => (one.expires_at ? <NoWrap>{time(one.expires_at)}</NoWrap> : "–") },
      { id: "made", header: t("reservation.made"), card: "none", cell: (one) => <NoWrap>{time(one.created_at)}</NoWrap> },
      mayReserve && { id: "act", header: t("reservation.act"), cell: (one) => <Acts reservation={one} /> },
    ];
    return columns.filter((column) => column !== false);
  }, [common, mayReserve, quantity, t, time]);
}

const PAGES: Record<string, string> = { transfer: "/transfers", request: "/requests", channel_order: "/channel-orders" };

function Demand({ demand, note }: { demand: Schemas["DemandView"]; note: string }) {
  const { t } = useTranslation("stock");
  const words = t(`reservation.demand.${demand.type}` as "reservation.demand.manual", { defaultValue: demand.type });
  const page = PAGES[demand.type];
  return page && demand.id ? <Link to={`${page}/${demand.id}` as "/"}>{words}</Link> : <>{note || words}</>;
}

/** Those made by hand are given back by hand; the others by what they were made for. */
function Acts({ reservation }: { reservation: Reservation }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const toast = useToast();
  const again = useAct(
    (one: Reservation, key) =>
      data(api.POST("/api/v1/stock/reservations", { params: { header: once(key) }, body: { lines: [{ product: one.product, site: one.site, quantity: one.open }], commit: one.state === "committed", expires_at: one.expires_at, priority: one.priority, note: one.note } })),
    { touches: TOUCHED },
  );
  const release = useAct(
    (one: Reservation, key) => data(api.POST("/api/v1/stock/reservations/{reservation_id}/release", { params: { path: { reservation_id: one.id }, header: once(key) } })),
    { touches: TOUCHED, done: (_, one) => toast({ text: t("reservation.released", { sku: one.sku }), action: { label: common("undo"), do: () => again.mutate(one) } }) },
  );
  const commit = useAct(
    (one: Reservation, key) => data(api.POST("/api/v1/stock/reservations/{reservation_id}/commit", { params: { path: { reservation_id: one.id }, header: once(key) } })),
    { touches: TOUCHED },
  );
  if (reservation.demand.type !== "manual" || (reservation.state !== "held" && reservation.state !== "committed")) {
    return null;
  }
  return (
    <Stack direction="row" spacing={1}>
      <Button size="small" loading={release.isPending} onClick={() => release.mutate(reservation)}>
        {t("reservation.release")}
      </Button>
      {reservation.state === "held" && (
        <Button size="small" loading={commit.isPending} onClick={() => commit.mutate(reservation)}>
          {t("reservation.keep")}
        </Button>
      )}
    </Stack>
  );
}
