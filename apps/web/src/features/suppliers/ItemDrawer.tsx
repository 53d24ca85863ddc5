import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { ProductPicker, type ProductRef } from "../../ui/pickers";
import { useForm } from "../../ui/useForm";
import type { Supplier, SupplierItem } from "./leadTime";
import { draftOf, TermsFields, termsOf, type TermsDraft } from "./TermsFields";

/** On which terms this supplier sells a product. */
export function ItemDrawer({ supplier, item, close }: { supplier: Supplier; item: SupplierItem | null; close: () => void }) {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const path = { supplier_id: supplier.id };
  const form = useForm<TermsDraft & { product: ProductRef | null }, SupplierItem>({
    initial: { ...draftOf(item), product: null },
    touches: ["suppliers"],
    done: close,
    send: ({ product, ...terms }) =>
      item
        ? data(api.PATCH("/api/v1/suppliers/{supplier_id}/items/{item_id}", { params: { path: { ...path, item_id: item.id }, header: ifUnchanged(item.version) }, body: termsOf(terms) }))
        : data(api.POST("/api/v1/suppliers/{supplier_id}/items", { params: { path }, body: { product: product?.id ?? "", ...termsOf(terms) } })),
  });
  const { values, set, fault } = form;
  return (
    <FormDrawer open title={item ? t("items.edit") : t("items.add")} close={close} form={form} action={common("save")} disabled={!item && !values.product}>
      {item ? (
        <Typography>
          {item.sku} · {item.name}
        </Typography>
      ) : (
        <ProductPicker label={common("product")} autoFocus required value={values.product} set={(product) => set("product", product)} error={Boolean(fault("product"))} helperText={fault("product")} />
      )}
      <TermsFields form={form as unknown as Parameters<typeof TermsFields>[0]["form"]} currency={supplier.currency} />
    </FormDrawer>
  );
}
