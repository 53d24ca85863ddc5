import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { usePlace, useReason } from "../../ui/places";
import { useList, type Item } from "../../ui/useList";
import { Filters, PeriodFilter, ProductFilter, SiteFilter, useNamedProduct, usePeriod } from "./Filters";
import { RECORD_KINDS, type PostingKind, type RecordKind } from "./posting";
import { StockPage } from "./StockPage";

const BalanceChart = lazy(() => import("./BalanceChart").then((module) => ({ default: module.BalanceChart })));

const route = getRouteApi("/shell/movements");
type Move = Item<"/api/v1/stock/moves">;

/** Every movement, newest first; of one product with what there was after each. */
export function MovesPage() {
  const { t } = useTranslation("stock");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { product, site, since, until, record } = search;
  const period = usePeriod(search);
  const list = useList("/api/v1/stock/moves", { query: { ...(product ? { product } : {}), ...(site ? { site } : {}), ...period } });
  const named = useNamedProduct(product);
  const columns = useColumns(Boolean(product));
  const isNarrowed = Boolean(product || site || since || until);
  const kind = record && record in RECORD_KINDS ? (record as RecordKind) : undefined;
  return (
    <StockPage preset={{ product: named, site, kind }} opens={Boolean(record) && (!product || named !== null)} closed={() => set({ record: undefined })}>
      <DataTable
        table="movements"
        caption={t("tab.moves")}
        columns={columns}
        rows={list.items}
        rowId={(move) => `${move.posting}/${move.line}`}
        list={list}
        empty={{ title: t("moves.empty"), hint: t("moves.emptyHint") }}
        narrowed={isNarrowed ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <>
            <Filters>
              <ProductFilter product={product} set={(id) => set({ product: id })} />
              <SiteFilter site={site} set={(code) => set({ site: code })} />
              <PeriodFilter since={since} until={until} set={set} />
            </Filters>
            {product && list.items.length > 1 && (
              <Box sx={{ flex: "1 1 100%", minWidth: 0, minHeight: 232, order: 9 }}>
                <Suspense>
                  <BalanceChart moves={list.items} />
                </Suspense>
              </Box>
            )}
          </>
        }
      />
    </StockPage>
  );
}

/** "Sale F-001-006368", and that it undoes another. */
export function WhatHappened({ posting, kind, number, reversal }: { posting: string; kind: string; number: string; reversal: boolean }) {
  const { t } = useTranslation("stock");
  const isSale = kind === "sale" && !reversal;
  const text = [t(`kind.${kind as PostingKind}`), number].filter(Boolean).join(" ");
  const maySeeSale = useMay("sale:read");
  return (
    <Box component="span" sx={{ display: "inline-flex", gap: 1, alignItems: "center", flexWrap: "wrap" }}>
      {isSale && maySeeSale ? (
        <Link to="/sales/$saleId" params={{ saleId: posting }}>
          {text}
        </Link>
      ) : (
        <Link to="/movements/$postingId" params={{ postingId: posting }}>
          {text}
        </Link>
      )}
      {reversal && <Chip size="small" variant="outlined" label={t("reversal")} />}
    </Box>
  );
}

/** What would be hard to read on two lines. */
export function NoWrap({ children }: { children: ReactNode }) {
  return (
    <Box component="span" sx={{ whiteSpace: "nowrap" }}>
      {children}
    </Box>
  );
}

/** What changed, with its sign. */
export function Signed({ value }: { value: string }) {
  const { quantity } = useFormats();
  const sign = compare(value, "0");
  return (
    <Box component="span" className="figures" sx={{ fontWeight: 600, whiteSpace: "nowrap", color: sign > 0 ? "success.main" : sign < 0 ? "error.main" : "text.primary" }}>
      {sign > 0 ? "+" : ""}
      {quantity(value)}
    </Box>
  );
}

function useColumns(isOfProduct: boolean): Column<Move>[] {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { quantity, time, sum } = useFormats();
  const place = usePlace();
  const reason = useReason();
  const maySeeCost = useMay("cost:read");
  return useMemo(() => {
    const columns: (Column<Move> | false)[] = [
      { id: "what", header: t("column.what"), cell: (move) => <WhatHappened posting={move.posting} kind={move.kind} number={move.document_number} reversal={move.reversal_of !== null} /> },
      !isOfProduct && {
        id: "product",
        header: common("product"),
        cell: (move) => (
          <Link to={"/products/$productId" as "/"} params={{ productId: move.product } as never}>
            {move.sku}
          </Link>
        ),
      },
      { id: "change", header: t("column.change"), align: "right", card: "figure", cell: (move) => <Signed value={move.change} /> },
      isOfProduct && { id: "balance", header: t("column.balance"), align: "right", cell: (move) => <span className="figures">{quantity(move.balance)}</span> },
      { id: "places", header: t("column.places"), cell: (move) => `${place(move.from)} → ${place(move.to)}` },
      { id: "lot", header: t("record.lot"), hidden: true, card: "none", cell: (move) => move.lot ?? "–" },
      { id: "when", header: common("date"), cell: (move) => <NoWrap>{time(move.effective_at)}</NoWrap> },
      { id: "recorded", header: t("column.recorded"), hidden: true, card: "none", cell: (move) => time(move.recorded_at) },
      { id: "reason", header: common("reason"), card: "none", cell: (move) => reason(move.reason, move.document_type) },
      { id: "total", header: t("column.sold"), align: "right", hidden: true, card: "none", cell: (move) => sum(move.total) },
      maySeeCost && { id: "cost", header: common("cost"), align: "right", card: "none", cell: (move) => <span className="figures">{sum(move.cost)}</span> },
    ];
    return columns.filter((column) => column !== false);
  }, [common, isOfProduct, maySeeCost, place, quantity, reason, sum, t, time]);
}
