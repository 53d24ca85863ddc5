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
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useSites } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { SearchField } from "../../ui/SearchField";
import { useTableChoice } from "../../ui/tableChoice";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useList } from "../../ui/useList";
import { draftOf, lineOf, type Policy } from "../products/policy";
import { PolicyDrawer } from "../products/PoliciesTab";
import { Filters, SiteFilter } from "../stock/Filters";
import { changedLines, EMPTY, type BulkDraft } from "./bulk";
import { TOUCHED } from "./proposal";
import { ReplenishmentFrame } from "./ReplenishmentFrame";
import { RunNow } from "./RunNow";

const route = getRouteApi("/shell/replenishment/policies");

/** How much of what is to be where, and what is done when it is not: for all products and sites. */
export function PoliciesPage() {
  const { t } = useTranslation(["replenishment", "products", "common"]);
  const { can, worksAt } = useSession();
  const { quantity, percent } = useFormats();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const toast = useToast();
  const sites = useSites();
  const set = (change: typeof search) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const [open, setOpen] = useState<Policy | "new" | null>(null);
  const [bulk, setBulk] = useState<readonly Policy[]>([]);
  const { size } = useTableChoice("policies");
  const list = useList("/api/v1/stock/policies", { query: search }, { size });
  const mine = (sites.data ?? []).filter((site) => site.active && can("policy:write") && worksAt(site.id)).map(({ code }) => code);
  const may = (policy: Policy) => mine.includes(policy.site);
  const again = useAct((policy: Policy) => data(api.PUT("/api/v1/stock/policies", { body: { policies: [lineOf(policy.product, draftOf(policy))] } })), { touches: TOUCHED });
  const remove = useAct(
    (policy: Policy) => api.DELETE("/api/v1/stock/policies", { params: { query: { product: policy.product, site: policy.site }, header: ifUnchanged(policy.version) } }),
    { touches: TOUCHED, done: (_, policy) => toast({ text: t("policyRemoved", { name: policy.name, site: policy.site }), action: { label: t("common:undo"), do: () => again.mutate(policy) } }) },
  );
  const add = mine.length > 0 && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setOpen("new")}>
      {t("newPolicy")}
    </Button>
  );
  return (
    <ReplenishmentFrame
      at="policies"
      actions={
        <>
          <RunNow />
          {add}
        </>
      }
    >
      <DataTable
        table="policies"
        caption={t("view.policies")}
        rows={list.items}
        rowId={({ product, site }) => `${product}/${site}`}
        list={list}
        empty={{ title: t("noPolicies"), hint: t("products:policy.hint") }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        {...(mine.length > 0
          ? {
              selection: (chosen: Policy[]) => (
                <Button size="small" variant="contained" disabled={!chosen.some(may)} onClick={() => setBulk(chosen.filter(may))}>
                  {t("bulk.open")}
                </Button>
              ),
            }
          : {})}
        toolbar={
          <Filters>
            <div className="wide">
              <SearchField label={t("products:search")} value={search.q ?? ""} set={(q) => set({ q: q || undefined })} />
            </div>
            <SiteFilter site={search.site} set={(site) => set({ site })} />
          </Filters>
        }
        columns={[
          {
            id: "product",
            header: t("common:product"),
            cell: (policy) => (
              <>
                <Link to="/products/$productId" params={{ productId: policy.product }} search={{ tab: "policies" }}>
                  {policy.name}
                </Link>
                <Typography variant="caption" color="textSecondary" component="div">
                  {policy.sku}
                </Typography>
              </>
            ),
          },
          { id: "site", header: t("common:site"), cell: ({ site }) => site },
          { id: "minimum", header: t("common:minimum"), align: "right", card: "figure", cell: ({ minimum }) => <span className="figures">{quantity(minimum)}</span> },
          { id: "target", header: t("products:target"), align: "right", cell: ({ target }) => <span className="figures">{quantity(target)}</span> },
          {
            id: "source",
            header: t("products:policy.source"),
            cell: (policy) => (policy.method === "service_level" ? t(`products:policy.sources.${policy.level_source}`, { level: percent(policy.service_level) }) : t(`products:policy.sources.${policy.level_source === "period" ? "period" : "fixed"}`)),
          },
          { id: "mode", header: t("products:policy.mode"), cell: ({ mode }) => t(`products:policy.modes.${mode}`) },
          { id: "supply", header: t("products:policy.supply"), cell: ({ sources }) => t(`products:policy.supplies.${sources}`) },
          { id: "review", header: t("products:policy.reviewDays"), align: "right", hidden: true, card: "none", cell: ({ review_days }) => quantity(review_days) },
          { id: "cover", header: t("products:policy.coverDays"), align: "right", hidden: true, card: "none", cell: ({ cover_days }) => quantity(cover_days) },
          {
            id: "actions",
            header: "",
            align: "right",
            cell: (policy) =>
              may(policy) && (
                <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
                  <IconButton size="small" aria-label={`${t("common:edit")} ${policy.name}, ${policy.site}`} onClick={() => setOpen(policy)}>
                    <EditIcon fontSize="small" />
                  </IconButton>
                  <IconButton size="small" aria-label={`${t("common:delete")} ${policy.name}, ${policy.site}`} onClick={() => remove.mutate(policy)}>
                    <DeleteIcon fontSize="small" />
                  </IconButton>
                </Stack>
              ),
          },
        ]}
      />
      {open && <PolicyDrawer product={open === "new" ? null : { id: open.product }} policy={open === "new" ? null : open} sites={mine} close={() => setOpen(null)} />}
      {bulk.length > 0 && <BulkDrawer policies={bulk} close={() => setBulk([])} />}
    </ReplenishmentFrame>
  );
}

/** The same for many: what is left empty stays as it is. */
function BulkDrawer({ policies, close }: { policies: readonly Policy[]; close: () => void }) {
  const { t } = useTranslation(["replenishment", "products", "common"]);
  const { can } = useSession();
  const form = useForm<BulkDraft, unknown>({
    initial: EMPTY,
    touches: TOUCHED,
    done: close,
    pointers: Object.fromEntries(policies.flatMap((_, index) => Object.keys(EMPTY).map((name) => [`/policies/${index}/${name}`, name]))),
    send: (change) => data(api.PUT("/api/v1/stock/policies", { body: { policies: changedLines(policies, change) } })),
  });
  const { values, set, field, fault } = form;
  const choice = (name: "method" | "mode" | "sources", label: string, options: readonly (readonly [string, string])[]) => (
    <TextField {...field(name)} select label={label} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
      <MenuItem value="">{t("bulk.same")}</MenuItem>
      {options.map(([value, text]) => (
        <MenuItem key={value} value={value}>
          {text}
        </MenuItem>
      ))}
    </TextField>
  );
  const amount = (name: "minimum" | "target" | "spending_limit", label: string) => <QuantityField label={label} value={values[name]} set={(value) => set(name, value)} error={Boolean(fault(name))} helperText={fault(name)} />;
  const modes = (["off", "propose", "draft", "place"] as const).filter((mode) => mode === "off" || mode === "propose" || (can("purchase:write") && (mode === "draft" || can("purchase:approve"))));
  const pair = { display: "grid", gridTemplateColumns: "1fr 1fr", gap: 4 } as const;
  return (
    <FormDrawer open title={t("bulk.title", { count: policies.length })} close={close} form={form} action={t("common:save")} disabled={Object.values(values).every((value) => value.trim() === "")}>
      <Typography variant="body2" color="textSecondary">
        {t("bulk.hint")}
      </Typography>
      <Box sx={pair}>
        {amount("minimum", t("common:minimum"))}
        {amount("target", t("products:target"))}
      </Box>
      {choice("method", t("products:policy.method"), (["fixed", "service_level"] as const).map((one) => [one, t(`products:policy.methods.${one}`)]))}
      {values.method !== "fixed" && <TextField {...field("service_level")} label={t("products:policy.serviceLevel")} slotProps={{ htmlInput: { inputMode: "decimal" }, input: { endAdornment: "%" } }} />}
      {choice("mode", t("products:policy.mode"), modes.map((one) => [one, t(`products:policy.modes.${one}`)]))}
      {values.mode === "place" && amount("spending_limit", t("products:policy.spendingLimit"))}
      {choice("sources", t("products:policy.supply"), (["transfer_first", "buy_only", "transfer_only"] as const).map((one) => [one, t(`products:policy.supplies.${one}`)]))}
      <Box sx={pair}>
        <TextField {...field("review_days")} label={t("products:policy.reviewDays")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
        <TextField {...field("cover_days")} label={t("products:policy.coverDays")} slotProps={{ htmlInput: { inputMode: "numeric" } }} />
      </Box>
    </FormDrawer>
  );
}
