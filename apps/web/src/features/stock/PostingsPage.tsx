import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { DataTable, type Column } from "../../ui/DataTable";
import { plus, useFormats } from "../../ui/formats";
import { usePlace, useReason } from "../../ui/places";
import { SearchField } from "../../ui/SearchField";
import { useList } from "../../ui/useList";
import { Filters, PeriodFilter, ProductFilter, SiteFilter, usePeriod } from "./Filters";
import { NoWrap, WhatHappened } from "./MovesPage";
import { useActorName } from "./people";
import type { PostingKind } from "./posting";
import { StockPage } from "./StockPage";
import type { Posting } from "./useRecord";

const route = getRouteApi("/shell/movements/documents");
const KINDS: readonly PostingKind[] = ["receipt", "issue", "sale", "customer_return", "supplier_return", "adjustment", "scrap", "transfer", "opening", "assembly"];

/** What was recorded at once, with the paper it rests on. */
export function PostingsPage() {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { kind, document, product, site, since, until } = search;
  const list = useList("/api/v1/stock/postings", {
    query: { ...(kind ? { kind: [kind] } : {}), ...(document ? { document } : {}), ...(product ? { product } : {}), ...(site ? { site } : {}), ...usePeriod(search) },
  });
  const isNarrowed = Object.keys(search).length > 0;
  return (
    <StockPage preset={{ site }}>
      <DataTable
        table="postings"
        caption={t("tab.documents")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("moves.empty"), hint: t("moves.emptyHint") }}
        narrowed={isNarrowed ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <div className="wide">
              <SearchField label={t("document.number")} value={document ?? ""} set={(text) => set({ document: text || undefined })} />
            </div>
            <TextField select label={t("record.kind")} value={kind ?? ""} onChange={(event) => set({ kind: (event.target.value || undefined) as typeof kind })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{common("all")}</MenuItem>
              {KINDS.map((one) => (
                <MenuItem key={one} value={one}>
                  {t(`kind.${one}`)}
                </MenuItem>
              ))}
            </TextField>
            <SiteFilter site={site} set={(code) => set({ site: code })} />
            <ProductFilter product={product} set={(id) => set({ product: id })} />
            <PeriodFilter since={since} until={until} set={set} />
          </Filters>
        }
      />
    </StockPage>
  );
}

/** "CEL-256 × 3, PAP-A4 × 2", the same product once. */
export function useLinesText(): (posting: Posting) => string {
  const { quantity } = useFormats();
  return (posting) => {
    const units = new Map<string, string>();
    posting.lines.forEach((line) => units.set(line.sku, plus(units.get(line.sku) ?? "0", line.quantity)));
    const shown = [...units].slice(0, 3).map(([sku, moved]) => `${sku} × ${quantity(moved)}`);
    return units.size > 3 ? `${shown.join(", ")} +${units.size - 3}` : shown.join(", ");
  };
}

function useColumns(): Column<Posting>[] {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { time } = useFormats();
  const place = usePlace();
  const name = useActorName();
  const reason = useReason();
  const lines = useLinesText();
  return useMemo(
    () => [
      { id: "what", header: t("column.what"), cell: (posting) => <WhatHappened posting={posting.id} kind={posting.kind} number={posting.document.number} reversal={posting.reversal_of !== null} /> },
      { id: "lines", header: t("column.lines"), cell: (posting) => lines(posting) },
      { id: "places", header: t("column.places"), cell: (posting) => (posting.lines[0] ? `${place(posting.lines[0].from)} → ${place(posting.lines[0].to)}` : "–") },
      { id: "party", header: t("document.party"), hidden: true, card: "none", cell: (posting) => posting.document.party || "–" },
      { id: "when", header: common("date"), cell: (posting) => <NoWrap>{time(posting.effective_at)}</NoWrap> },
      { id: "reason", header: common("reason"), card: "none", cell: (posting) => reason(posting.reason, posting.document.type) },
      { id: "who", header: t("who.header"), hidden: true, card: "none", cell: (posting) => name(posting.actor) },
      { id: "recorded", header: t("column.recorded"), hidden: true, card: "none", cell: (posting) => time(posting.recorded_at) },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `lines` only follows the formats
    [common, name, place, reason, t, time],
  );
}
