import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { ProductPicker, type ProductRef } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import type { Found } from "./goods";

const NewProduct = lazy(() => import("../products/ProductDrawer").then((module) => ({ default: module.NewProduct })));

type Unknown = Extract<Found, { is: "unknown" }>;
type Props = { unknown: Unknown; again: (code: string) => void; ignore: () => void; keep: { label: string; act: () => void } | null };

/** A code that names nothing: it is given to a product, a product is made of it, or it is let be. */
export function UnknownCard({ unknown, again, ignore, keep }: Props) {
  const { t } = useTranslation("scan");
  const mayWrite = useMay("product:write");
  const [is, setIs] = useState<"attaching" | "making" | null>(null);
  const { attach, code, isOffline } = unknown;
  const settled = () => {
    setIs(null);
    again(code);
  };
  return (
    <Paper variant="outlined" component="section" aria-label={t("unknown.title")} sx={{ p: 4 }}>
      <Stack spacing={3}>
        <Typography variant="h2" sx={{ overflowWrap: "anywhere" }}>
          {t(isOffline ? "unknown.offline" : "unknown.none", { code: attach.code })}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {t(isOffline ? (keep ? "unknown.offlineKeep" : "unknown.offlineHint") : mayWrite ? "unknown.hint" : "unknown.hintAsk")}
        </Typography>
        {keep && (
          <Button variant="contained" size="large" onClick={keep.act} sx={{ minHeight: 56 }}>
            {keep.label}
          </Button>
        )}
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          {!isOffline && mayWrite && (
            <Button variant="contained" onClick={() => setIs("attaching")}>
              {t("unknown.attach")}
            </Button>
          )}
          {!isOffline && mayWrite && (
            <Button variant="outlined" onClick={() => setIs("making")}>
              {t("unknown.create")}
            </Button>
          )}
          {isOffline && (
            <Button variant="outlined" onClick={() => again(code)}>
              {t("unknown.again")}
            </Button>
          )}
          <Button onClick={ignore}>{t("unknown.ignore")}</Button>
        </Stack>
      </Stack>
      {is === "attaching" && <Attach unknown={unknown} close={() => setIs(null)} done={settled} />}
      {is === "making" && (
        <Suspense>
          <NewProduct barcode={attach.code} close={() => setIs(null)} made={settled} />
        </Suspense>
      )}
    </Paper>
  );
}

function Attach({ unknown: { attach }, close, done }: { unknown: Unknown; close: () => void; done: () => void }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const form = useForm<{ product: ProductRef | null; pack_quantity: string }, unknown>({
    initial: { product: null, pack_quantity: "1" },
    touches: ["products", "lookup"],
    send: ({ product, pack_quantity }) =>
      data(api.POST("/api/v1/products/{product_id}/barcodes", { params: { path: { product_id: product?.id ?? "" } }, body: { code: attach.code, kind: attach.kind, pack_quantity: pack_quantity || "1" } })),
    done,
  });
  const fault = form.fault("code");
  return (
    <FormDrawer open title={t("unknown.attach")} close={close} form={form} action={t("unknown.attachAction")} disabled={form.values.product === null}>
      <Typography className="figures" sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
        {attach.code}
      </Typography>
      {fault && <Alert severity="error">{fault}</Alert>}
      <ProductPicker label={common("product")} value={form.values.product} set={(product) => form.set("product", product)} autoFocus required />
      <QuantityField label={t("unknown.pack")} value={form.values.pack_quantity} set={(value) => form.set("pack_quantity", value)} error={Boolean(form.fault("pack_quantity"))} helperText={form.fault("pack_quantity") ?? t("unknown.packHint")} />
    </FormDrawer>
  );
}
