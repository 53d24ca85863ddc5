import Checkbox from "@mui/material/Checkbox";
import Chip from "@mui/material/Chip";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { CategoryPicker, ProductPicker, SitePicker } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useOwnSite } from "../transfers/ownSite";
import { bodyOf, emptyPlan, KINDS, planOf, type Count, type Kind, type Plan } from "./plan";

type Props = { count?: Count; names?: ReadonlyMap<string, string>; close: () => void; done?: (count: Count) => void };

/** Plans a count, or changes one that nobody has begun. */
export function PlanDrawer({ count, names, close, done }: Props) {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const toast = useToast();
  const own = useOwnSite();
  const maySeeCost = useMay("cost:read");
  const form = useForm<Plan, Count>({
    initial: count ? planOf(count, names ?? new Map()) : emptyPlan(""),
    touches: ["stock/counts", "dashboard"],
    send: (plan, key) =>
      count
        ? data(api.PATCH("/api/v1/stock/counts/{count_id}", { params: { path: { count_id: count.id }, header: ifUnchanged(count.version) }, body: bodyOf(plan) }))
        : data(api.POST("/api/v1/stock/counts", { params: { header: once(key) }, body: { site: plan.site || (own ?? ""), ...bodyOf(plan) } })),
    done: (made) => {
      toast({ text: t(count ? "did.change" : "did.plan", { number: made.number }) });
      close();
      done?.(made);
    },
  });
  const { values, set } = form;
  return (
    <FormDrawer open title={t(count ? "plan.change" : "plan.title")} close={close} form={form} action={count ? common("save") : t("plan.action")} width={480}>
      {!count && <SitePicker mine required label={common("site")} value={values.site || (own ?? "")} set={(code) => set("site", code)} error={Boolean(form.fault("site"))} helperText={form.fault("site")} />}
      <Scope form={form} />
      <FormControlLabel
        control={<Switch checked={values.blind} onChange={(_, blind) => set("blind", blind)} />}
        label={
          <>
            {t("plan.blind")}
            <FormHelperText component="span" sx={{ display: "block", m: 0 }}>
              {t("plan.blindHint")}
            </FormHelperText>
          </>
        }
      />
      <div>
        <Typography component="h3" variant="h3" sx={{ mb: 1 }}>
          {t("plan.tolerance")}
        </Typography>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 3 }}>
          {t("plan.toleranceHint")}
        </Typography>
        <Stack direction="row" spacing={2}>
          {(["quantity", "percent", ...(maySeeCost ? (["value"] as const) : [])] as const).map((one) => (
            <QuantityField
              key={one}
              label={t(`tolerance.${one}`)}
              value={values.tolerance[one]}
              set={(typed) => set("tolerance", { ...values.tolerance, [one]: typed })}
              error={Boolean(form.fault(`tolerance/${one}`))}
              helperText={form.fault(`tolerance/${one}`)}
            />
          ))}
        </Stack>
      </div>
      <TextField {...form.field("note")} label={common("note")} multiline minRows={2} />
    </FormDrawer>
  );
}

/** What is counted. */
function Scope({ form }: { form: ReturnType<typeof useForm<Plan, Count>> }) {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const { scope } = form.values;
  const mayReadCategories = useMay("category:read");
  const set = (to: Partial<Plan["scope"]>) => form.set("scope", { ...scope, ...to });
  const fault = (name: string) => ({ error: Boolean(form.fault(`scope/${name}`)), helperText: form.fault(`scope/${name}`) });
  return (
    <>
      <TextField select label={t("column.scope")} value={scope.kind} onChange={(event) => set({ kind: event.target.value as Kind })} error={Boolean(form.fault("scope") ?? form.fault("scope/kind"))} helperText={form.fault("scope") ?? form.fault("scope/kind") ?? t(`scopeHint.${scope.kind}`)}>
        {KINDS.filter((kind) => kind !== "category" || mayReadCategories).map((kind) => (
          <MenuItem key={kind} value={kind}>
            {t(`scope.${kind}`)}
          </MenuItem>
        ))}
      </TextField>
      {scope.kind === "category" && <CategoryPicker label={common("category")} value={scope.category} set={(category) => set({ category })} {...fault("category")} />}
      {scope.kind === "products" && (
        <div>
          <ProductPicker key={scope.products.length} label={common("product")} value={null} set={(product) => product && !scope.products.some(({ id }) => id === product.id) && set({ products: [...scope.products, product] })} {...fault("products")} />
          <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", mt: 2 }}>
            {scope.products.map(({ id, sku, name }) => (
              <Chip key={id} label={[sku, name].filter(Boolean).join(" · ")} onDelete={() => set({ products: scope.products.filter((one) => one.id !== id) })} />
            ))}
          </Stack>
        </div>
      )}
      {scope.kind === "abc" && (
        <div>
          <FormLabel component="legend">{t("plan.classes")}</FormLabel>
          <FormGroup row>
            {(["A", "B", "C"] as const).map((one) => (
              <FormControlLabel key={one} label={one} control={<Checkbox checked={scope.classes.includes(one)} onChange={(_, isIn) => set({ classes: isIn ? [...scope.classes, one].sort() : scope.classes.filter((other) => other !== one) })} />} />
            ))}
          </FormGroup>
          {form.fault("scope/classes") && <FormHelperText error>{form.fault("scope/classes")}</FormHelperText>}
        </div>
      )}
      {scope.kind === "cycle" && <QuantityField label={t("plan.size")} value={scope.size} set={(size) => set({ size })} {...fault("size")} />}
    </>
  );
}
