import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery, keepPreviousData } from "@tanstack/react-query";
import { useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { CustomsContext, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { endOf, today } from "../../ui/moments";
import { useList, type Item } from "../../ui/useList";
import { Filters, SiteFilter } from "./Filters";
import { StockPage } from "./StockPage";

const route = getRouteApi("/shell/movements/as-of");
type Row = Item<"/api/v1/stock/as-of">;

/** What every site held at the end of a day, and what it was worth. */
export function AsOfPage() {
  const { t } = useTranslation("stock");
  const { timeZone } = useContext(CustomsContext);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const day = search.at && /^\d{4}-\d{2}-\d{2}$/.test(search.at) ? search.at : today(timeZone);
  const at = endOf(day, timeZone);
  const query = { at, ...(search.site ? { site: search.site } : {}), ...(search.known ? { known_at: at } : {}) };
  const list = useList("/api/v1/stock/as-of", { query });
  const totals = useQuery({ ...read("/api/v1/stock/as-of", { query: { ...query, limit: list.size } }), placeholderData: keepPreviousData }).data;
  return (
    <StockPage preset={{ site: search.site }}>
      <Totals totals={totals} />
      <DataTable
        table="as-of"
        caption={t("tab.asOf")}
        columns={useColumns()}
        rows={list.items}
        rowId={(row) => `${row.product}/${row.site}`}
        list={list}
        empty={{ title: t("asOf.empty"), hint: t("asOf.emptyHint") }}
        narrowed={search.site ? { clear: () => set({ site: undefined }) } : null}
        toolbar={
          <Filters>
            <TextField type="date" label={t("asOf.day")} value={day} onChange={(event) => set({ at: event.target.value || undefined })} helperText={t("asOf.dayHint")} slotProps={{ inputLabel: { shrink: true }, htmlInput: { max: today(timeZone) } }} />
            <SiteFilter site={search.site} set={(code) => set({ site: code })} />
            <FormControlLabel className="wide" sx={{ alignSelf: "start", minHeight: 40 }} control={<Switch checked={search.known ?? false} onChange={(_, known) => set({ known: known || undefined })} />} label={t("asOf.known")} />
          </Filters>
        }
      />
    </StockPage>
  );
}

function Totals({ totals }: { totals: { total_on_hand: string; total_value: string | null; products: number; currency: string } | undefined }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { quantity, sum } = useFormats();
  const maySeeCost = useMay("cost:read");
  const figures: [string, string][] = [
    [common("nav.products"), totals ? quantity(totals.products) : "–"],
    [common("onHand"), totals ? quantity(totals.total_on_hand) : "–"],
    ...(maySeeCost ? [[t("asOf.value"), totals ? sum(totals.total_value, totals.currency) : "–"] as [string, string]] : []),
  ];
  return (
    <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "1fr 1fr", sm: "repeat(3, 1fr)" }, mb: 4 }}>
      {figures.map(([label, value]) => (
        <Card key={label} sx={{ p: { xs: 3, sm: 4 }, "&:nth-of-type(3)": { gridColumn: { xs: "1 / -1", sm: "auto" } } }}>
          <Typography variant="body2" color="textSecondary">
            {label}
          </Typography>
          <Typography className="figures" sx={{ fontSize: "1.5rem", fontWeight: 650 }}>
            {value}
          </Typography>
        </Card>
      ))}
    </Box>
  );
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { quantity, sum } = useFormats();
  const maySeeCost = useMay("cost:read");
  return useMemo(() => {
    const columns: (Column<Row> | false)[] = [
      {
        id: "product",
        header: common("product"),
        cell: (row) => (
          <Link to="/movements" search={{ product: row.product, site: row.site }}>
            {row.name}
          </Link>
        ),
      },
      { id: "sku", header: "SKU", cell: (row) => row.sku },
      { id: "site", header: common("site"), cell: (row) => row.site },
      { id: "on_hand", header: common("onHand"), align: "right", card: "figure", cell: (row) => <span className="figures">{quantity(row.on_hand)}</span> },
      maySeeCost && { id: "value", header: t("asOf.value"), align: "right", cell: (row) => <span className="figures">{sum(row.value)}</span> },
    ];
    return columns.filter((column) => column !== false);
  }, [common, maySeeCost, quantity, sum, t]);
}
