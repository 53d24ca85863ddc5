import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useFormats } from "../formats";
import type { PickerField } from "./field";

export type ProductItem = Schemas["ProductItem"];
export type ProductRef = Pick<ProductItem, "id" | "sku" | "name">;

const labelOf = (product: ProductRef): string => `${product.sku} · ${product.name}`;

/** A product, found by name, SKU or barcode. */
export function ProductPicker({ value, set, error, helperText, ...field }: PickerField & { value: ProductRef | null; set: (product: ProductItem | null) => void }) {
  const { t } = useTranslation();
  const { quantity } = useFormats();
  const [typed, setTyped] = useState("");
  const sought = useDeferredValue(value && typed === labelOf(value) ? "" : typed);
  const found = useQuery({ ...read("/api/v1/products", { query: { ...(sought && { q: sought }), limit: 20, active: true } }), placeholderData: keepPreviousData });
  return (
    <Autocomplete<ProductRef>
      value={value}
      options={found.data?.items ?? []}
      onChange={(_, product) => set(product as ProductItem | null)}
      inputValue={typed}
      onInputChange={(_, text) => setTyped(text)}
      filterOptions={(options) => options}
      getOptionLabel={labelOf}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      loading={found.isFetching}
      autoHighlight
      renderOption={({ key, ...props }, product) => (
        <Box component="li" key={key} {...props}>
          <Box sx={{ minWidth: 0 }}>
            <Typography noWrap>{product.name}</Typography>
            <Typography variant="caption" color="textSecondary">
              {product.sku}
              {"available" in product && ` · ${t("available")} ${quantity((product as ProductItem).available)}`}
            </Typography>
          </Box>
        </Box>
      )}
      renderInput={(params) => <TextField {...params} {...field} error={error ?? false} helperText={helperText} />}
    />
  );
}
