import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { ProductPicker, useSites, type ProductRef } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useList } from "../../ui/useList";
import type { Product } from "./draft";
import { draftOf, lineOf, type Policy, type PolicyDraft } from "./policy";

const TOUCHED = ["stock", "products", "replenishment", "dashboard"];
const save = (product: Pick<Product, "id">, draft: PolicyDraft) => data(api.PUT("/api/v1/stock/policies", { body: { policies: [lineOf(product.id, draft)] } }));

/** How much of it is to be there at each site, and what is done when it is not. */
export function PoliciesTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, percent } = useFormats();
  const { can, worksAt } = useSession();
  const toast = useToast();
  const sites = useSites();
  const [open, setOpen] = useState<Policy | "new" | null>(null);
  const list = useList("/api/v1/stock/policies", { query: { product: product.id } }, { size: 100 });
  const idOf = new Map((sites.data ?? []).map((site) => [site.code, site.id]));
  const may = (site: string) => can("policy:write") && worksAt(idOf.get(site) ?? "");
  const free = (sites.data ?? []).filter((site) => site.active && may(site.code) && !list.items.some((policy) => policy.site === site.code)).map(({ code }) => code);
  const again = useAct((policy: Policy) => save(product, draftOf(policy)), { touches: TOUCHED });
  const remove = useAct(
    (policy: Policy) => api.DELETE("/api/v1/stock/policies", { params: { query: { product: product.id, site: policy.site }, header: ifUnchanged(policy.version) } }),
    { touches: TOUCHED, done: (_, policy) => toast({ text: t("policy.removed", { site: policy.site }), action: { label: t("common:undo"), do: () => again.mutate(policy) } }) },
  );
  const add = free.length > 0 && (
    <Button variant="outlined" startIcon={<AddIcon />} onClick={() => setOpen("new")}>
      {t("policy.add")}
    </Button>
  );
  return (
    <>
      <DataTable
        caption={t("tabs.policies")}
        rows={list.items}
        rowId={({ site }) => site}
        list={list}
        empty={{ title: t("policy.empty"), hint: t("policy.hint"), action: add }}
        toolbar={list.items.length > 0 && add}
        columns={[
          { id: "site", header: t("common:site"), cell: ({ site }) => <strong>{site}</strong> },
          { id: "minimum", header: t("common:minimum"), align: "right", card: "figure", cell: ({ minimum }) => quantity(minimum) },
          { id: "target", header: t("target"), align: "right", cell: ({ target }) => quantity(target) },
          {
            id: "source",
            header: t("policy.source"),
            cell: (policy) => (policy.method === "service_level" ? t(`policy.sources.${policy.level_source}`, { level: percent(policy.service_level) }) : t(`policy.sources.${policy.level_source === "period" ? "period" : "fixed"}`)),
          },
          { id: "mode", header: t("policy.mode"), cell: ({ mode }) => t(`policy.modes.${mode}`) },
          { id: "from", header: t("policy.supply"), cell: ({ sources }) => t(`policy.supplies.${sources}`) },
          {
            id: "actions",
            header: "",
            align: "right",
            card: "line",
            cell: (policy) =>
              may(policy.site) && (
                <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
                  <IconButton size="small" aria-label={`${t("common:edit")} ${policy.site}`} onClick={() => setOpen(policy)}>
                    <EditIcon fontSize="small" />
                  </IconButton>
                  <IconButton size="small" aria-label={`${t("common:delete")} ${policy.site}`} onClick={() => remove.mutate(policy)}>
                    <DeleteIcon fontSize="small" />
                  </IconButton>
                </Stack>
              ),
          },
        ]}
      />
      {open && <PolicyDrawer product={product} policy={open === "new" ? null : open} sites={free} close={() => setOpen(null)} />}
    </>
  );
}

/** A policy of a product at a site; without a product, which one is asked. */
export function PolicyDrawer({ product, policy, sites, close }: { product: Pick<Product, "id"> | null; policy: Policy | null; sites: readonly string[]; close: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const { can } = useSession();
  const { quantity, day } = useFormats();
  const [picked, setPicked] = useState<ProductRef | null>(null);
  const of = product ?? picked;
  const form = useForm<PolicyDraft, unknown>({
    initial: draftOf(policy, sites[0]),
    touches: TOUCHED,
    done: close,
    pointers: Object.fromEntries(["product", "site", "minimum", "target", "service_level", "spending_limit", "review_days", "cover_days", "mode", "method", "sources", "periods"].map((name) => [`/policies/0/${name}`, name])),
    send: (draft) => save(of ?? { id: "" }, draft),
  });
  const { values, set, field, fault } = form;
  const amount = (name: "minimum" | "target" | "spending_limit") => ({ value: values[name], set: (value: string) => set(name, value), error: Boolean(fault(name)), helperText: fault(name) });
  const pair = { display: "grid", gridTemplateColumns: "1fr 1fr", gap: 4 } as const;
  const modes = (["off", "propose", "draft", "place"] as const).filter((mode) => mode === values.mode || mode === "off" || mode === "propose" || (can("purchase:write") && (mode === "draft" || can("purchase:approve"))));
  return (
    <FormDrawer open title={policy ? t("policy.title", { site: policy.site }) : t("policy.add")} close={close} form={form} action={t("common:save")} disabled={!of}>
      {!product && <ProductPicker label={t("common:product")} autoFocus required value={picked} set={setPicked} error={Boolean(fault("product"))} helperText={fault("product")} />}
      {!policy && (
        <TextField {...field("site")} select label={t("common:site")}>
          {sites.map((site) => (
            <MenuItem key={site} value={site}>
              {site}
            </MenuItem>
          ))}
        </TextField>
      )}
      <TextField {...field("method")} select label={t("policy.method")} helperText={fault("method") ?? t(`policy.methodHint.${values.method}`)}>
        <MenuItem value="fixed">{t("policy.methods.fixed")}</MenuItem>
        <MenuItem value="service_level">{t("policy.methods.service_level")}</MenuItem>
      </TextField>
      {values.method === "service_level" && (
        <TextField {...field("service_level")} label={t("policy.serviceLevel")} helperText={fault("service_level") ?? t("policy.serviceLevelHint")} slotProps={{ htmlInput: { inputMode: "decimal" }, input: { endAdornment: "%" } }} />
      )}
      <Box sx={pair}>
        <QuantityField label={t("common:minimum")} {...amount("minimum")} />
        <QuantityField label={t("target")} {...amount("target")} />
      </Box>
      {policy?.basis && (
        <Typography variant="body2" color="textSecondary">
          {t("policy.basis", { minimum: quantity(policy.minimum), target: quantity(policy.target), asOf: day(policy.basis.forecast_as_of), days: quantity(Math.round(Number(policy.basis.lead_days))), expected: quantity(Math.round(Number(policy.basis.expected))) })}
        </Typography>
      )}
      <TextField {...field("mode")} select label={t("policy.mode")}>
        {modes.map((mode) => (
          <MenuItem key={mode} value={mode}>
            {t(`policy.modes.${mode}`)}
          </MenuItem>
        ))}
      </TextField>
      {values.mode === "place" && <QuantityField label={t("policy.spendingLimit")} {...amount("spending_limit")} />}
      <TextField {...field("sources")} select label={t("policy.supply")}>
        {(["transfer_first", "buy_only", "transfer_only"] as const).map((one) => (
          <MenuItem key={one} value={one}>
            {t(`policy.supplies.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      <Box sx={pair}>
        <TextField {...field("review_days")} label={t("policy.reviewDays")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
        <TextField {...field("cover_days")} label={t("policy.coverDays")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
      </Box>
      <Periods draft={values} set={(periods) => set("periods", periods)} fault={(index, name) => form.fault(`policies/0/periods/${index}/${name}`)} />
    </FormDrawer>
  );
}

type PeriodDraft = PolicyDraft["periods"][number];

/** Other figures for a season. */
function Periods({ draft, set, fault }: { draft: PolicyDraft; set: (to: PeriodDraft[]) => void; fault: (index: number, name: string) => string | undefined }) {
  const { t } = useTranslation(["products", "common"]);
  const change = (index: number, to: Partial<PeriodDraft>) => set(draft.periods.map((one, at) => (at === index ? { ...one, ...to } : one)));
  return (
    <Box component="fieldset" sx={{ border: 0, p: 0, m: 0 }}>
      <Typography component="legend" variant="body2" color="textSecondary" sx={{ mb: 2 }}>
        {t("policy.periods")}
      </Typography>
      <Stack spacing={4}>
        {draft.periods.map((period, index) => (
          <Box key={index} sx={{ display: "grid", gridTemplateColumns: "1fr 1fr auto", gap: 2, alignItems: "start" }}>
            {(["valid_from", "valid_to"] as const).map((name) => (
              <TextField key={name} type="date" label={t(name === "valid_from" ? "common:since" : "common:until")} value={period[name]} onChange={(event) => change(index, { [name]: event.target.value })} error={Boolean(fault(index, name))} helperText={fault(index, name)} slotProps={{ inputLabel: { shrink: true } }} />
            ))}
            <IconButton aria-label={t("policy.dropPeriod", { number: index + 1 })} onClick={() => set(draft.periods.filter((_, at) => at !== index))}>
              <DeleteIcon />
            </IconButton>
            <QuantityField label={t("common:minimum")} value={period.minimum} set={(minimum) => change(index, { minimum })} error={Boolean(fault(index, "minimum"))} helperText={fault(index, "minimum")} />
            <QuantityField label={t("target")} value={period.target} set={(target) => change(index, { target })} error={Boolean(fault(index, "target"))} helperText={fault(index, "target")} />
          </Box>
        ))}
      </Stack>
      <Button size="small" startIcon={<AddIcon />} onClick={() => set([...draft.periods, { valid_from: "", valid_to: "", minimum: "", target: "", service_level: null }])} sx={{ mt: 2 }}>
        {t("policy.addPeriod")}
      </Button>
    </Box>
  );
}
