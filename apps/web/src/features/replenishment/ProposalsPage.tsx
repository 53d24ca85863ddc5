import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { Filters, ProductFilter, SiteFilter } from "../stock/Filters";
import { SupplierFilter } from "../suppliers/SupplierPicker";
import { DismissDrawer } from "./DismissDrawer";
import { costOf, rough, type Proposal } from "./proposal";
import { ReplenishmentFrame } from "./ReplenishmentFrame";
import { RunNow } from "./RunNow";
import { useAccept, useAcceptMany, useMayAccept, useMayDecide } from "./useDecisions";

const route = getRouteApi("/shell/replenishment");

/** What should be ordered or brought from another site, with its reasons. */
export function ProposalsPage() {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { state = "proposed", ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: typeof filters) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const [dismissing, setDismissing] = useState<readonly Proposal[]>([]);
  const { size } = useTableChoice("proposals");
  const list = useList("/api/v1/replenishment/proposals", { query: { state: [state], ...filters } }, { size });
  const mayAccept = useMayAccept();
  const mayDecide = useMayDecide();
  const isOpen = state === "proposed" && can("purchase:write");
  const columns = useColumns(state, (proposal) => <RowActs proposal={proposal} mayAccept={mayAccept(proposal)} mayDecide={mayDecide(proposal)} dismiss={() => setDismissing([proposal])} />);
  return (
    <ReplenishmentFrame at={state} actions={<RunNow />}>
      <DataTable
        key={state}
        table="proposals"
        caption={t(`view.${state}`)}
        columns={columns}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t(`none.${state}`), hint: state === "proposed" ? t("none.hint") : "" }}
        narrowed={Object.keys(filters).length > 0 ? { clear: () => void navigate({ search: state === "proposed" ? {} : { state }, replace: true }) } : null}
        {...(isOpen ? { selection: (chosen: Proposal[], clear: () => void) => <Chosen proposals={chosen.filter(mayDecide)} mayAccept={mayAccept} clear={clear} dismiss={setDismissing} /> } : {})}
        toolbar={
          <Filters>
            <SiteFilter site={filters.site} set={(site) => set({ site })} />
            {can("supplier:read") && <SupplierFilter label={common("supplier")} supplier={filters.supplier} set={(supplier) => set({ supplier })} />}
            <ProductFilter product={filters.product} set={(product) => set({ product })} />
          </Filters>
        }
      />
      {dismissing.length > 0 && <DismissDrawer proposals={dismissing} close={() => setDismissing([])} />}
    </ReplenishmentFrame>
  );
}

function Chosen({ proposals, mayAccept, clear, dismiss }: { proposals: Proposal[]; mayAccept: (proposal: Proposal) => boolean; clear: () => void; dismiss: (proposals: Proposal[]) => void }) {
  const { t } = useTranslation("replenishment");
  const accept = useAcceptMany(clear);
  const acceptable = proposals.filter(mayAccept);
  return (
    <>
      <Button size="small" variant="contained" loading={accept.isPending} disabled={acceptable.length === 0} onClick={() => accept.mutate(acceptable.map(({ id }) => id))}>
        {t("acceptMany", { count: acceptable.length })}
      </Button>
      <Button size="small" variant="outlined" disabled={proposals.length === 0} onClick={() => dismiss(proposals)}>
        {t("dismiss.open")}
      </Button>
    </>
  );
}

function RowActs({ proposal, mayAccept, mayDecide, dismiss }: { proposal: Proposal; mayAccept: boolean; mayDecide: boolean; dismiss: () => void }) {
  const { t } = useTranslation("replenishment");
  const accept = useAccept();
  const isOpen = proposal.state === "proposed";
  return (
    <Stack direction="row" spacing={1} sx={{ justifyContent: "flex-end" }}>
      {isOpen && mayAccept && (
        <Button size="small" variant="outlined" loading={accept.isPending} onClick={() => accept.mutate(proposal)} aria-label={t("acceptOf", { name: proposal.name, site: proposal.site })}>
          {t("accept")}
        </Button>
      )}
      {(isOpen || proposal.state === "blocked") && mayDecide && (
        <Button size="small" color="inherit" onClick={dismiss} aria-label={t("dismiss.of", { name: proposal.name, site: proposal.site })}>
          {t("dismiss.open")}
        </Button>
      )}
    </Stack>
  );
}

/** The document that a proposal became. */
export function Document({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation("replenishment");
  const { purchase_order: order, transfer } = proposal;
  if (order) {
    return (
      <Link to="/purchases/$orderId" params={{ orderId: order.id }}>
        {t("run.order", { number: order.number })}
      </Link>
    );
  }
  return transfer ? <Link to={`/transfers/${transfer.id}` as "/"}>{t("run.transfer", { number: transfer.number })}</Link> : <>–</>;
}

function useColumns(state: Proposal["state"], acts: (proposal: Proposal) => ReactNode): readonly Column<Proposal>[] {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity, sum, day } = useFormats();
  const figures = (text: string) => <span className="figures">{text}</span>;
  const columns: (Column<Proposal> | false)[] = [
    {
      id: "product",
      header: common("product"),
      cell: (one) => (
        <>
          <Link to="/replenishment/$proposalId" params={{ proposalId: one.id }} sx={{ fontWeight: 600, color: "text.primary" }}>
            {one.name}
          </Link>
          <Typography variant="caption" color="textSecondary" component="div">
            {one.sku}
          </Typography>
        </>
      ),
    },
    { id: "site", header: common("site"), cell: ({ site }) => site },
    { id: "quantity", header: common("quantity"), align: "right", card: "figure", cell: (one) => figures(quantity(one.quantity ?? one.why.needed)) },
    state === "blocked" && { id: "reason", header: t("obstacle"), cell: ({ reason }) => (reason ? <Chip size="small" variant="outlined" color="warning" label={t(`reason.${reason}`)} /> : "–") },
    state !== "blocked" && { id: "from", header: t("from"), cell: (one) => one.supplier?.name ?? (one.source ? t("fromSite", { site: one.source.code }) : "–") },
    {
      id: "why",
      header: t("why"),
      cell: ({ why, is_filler }) => (
        <Box sx={{ fontSize: "0.8125rem", color: "text.secondary" }}>
          <div>{is_filler ? t("filler") : t("whyShort", { position: quantity(why.position), minimum: quantity(why.minimum), target: quantity(why.target) })}</div>
          {why.stock_out_on && <div>{t("outOn", { day: day(why.stock_out_on) })}</div>}
        </Box>
      ),
    },
    { id: "available", header: t("number.available"), align: "right", card: "none", hidden: true, cell: ({ why }) => figures(quantity(why.available)) },
    { id: "demand", header: t("number.demand"), align: "right", card: "none", hidden: true, cell: ({ why }) => figures(quantity(rough(why.daily_demand))) },
    state !== "blocked" && {
      id: "arrives",
      header: t("arrives"),
      cell: ({ expected_on, why }) => (
        <>
          {day(expected_on)}
          {why.chosen && !why.chosen.in_time && compare(why.chosen.remaining, "0") < 0 && (
            <Typography variant="caption" color="error" component="div">
              {t("tooLate")}
            </Typography>
          )}
        </>
      ),
    },
    can("cost:read") && state !== "blocked" && { id: "cost", header: common("cost"), align: "right", cell: (one) => figures(sum(costOf(one), one.currency ?? undefined)) },
    state === "ordered" && { id: "document", header: t("document"), cell: (one) => <Document proposal={one} /> },
    state === "dismissed" && { id: "until", header: t("dismissedUntil"), cell: (one) => [one.dismissed_until && day(one.dismissed_until), one.dismissed_change && t("orChange", { percent: quantity(one.dismissed_change) })].filter(Boolean).join(" · ") },
    (state === "proposed" || state === "blocked") && { id: "actions", header: "", align: "right", cell: acts },
  ];
  return columns.filter((column) => column !== false);
}
