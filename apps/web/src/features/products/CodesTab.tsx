import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import IconButton from "@mui/material/IconButton";
import LabelIcon from "@mui/icons-material/QrCode2Outlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useAct } from "../../api/query";
import { stringifySearch } from "../../router/search";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, useFormats } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useAssignCodes } from "./BulkActions";
import type { Product } from "./draft";

type Code = Product["barcodes"][number];

/** What scanners read of it, and its labels. */
export function CodesTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const mayWrite = useMay("product:write");
  const [isAdding, setAdding] = useState(false);
  const assign = useAssignCodes();
  return (
    <>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", mb: 4 }}>
        {mayWrite && (
          <Button variant="outlined" startIcon={<AddIcon />} onClick={() => setAdding(true)}>
            {t("codes.add")}
          </Button>
        )}
        {mayWrite && product.barcodes.length === 0 && (
          <Button variant="outlined" loading={assign.isPending} onClick={() => assign.mutate({ products: [product.id] })}>
            {t("codes.assign")}
          </Button>
        )}
        <LinkButton variant="outlined" startIcon={<LabelIcon />} to="/labels" search={{ products: product.id }}>
          {t("codes.print")}
        </LinkButton>
      </Stack>
      {product.barcodes.length === 0 && (
        <Typography color="textSecondary" sx={{ mb: 4 }}>
          {t("codes.none")}
        </Typography>
      )}
      <Box component="ul" sx={{ listStyle: "none", p: 0, m: 0, display: "grid", gap: 4, gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 260px), 1fr))" }}>
        {product.barcodes.length === 0 && <Symbol product={product} name={product.sku} />}
        {product.barcodes.map((code) => (
          <Symbol key={code.code} product={product} name={code.code} code={code} mayWrite={mayWrite} />
        ))}
        <Symbol product={product} name={t("codes.qr")} qr />
      </Box>
      {isAdding && <AddCode product={product} close={() => setAdding(false)} />}
    </>
  );
}

function Symbol({ product, name, code, qr = false, mayWrite = false }: { product: Product; name: string; code?: Code; qr?: boolean; mayWrite?: boolean }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity } = useFormats();
  const remove = useRemove(product);
  const asked = { code: code?.code, ...(qr && { symbology: "qr" }) };
  const base = `/api/v1/products/${product.id}`;
  return (
    <Card component="li" sx={{ p: 3, display: "flex", flexDirection: "column" }}>
      <Box sx={{ bgcolor: "#fff", borderRadius: 1, height: 132, p: 2, mb: 3 }}>
        <Box component="img" src={`${base}/barcode.svg${stringifySearch(asked)}`} alt={t("codes.symbol", { code: name })} sx={{ width: "100%", height: "100%", minHeight: 0, objectFit: "contain" }} />
      </Box>
      <Stack direction="row" spacing={1} sx={{ alignItems: "center" }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography className="figures" sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
            {name}
          </Typography>
          <Typography variant="caption" color="textSecondary">
            {code ? (compare(code.pack_quantity, "1") === 0 ? t(`codes.kind.${code.kind}` as "codes.kind.gtin", { defaultValue: code.kind }) : t("codes.pack", { quantity: quantity(code.pack_quantity) })) : t(qr ? "codes.qrMeans" : "codes.skuMeans")}
          </Typography>
        </Box>
        <Tooltip title={t("codes.png")}>
          <IconButton component="a" href={`${base}/barcode.png${stringifySearch(asked)}`} download={`${product.sku}.png`} aria-label={`${t("codes.png")} ${name}`}>
            <DownloadIcon fontSize="small" />
          </IconButton>
        </Tooltip>
        {code && mayWrite && (
          <Tooltip title={t("common:delete")}>
            <IconButton aria-label={`${t("common:delete")} ${name}`} onClick={() => remove.mutate(code)}>
              <DeleteIcon fontSize="small" />
            </IconButton>
          </Tooltip>
        )}
      </Stack>
    </Card>
  );
}

function useRemove(product: Product) {
  const { t } = useTranslation(["products", "common"]);
  const toast = useToast();
  const path = { product_id: product.id };
  const again = useAct((code: Code) => data(api.POST("/api/v1/products/{product_id}/barcodes", { params: { path }, body: { code: code.code, kind: code.kind as "gtin", pack_quantity: code.pack_quantity } })), { touches: ["products"] });
  return useAct((code: Code) => api.DELETE("/api/v1/products/{product_id}/barcodes/{code}", { params: { path: { ...path, code: code.code } } }), {
    touches: ["products"],
    done: (_, code) => toast({ text: t("codes.removed", { code: code.code }), action: { label: t("common:undo"), do: () => again.mutate(code) } }),
  });
}

function AddCode({ product, close }: { product: Product; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const form = useForm({
    initial: { code: "", pack_quantity: "1" },
    touches: ["products"],
    done: close,
    send: (draft) => data(api.POST("/api/v1/products/{product_id}/barcodes", { params: { path: { product_id: product.id } }, body: { code: draft.code.trim(), pack_quantity: draft.pack_quantity || "1" } })),
  });
  return (
    <FormDrawer open title={t("codes.add")} close={close} form={form} action={t("common:add")} disabled={!form.values.code.trim()}>
      <TextField {...form.field("code")} label={t("fields.barcode")} required autoFocus slotProps={{ htmlInput: { autoComplete: "off" } }} />
      <QuantityField label={t("codes.packQuantity")} value={form.values.pack_quantity} set={(value) => form.set("pack_quantity", value)} error={Boolean(form.fault("pack_quantity"))} helperText={form.fault("pack_quantity") ?? t("codes.packHint")} />
    </FormDrawer>
  );
}
