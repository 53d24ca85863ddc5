import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Section } from "../../ui/Page";
import { useToast } from "../../ui/toasts";
import { useList } from "../../ui/useList";
import { ProductFilter } from "../stock/Filters";
import { ItemDrawer } from "./ItemDrawer";
import { inTenths, type Supplier, type SupplierItem } from "./leadTime";
import { draftOf, termsOf } from "./TermsFields";

const TOUCHED = ["suppliers", "replenishment"];

/** What a supplier sells, and on which terms. */
export function Items({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const toast = useToast();
  const mayWrite = useMay("supplier:write");
  const [open, setOpen] = useState<SupplierItem | "new" | null>(null);
  const [product, setProduct] = useState<string | undefined>();
  const path = { supplier_id: supplier.id };
  const list = useList("/api/v1/suppliers/{supplier_id}/items", { path, query: product ? { product } : {} }, { size: 25 });
  const again = useAct((item: SupplierItem) => data(api.POST("/api/v1/suppliers/{supplier_id}/items", { params: { path }, body: { product: item.product, ...termsOf(draftOf(item)) } })), { touches: TOUCHED });
  const remove = useAct(
    (item: SupplierItem) => api.DELETE("/api/v1/suppliers/{supplier_id}/items/{item_id}", { params: { path: { ...path, item_id: item.id }, header: ifUnchanged(item.version) } }),
    { touches: TOUCHED, done: (_, item) => toast({ text: t("items.removed", { name: item.name }), action: { label: common("undo"), do: () => again.mutate(item) } }) },
  );
  const add = mayWrite && (
    <Button variant="outlined" startIcon={<AddIcon />} onClick={() => setOpen("new")}>
      {t("items.add")}
    </Button>
  );
  const acts = (item: SupplierItem) => (
    <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
      <IconButton size="small" aria-label={`${common("edit")} ${item.name}`} onClick={() => setOpen(item)}>
        <EditIcon fontSize="small" />
      </IconButton>
      <IconButton size="small" aria-label={`${common("delete")} ${item.name}`} onClick={() => remove.mutate(item)}>
        <DeleteIcon fontSize="small" />
      </IconButton>
    </Stack>
  );
  const isLong = Boolean(product) || list.items.length > 8 || list.next !== null;
  return (
    <Section title={t("items.title")} actions={add}>
      <DataTable
        caption={t("items.title")}
        columns={useColumns(mayWrite ? acts : null)}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("items.empty"), hint: mayWrite ? t("items.emptyHint") : "" }}
        narrowed={product ? { clear: () => setProduct(undefined) } : null}
        toolbar={isLong && <Box sx={{ flex: "1 1 280px", maxWidth: 400 }}><ProductFilter product={product} set={setProduct} /></Box>}
      />
      {open && <ItemDrawer supplier={supplier} item={open === "new" ? null : open} close={() => setOpen(null)} />}
    </Section>
  );
}

/** The prices of an item, each with the quantity from which it counts. */
export function Prices({ item }: { item: Pick<SupplierItem, "price_breaks" | "currency"> }) {
  const { t } = useTranslation("products");
  const { quantity, money } = useFormats();
  const steps = item.price_breaks;
  return (
    <>
      {steps === null || steps.length === 0
        ? "–"
        : steps.map((step) => (
            <Box key={step.from_quantity} className="figures" sx={{ whiteSpace: "nowrap" }}>
              {money(step.unit_price, item.currency)}
              {steps.length > 1 && (
                <Typography component="span" variant="caption" color="textSecondary">
                  {` ${t("offer.from", { quantity: quantity(step.from_quantity) })}`}
                </Typography>
              )}
            </Box>
          ))}
    </>
  );
}

function useColumns(acts: ((item: SupplierItem) => ReactNode) | null): readonly Column<SupplierItem>[] {
  const { t } = useTranslation(["suppliers", "products", "common"]);
  const { quantity, day } = useFormats();
  return [
    {
      id: "product",
      header: t("common:product"),
      cell: (item) => (
        <>
          <Link to="/products/$productId" params={{ productId: item.product }}>
            {item.name}
          </Link>
          <Typography variant="caption" color="textSecondary" component="div">
            {item.sku}
          </Typography>
        </>
      ),
    },
    { id: "code", header: t("products:offer.code"), cell: ({ supplier_sku }) => supplier_sku || "–" },
    { id: "prices", header: t("common:price"), align: "right", cell: (item) => <Prices item={item} /> },
    { id: "least", header: t("products:offer.least"), align: "right", cell: (item) => quantity(item.minimum_order_quantity) },
    { id: "multiple", header: t("products:offer.multiple"), align: "right", cell: (item) => quantity(item.order_multiple) },
    {
      id: "days",
      header: t("products:offer.days"),
      align: "right",
      cell: ({ lead_time, lead_time_days }) => (lead_time?.mean_days ? t("products:offer.measured", { days: quantity(inTenths(lead_time.mean_days)), count: lead_time.receipts }) : quantity(lead_time_days)),
    },
    { id: "valid", header: t("products:offer.valid"), card: "none", cell: (item) => (item.valid_from || item.valid_to ? `${day(item.valid_from)} – ${day(item.valid_to)}` : t("products:offer.always")) },
    ...(acts ? [{ id: "actions", header: "", align: "right" as const, cell: acts }] : []),
  ];
}
