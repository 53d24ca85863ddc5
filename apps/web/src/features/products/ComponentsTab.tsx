import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { ProductPicker, type ProductRef } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import type { Product } from "./draft";

/** What is in each kit. */
export function ComponentsTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity } = useFormats();
  const mayWrite = useMay("product:write");
  const [isEditing, setEditing] = useState(false);
  const edit = mayWrite && (
    <Button variant="outlined" startIcon={<EditIcon />} onClick={() => setEditing(true)}>
      {t("parts.edit")}
    </Button>
  );
  return (
    <>
      <DataTable
        caption={t("tabs.components")}
        rows={product.components}
        rowId={({ product }) => product}
        list={{ isPending: false, error: null, retry: () => undefined }}
        empty={{ title: t("parts.empty"), hint: t("parts.hint"), action: edit }}
        toolbar={product.components.length > 0 && edit}
        columns={[
          {
            id: "name",
            header: t("common:product"),
            cell: (part) => (
              <Link to="/products/$productId" params={{ productId: part.product }} sx={{ fontWeight: 600, color: "text.primary" }}>
                {part.name}
              </Link>
            ),
          },
          { id: "sku", header: "SKU", cell: ({ sku }) => sku },
          { id: "quantity", header: t("parts.quantity"), align: "right", card: "figure", cell: (part) => quantity(part.quantity) },
          { id: "available", header: t("available"), align: "right", cell: (part) => quantity(part.available) },
        ]}
      />
      {isEditing && <EditParts product={product} close={() => setEditing(false)} />}
    </>
  );
}

type Part = { product: ProductRef | null; quantity: string };

function EditParts({ product, close }: { product: Product; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const form = useForm<{ components: Part[] }, unknown>({
    initial: { components: [...product.components.map((part) => ({ product: { id: part.product, sku: part.sku, name: part.name }, quantity: part.quantity })), ...(product.components.length ? [] : [{ product: null, quantity: "1" }])] },
    touches: ["products"],
    done: close,
    send: ({ components }) =>
      data(
        api.PUT("/api/v1/products/{product_id}/components", {
          params: { path: { product_id: product.id }, header: ifUnchanged(product.version) },
          body: { components: components.flatMap((part) => (part.product ? [{ product: part.product.id, quantity: part.quantity }] : [])) },
        }),
      ),
  });
  const parts = form.values.components;
  const set = (index: number, to: Partial<Part>) => form.set("components", parts.map((part, at) => (at === index ? { ...part, ...to } : part)));
  const sent = parts.filter((part) => part.product);
  const fault = (part: Part, name: string) => form.fault(`components/${sent.indexOf(part)}/${name}`);
  return (
    <FormDrawer open title={t("parts.edit")} close={close} form={form} action={t("common:save")} width={560}>
      {parts.map((part, index) => (
        <Stack key={index} direction="row" spacing={2} sx={{ alignItems: "flex-start" }}>
          <ProductPicker label={t("common:product")} value={part.product} set={(chosen) => set(index, { product: chosen })} error={Boolean(fault(part, "product"))} helperText={fault(part, "product")} />
          <QuantityField label={t("common:quantity")} value={part.quantity} set={(quantity) => set(index, { quantity })} error={Boolean(fault(part, "quantity"))} helperText={fault(part, "quantity")} sx={{ maxWidth: 110 }} />
          <IconButton aria-label={t("parts.drop", { number: index + 1 })} onClick={() => form.set("components", parts.filter((_, at) => at !== index))}>
            <DeleteIcon />
          </IconButton>
        </Stack>
      ))}
      <Button startIcon={<AddIcon />} onClick={() => form.set("components", [...parts, { product: null, quantity: "1" }])} sx={{ alignSelf: "flex-start" }}>
        {t("parts.add")}
      </Button>
    </FormDrawer>
  );
}
