import AddIcon from "@mui/icons-material/AddOutlined";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { SearchField } from "../../ui/SearchField";
import { useList } from "../../ui/useList";
import { useMay } from "../../session/session";
import { Filters, PeriodFilter, ProductFilter, SiteFilter, usePeriod } from "../stock/Filters";
import { useActorName } from "../stock/people";
import { useLinesText } from "../stock/PostingsPage";
import { postedTotal } from "./sale";
import { SalesFrame } from "./SalesFrame";

const route = getRouteApi("/shell/sales");
type Sale = Schemas["PostingView"];

/** What was sold, the latest first. */
export function SalesPage() {
  const { t } = useTranslation("sales");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const maySell = useMay("sale:record");
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { document, product, site, since, until } = search;
  const list = useList("/api/v1/sales", { query: { ...(document ? { document } : {}), ...(product ? { product } : {}), ...(site ? { site } : {}), ...usePeriod(search) } });
  return (
    <SalesFrame>
      <DataTable
        table="sales"
        caption={t("list.caption")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{
          title: t("list.empty"),
          hint: t("list.emptyHint"),
          action: maySell && (
            <LinkButton to="/sales/new" variant="contained" startIcon={<AddIcon />}>
              {t("new.title")}
            </LinkButton>
          ),
        }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <div className="wide">
              <SearchField label={t("documentNumber")} value={document ?? ""} set={(text) => set({ document: text || undefined })} />
            </div>
            <ProductFilter product={product} set={(id) => set({ product: id })} />
            <SiteFilter site={site} set={(code) => set({ site: code })} />
            <PeriodFilter since={since} until={until} set={set} />
          </Filters>
        }
      />
    </SalesFrame>
  );
}

function useColumns(): Column<Sale>[] {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { money, time } = useFormats();
  const lines = useLinesText();
  const name = useActorName();
  return useMemo(
    () => [
      {
        id: "document",
        header: t("list.sale"),
        cell: (sale) => (
          <Link to="/sales/$saleId" params={{ saleId: sale.id }}>
            {sale.document.number || time(sale.effective_at)}
          </Link>
        ),
      },
      { id: "total", header: common("total"), align: "right", card: "figure", cell: (sale) => <span className="figures">{money(postedTotal(sale), sale.currency)}</span> },
      { id: "lines", header: t("list.lines"), cell: (sale) => lines(sale) },
      { id: "customer", header: t("customer"), cell: (sale) => sale.document.party || "–" },
      { id: "site", header: common("site"), cell: (sale) => [...new Set(sale.lines.map(({ from, to }) => (from.startsWith(":") ? to : from)))].join(", ") },
      { id: "when", header: common("date"), cell: (sale) => time(sale.effective_at) },
      { id: "who", header: t("list.who"), hidden: true, card: "none", cell: (sale) => name(sale.actor) },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `lines` only follows the formats
    [common, money, name, t, time],
  );
}
