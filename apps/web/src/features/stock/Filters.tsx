import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { useContext, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { CustomsContext } from "../../ui/formats";
import { endOf, startOf } from "../../ui/moments";
import { ProductPicker, SitePicker, type ProductRef } from "../../ui/pickers";

/** Filters side by side, on a phone below each other. */
export function Filters({ children }: { children: ReactNode }) {
  return (
    <Box role="search" sx={{ display: "grid", columnGap: 2, rowGap: 3, gridTemplateColumns: { xs: "1fr 1fr", sm: "repeat(auto-fill, minmax(180px, 1fr))" }, flex: "1000 1 300px", minWidth: 0, "& .MuiTextField-root": { width: "100%" }, "& > .wide": { gridColumn: { xs: "1 / -1", sm: "span 2" } } }}>
      {children}
    </Box>
  );
}

const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i;

/** A product as the address names it: by its id, or by its SKU. */
export function useNamedProduct(reference: string | undefined): (ProductRef & { unit: string }) | null {
  const isId = reference !== undefined && ID.test(reference);
  const byId = useQuery({ ...read("/api/v1/products/{product_id}", { path: { product_id: reference ?? "" } }), enabled: isId, staleTime: 60_000 }).data;
  const bySku = useQuery({ ...read("/api/v1/products", { query: { q: reference ?? "", limit: 50 } }), enabled: reference !== undefined && !isId, staleTime: 60_000 }).data;
  return (isId ? byId : bySku?.items.find(({ sku }) => sku.toLowerCase() === reference?.toLowerCase())) ?? null;
}

export function ProductFilter({ product, set }: { product: string | undefined; set: (id: string | undefined) => void }) {
  const { t } = useTranslation();
  const named = useNamedProduct(product);
  return (
    <div className="wide">
      <ProductPicker label={t("product")} value={named} set={(chosen) => set(chosen?.id)} />
    </div>
  );
}

export function SiteFilter({ site, set }: { site: string | undefined; set: (code: string | undefined) => void }) {
  const { t } = useTranslation();
  return <SitePicker label={t("site")} all={t("allSites")} value={site ?? ""} set={(code) => set(code || undefined)} />;
}

type Period = { since?: string | undefined; until?: string | undefined };

export function PeriodFilter({ since, until, set }: Period & { set: (period: Period) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <TextField type="date" label={t("since")} value={since ?? ""} onChange={(event) => set({ since: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true }, htmlInput: { max: until } }} />
      <TextField type="date" label={t("until")} value={until ?? ""} onChange={(event) => set({ until: event.target.value || undefined })} slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: since } }} />
    </>
  );
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Days of the company, both included, as the moments that the API asks for. */
export function usePeriod({ since, until }: Period): Period {
  const { timeZone } = useContext(CustomsContext);
  return { ...(since && DAY.test(since) ? { since: startOf(since, timeZone) } : {}), ...(until && DAY.test(until) ? { until: endOf(until, timeZone) } : {}) };
}
