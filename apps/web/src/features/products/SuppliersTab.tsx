import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { draftOf, TermsFields, termsOf, type TermsDraft } from "../suppliers/TermsFields";
import type { Product } from "./draft";

type Supplier = Schemas["SupplierView"];
type Terms = Schemas["SupplierItemView"];
type Offer = Terms & { supplier: Supplier };

/** Who sells it, at which prices and how fast. */
export function SuppliersTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const { can } = useSession();
  const mayWrite = can("supplier:write");
  const [open, setOpen] = useState<Offer | "new" | null>(null);
  const suppliers = useQuery(read("/api/v1/suppliers", { query: { product: product.id, limit: 100 } }));
  const terms = useQueries({
    queries: (suppliers.data?.items ?? []).map((supplier) => read("/api/v1/suppliers/{supplier_id}/items", { path: { supplier_id: supplier.id }, query: { product: product.id, limit: 100 } })),
  });
  const offers = (suppliers.data?.items ?? []).flatMap((supplier, index) => (terms[index]?.data?.items ?? []).map((item) => ({ ...item, supplier })));
  const failed = [suppliers, ...terms].find(({ error }) => error);
  const state = { isPending: suppliers.isPending || terms.some(({ isPending }) => isPending), error: failed?.error, retry: () => void failed?.refetch() };
  const remove = useRemove(product);
  const add = mayWrite && (
    <Button startIcon={<AddIcon />} variant="outlined" onClick={() => setOpen("new")}>
      {t("offer.add")}
    </Button>
  );
  return (
    <>
      <DataTable
        caption={t("tabs.suppliers")}
        columns={useColumns(
          mayWrite && ((offer) => (
            <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
              <Act label={`${t("common:edit")} ${offer.supplier.name}`} icon={<EditIcon fontSize="small" />} act={() => setOpen(offer)} />
              <Act label={`${t("common:delete")} ${offer.supplier.name}`} icon={<DeleteIcon fontSize="small" />} act={() => remove.mutate(offer)} />
            </Stack>
          )),
        )}
        rows={offers}
        rowId={({ id }) => id}
        list={state}
        empty={{ title: t("offer.empty"), hint: mayWrite ? t("offer.emptyHint") : "", action: add }}
        toolbar={offers.length > 0 && add}
      />
      {open && <OfferDrawer product={product} offer={open === "new" ? null : open} close={() => setOpen(null)} />}
    </>
  );
}

function Act({ label, icon, act }: { label: string; icon: React.ReactNode; act: () => void }) {
  return (
    <Tooltip title={label}>
      <IconButton size="small" aria-label={label} onClick={act}>
        {icon}
      </IconButton>
    </Tooltip>
  );
}

function useRemove(product: Product) {
  const { t } = useTranslation(["products", "common"]);
  const toast = useToast();
  const again = useAct((offer: Offer) => data(api.POST("/api/v1/suppliers/{supplier_id}/items", { params: { path: { supplier_id: offer.supplier.id } }, body: { product: product.id, ...termsOf(draftOf(offer)) } })), { touches: ["suppliers"] });
  return useAct(
    (offer: Offer) => api.DELETE("/api/v1/suppliers/{supplier_id}/items/{item_id}", { params: { path: { supplier_id: offer.supplier.id, item_id: offer.id }, header: ifUnchanged(offer.version) } }),
    {
      touches: ["suppliers"],
      done: (_, offer) => toast({ text: t("offer.removed", { name: offer.supplier.name }), action: { label: t("common:undo"), do: () => again.mutate(offer) } }),
    },
  );
}

function useColumns(actions: false | ((offer: Offer) => React.ReactNode)): readonly Column<Offer>[] {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, money, day } = useFormats();
  return [
    {
      id: "supplier",
      header: t("common:supplier"),
      cell: ({ supplier }) => (
        <Link to={`/suppliers/${supplier.id}` as string} sx={{ fontWeight: 600, color: "text.primary" }}>
          {supplier.name}
        </Link>
      ),
    },
    { id: "code", header: t("offer.code"), cell: ({ supplier_sku }) => supplier_sku || "–" },
    {
      id: "prices",
      header: t("common:price"),
      align: "right",
      cell: ({ price_breaks, currency }) =>
        price_breaks === null ? "–" : price_breaks.map((step, index) => (
          <Box key={step.from_quantity} sx={{ whiteSpace: "nowrap" }}>
            {money(step.unit_price, currency)}
            {(index > 0 || price_breaks.length > 1) && (
              <Typography component="span" variant="caption" color="textSecondary">
                {` ${t("offer.from", { quantity: quantity(step.from_quantity) })}`}
              </Typography>
            )}
          </Box>
        )),
    },
    { id: "least", header: t("offer.least"), align: "right", cell: (offer) => quantity(offer.minimum_order_quantity) },
    { id: "multiple", header: t("offer.multiple"), align: "right", cell: (offer) => quantity(offer.order_multiple) },
    {
      id: "days",
      header: t("offer.days"),
      align: "right",
      cell: (offer) => (offer.lead_time?.mean_days ? t("offer.measured", { days: quantity(Math.round(Number(offer.lead_time.mean_days) * 10) / 10), count: offer.lead_time.receipts }) : quantity(offer.lead_time_days)),
    },
    { id: "valid", header: t("offer.valid"), card: "none", cell: (offer) => (offer.valid_from || offer.valid_to ? `${day(offer.valid_from)} – ${day(offer.valid_to)}` : t("offer.always")) },
    ...(actions ? [{ id: "actions", header: "", cell: actions, align: "right" as const }] : []),
  ];
}

type Draft = TermsDraft & { supplier: string };

function OfferDrawer({ product, offer, close }: { product: Product; offer: Offer | null; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const suppliers = useQuery({ ...read("/api/v1/suppliers", { query: { active: true, limit: 500 } }), enabled: offer === null });
  const form = useForm<Draft, unknown>({
    initial: { ...draftOf(offer), supplier: offer?.supplier.id ?? "" },
    touches: ["suppliers"],
    done: close,
    send: (draft) => {
      const path = { supplier_id: draft.supplier };
      return offer
        ? data(api.PATCH("/api/v1/suppliers/{supplier_id}/items/{item_id}", { params: { path: { ...path, item_id: offer.id }, header: ifUnchanged(offer.version) }, body: termsOf(draft) }))
        : data(api.POST("/api/v1/suppliers/{supplier_id}/items", { params: { path }, body: { product: product.id, ...termsOf(draft) } }));
    },
  });
  const { values, field } = form;
  return (
    <FormDrawer open title={offer ? offer.supplier.name : t("offer.add")} close={close} form={form} action={t("common:save")} disabled={!values.supplier}>
      {!offer && (
        <TextField {...field("supplier")} select required label={t("common:supplier")}>
          {(suppliers.data?.items ?? []).map((one) => (
            <MenuItem key={one.id} value={one.id}>
              {one.code} · {one.name}
            </MenuItem>
          ))}
        </TextField>
      )}
      <TermsFields form={form as unknown as Parameters<typeof TermsFields>[0]["form"]} currency={offer?.currency ?? suppliers.data?.items.find(({ id }) => id === values.supplier)?.currency ?? product.currency} />
    </FormDrawer>
  );
}
