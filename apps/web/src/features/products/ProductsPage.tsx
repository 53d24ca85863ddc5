import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { Page } from "../../ui/Page";
import type { ProductItem } from "../../ui/pickers";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { BulkActions } from "./BulkActions";
import { ExportMenu } from "./ExportMenu";
import { FilterBar } from "./FilterBar";
import { asked, isNarrowed, which, type Filters } from "./filters";
import { Peek } from "./Peek";
import { Picture } from "./Picture";
import { Recording, type ToRecord } from "./recording";
import { statusOf, StockStatus } from "./status";
import { ViewTabs } from "./ViewTabs";

const NewProduct = lazy(() => import("./ProductDrawer").then((module) => ({ default: module.NewProduct })));

/** What the shop has, and how much of it. */
export function ProductsPage() {
  const { t } = useTranslation(["products", "common"]);
  const filters = useSearch({ from: "/shell/products" });
  const navigate = useNavigate();
  const mayWrite = useMay("product:write");
  const mayExport = useMay("export:read");
  const [isAdding, setAdding] = useState(false);
  const [glimpsed, setGlimpsed] = useState<string | null>(null);
  const [toRecord, setToRecord] = useState<ToRecord | null>(null);
  const choice = useTableChoice("products");
  const list = useList("/api/v1/products", { query: { ...asked(filters), include: ["total"] } }, { size: choice.size });
  const columns = useColumns();
  const filter = (to: Filters) => void navigate({ to: "/products", search: to, replace: true });

  return (
    <Page
      title={t("common:nav.products")}
      subtitle={list.total === null ? "\u00a0" : <Count total={list.total} />}
      actions={
        <>
          {mayExport && <ExportMenu filters={filters} />}
          {mayWrite && (
            <LinkButton to="/products/import" variant="outlined">
              {t("import.action")}
            </LinkButton>
          )}
          {mayWrite && (
            <Button variant="contained" startIcon={<AddIcon />} onClick={() => setAdding(true)}>
              {t("new.action")}
            </Button>
          )}
        </>
      }
    >
      <ViewTabs filters={filters} />
      <DataTable
        table="products"
        caption={t("common:nav.products")}
        columns={columns}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{
          title: t("empty.title"),
          hint: t(mayWrite ? "empty.hint" : "empty.hintReader"),
          action: mayWrite && (
            <Button variant="contained" onClick={() => setAdding(true)}>
              {t("new.action")}
            </Button>
          ),
        }}
        narrowed={isNarrowed(filters) ? { clear: () => filter({}) } : null}
        sort={{ by: filters.sort ?? "name", set: (sort) => filter({ ...filters, sort: sort as NonNullable<Filters["sort"]> }) }}
        selection={(chosen, clear, isAll) => <BulkActions chosen={chosen} clear={clear} record={(product) => setToRecord({ product })} all={isAll ? which(filters) : null} />}
        toolbar={<FilterBar filters={filters} set={filter} />}
        peek={({ id }) => setGlimpsed(id)}
      />
      <Peek id={glimpsed} close={() => setGlimpsed(null)} />
      <Suspense>{isAdding && <NewProduct close={() => setAdding(false)} />}</Suspense>
      <Recording what={toRecord} close={() => setToRecord(null)} />
    </Page>
  );
}

function Count({ total }: { total: number }) {
  const { t } = useTranslation("products");
  const { quantity } = useFormats();
  return (
    <span role="status">
      {t("count", { count: total, shown: quantity(total) })}
    </span>
  );
}

function useColumns(): readonly Column<ProductItem>[] {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, money } = useFormats();
  return [
    {
      id: "name",
      header: t("common:name"),
      sort: "name",
      cell: (product) => (
        <Stack direction="row" spacing={3} sx={{ alignItems: "center", minWidth: { sm: 220 } }}>
          <Picture src={product.image} />
          <Box sx={{ minWidth: 0 }}>
            <Link to="/products/$productId" params={{ productId: product.id }} sx={{ fontWeight: 600, color: "text.primary" }}>
              {product.name}
            </Link>
            {product.kind === "kit" && (
              <Typography component="span" variant="caption" color="textSecondary" sx={{ display: "block" }}>
                {t("kinds.kit")}
              </Typography>
            )}
          </Box>
        </Stack>
      ),
    },
    { id: "sku", header: "SKU", sort: "sku", cell: ({ sku }) => sku },
    { id: "category", header: t("common:category"), card: "none", cell: ({ category }) => category?.name ?? "–" },
    { id: "on_hand", header: t("common:onHand"), align: "right", card: "figure", cell: (product) => (product.kind === "kit" ? "–" : quantity(product.on_hand)) },
    { id: "available", header: t("available"), align: "right", cell: ({ available }) => quantity(available) },
    { id: "price", header: t("common:price"), align: "right", cell: ({ price, currency }) => money(price, currency) },
    { id: "status", header: t("common:status"), cell: (product) => <StockStatus status={statusOf(product)} /> },
  ];
}
