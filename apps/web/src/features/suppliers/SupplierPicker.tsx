import Autocomplete from "@mui/material/Autocomplete";
import TextField from "@mui/material/TextField";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState, type ReactNode } from "react";
import { read } from "../../api/query";
import type { Supplier } from "./leadTime";

export type SupplierRef = Pick<Supplier, "id" | "code" | "name">;
type Props = { label: string; value: SupplierRef | null; set: (supplier: Supplier | null) => void; product?: string; required?: boolean; autoFocus?: boolean; error?: boolean; helperText?: ReactNode };

const labelOf = ({ code, name }: SupplierRef) => `${code} · ${name}`;

/** A supplier of whom can be ordered, found by code or name. */
export function SupplierPicker({ value, set, product, error, helperText, ...field }: Props) {
  const [typed, setTyped] = useState("");
  const sought = useDeferredValue(value && typed === labelOf(value) ? "" : typed);
  const found = useQuery({ ...read("/api/v1/suppliers", { query: { ...(sought && { q: sought }), ...(product && { product }), active: true, limit: 50 } }), placeholderData: keepPreviousData });
  return (
    <Autocomplete<SupplierRef>
      value={value}
      options={found.data?.items ?? []}
      onChange={(_, chosen) => set(chosen as Supplier | null)}
      inputValue={typed}
      onInputChange={(_, text) => setTyped(text)}
      filterOptions={(options) => options}
      getOptionLabel={labelOf}
      getOptionKey={({ id }) => id}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      loading={found.isFetching}
      autoHighlight
      renderInput={(params) => <TextField {...params} {...field} error={error ?? false} helperText={helperText} />}
    />
  );
}

/** The same for a filter, whose address holds the id. */
export function SupplierFilter({ label, supplier, set }: { label: string; supplier: string | undefined; set: (id: string | undefined) => void }) {
  const named = useQuery({ ...read("/api/v1/suppliers/{supplier_id}", { path: { supplier_id: supplier ?? "" } }), enabled: Boolean(supplier), staleTime: 60_000 }).data;
  return <SupplierPicker label={label} value={supplier && named?.id === supplier ? named : null} set={(chosen) => set(chosen?.id)} />;
}
