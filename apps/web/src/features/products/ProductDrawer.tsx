import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { CategoryPicker } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { changedBySomebody, changing, draftOf, EMPTY, making, type Draft, type Product } from "./draft";

/** Makes a product, and opens its page unless whoever asked goes on with it. */
export function NewProduct({ close, barcode = "", made }: { close: () => void; barcode?: string; made?: (product: Product) => void }) {
  const { t } = useTranslation("products");
  const navigate = useNavigate();
  const form = useForm<Draft, Product>({
    initial: { ...EMPTY, unit: t("new.unit"), barcode },
    touches: ["products", "lookup"],
    pointers: { "/barcodes/0/code": "barcode" },
    send: (draft) => data(api.POST("/api/v1/products", { body: making(draft) })),
    done: (product) => {
      const { id, kind } = product;
      close();
      if (made) {
        made(product);
        return;
      }
      void navigate({ to: "/products/$productId", params: { productId: id }, search: kind === "kit" ? { tab: "components" } : {} });
    },
  });
  return (
    <FormDrawer open title={t("new.title")} close={close} form={form} action={t("new.create")}>
      <Fields form={form} isNew />
    </FormDrawer>
  );
}

type Conflict = { theirs: Product; fields: (keyof Draft)[] };

/** Changes a product, unless somebody else did since it was read: then it shows what they changed. */
export function EditProduct({ product, close }: { product: Product; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const client = useQueryClient();
  const toast = useToast();
  const [base, setBase] = useState(product);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const form = useForm<Draft, Product>({
    initial: draftOf(product),
    touches: ["products", "audit"],
    send: async (draft) => {
      try {
        return await data(
          api.PATCH("/api/v1/products/{product_id}", {
            params: { path: { product_id: base.id }, header: ifUnchanged(base.version) },
            body: changing(draftOf(base), draft),
          }),
        );
      } catch (error) {
        const theirs = (error as { status?: number }).status === 412 && (await client.fetchQuery({ ...read("/api/v1/products/{product_id}", { path: { product_id: base.id } }), staleTime: 0 }));
        if (theirs) {
          setConflict({ theirs, fields: changedBySomebody(draftOf(base), draftOf(theirs)) });
        }
        throw error;
      }
    },
    done: () => {
      close();
      toast({ text: t("edit.saved") });
    },
  });
  /** Goes on from what they saved; what oneself changed stays as typed, unless one takes theirs. */
  const goOn = (takeTheirs: boolean) => {
    if (!conflict) {
      return;
    }
    const [before, theirs, mine] = [draftOf(base), draftOf(conflict.theirs), form.values];
    const touched = (Object.keys(mine) as (keyof Draft)[]).filter((name) => mine[name] !== before[name] && (!takeTheirs || !conflict.fields.includes(name)));
    form.reset({ ...theirs, ...Object.fromEntries(touched.map((name) => [name, mine[name]])) });
    setBase(conflict.theirs);
    setConflict(null);
  };
  return (
    <FormDrawer open title={t("edit.title")} close={close} form={{ ...form, above: conflict ? null : form.above }} action={t("common:save")} disabled={conflict !== null}>
      {conflict && <Conflicting conflict={conflict} mine={form.values} goOn={goOn} />}
      <Fields form={form} />
    </FormDrawer>
  );
}

function Conflicting({ conflict, mine, goOn }: { conflict: Conflict; mine: Draft; goOn: (takeTheirs: boolean) => void }) {
  const { t } = useTranslation(["products", "common"]);
  const theirs = draftOf(conflict.theirs);
  const shown = (name: keyof Draft): string => (name === "category" ? conflict.theirs.category?.name : theirs[name]) || "–";
  const clash = conflict.fields.some((name) => mine[name] !== theirs[name]);
  return (
    <Alert severity="warning" role="alert">
      <AlertTitle>{t("edit.conflict")}</AlertTitle>
      {conflict.fields.length === 0 ? (
        t("edit.conflictElsewhere")
      ) : (
        <Box component="ul" sx={{ m: 0, pl: 4, overflowWrap: "anywhere" }}>
          {conflict.fields.map((name) => (
            <li key={name}>
              {t(`fields.${name}`)}: <strong>{shown(name)}</strong>
            </li>
          ))}
        </Box>
      )}
      <Stack direction="row" spacing={2} useFlexGap sx={{ mt: 3, flexWrap: "wrap" }}>
        <Button size="small" variant="outlined" color="inherit" onClick={() => goOn(true)}>
          {t("edit.takeTheirs")}
        </Button>
        {clash && (
          <Button size="small" color="inherit" onClick={() => goOn(false)}>
            {t("edit.keepMine")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

type Form = ReturnType<typeof useForm<Draft, Product>>;

function Fields({ form, isNew = false }: { form: Form; isNew?: boolean }) {
  const { t } = useTranslation(["products", "common"]);
  const seesCost = useMay("cost:read");
  const seesCategories = useMay("category:read");
  const { field, set, values, fault } = form;
  const amount = (name: "price" | "cost") => ({ value: values[name], set: (value: string) => set(name, value), error: Boolean(fault(name)), helperText: fault(name) });
  const pair = { display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" }, gap: 4 } as const;
  return (
    <>
      <TextField {...field("name")} label={t("fields.name")} required autoFocus={isNew} />
      <Box sx={pair}>
        <TextField {...field("sku")} label="SKU" required slotProps={{ htmlInput: { autoCapitalize: "characters", autoComplete: "off" } }} />
        {isNew ? <TextField {...field("barcode")} label={t("fields.barcode")} slotProps={{ htmlInput: { autoComplete: "off" } }} /> : <TextField {...field("unit")} label={t("fields.unit")} />}
      </Box>
      {seesCategories && <CategoryPicker label={t("fields.category")} all={t("fields.noCategory")} value={values.category} set={(category) => set("category", category)} error={Boolean(fault("category"))} helperText={fault("category")} />}
      <Box sx={pair}>
        <QuantityField label={t("fields.price")} {...amount("price")} />
        {seesCost && <QuantityField label={t("fields.cost")} {...amount("cost")} />}
      </Box>
      {isNew && (
        <Box sx={pair}>
          <TextField {...field("kind")} select label={t("kinds.label")}>
            <MenuItem value="unit">{t("kinds.unit")}</MenuItem>
            <MenuItem value="kit">{t("kinds.kit")}</MenuItem>
          </TextField>
          <TextField {...field("unit")} label={t("fields.unit")} />
        </Box>
      )}
      {values.kind !== "kit" && (
        <Box sx={pair}>
          <TextField {...field("tracking")} select label={t("fields.tracking")}>
            {(["none", "lot", "serial"] as const).map((one) => (
              <MenuItem key={one} value={one}>
                {t(`tracking.${one}`)}
              </MenuItem>
            ))}
          </TextField>
          <TextField {...field("shelf_life_days")} label={t("fields.shelf_life_days")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
        </Box>
      )}
      <TextField {...field("description")} label={t("fields.description")} multiline minRows={3} />
    </>
  );
}
