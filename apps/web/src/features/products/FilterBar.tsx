import Badge from "@mui/material/Badge";
import Button from "@mui/material/Button";
import Collapse from "@mui/material/Collapse";
import FilterIcon from "@mui/icons-material/FilterListOutlined";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { CategoryPicker, SitePicker } from "../../ui/pickers";
import { SearchField } from "../../ui/SearchField";
import type { Filters } from "./filters";

type Props = { filters: Filters; set: (to: Filters) => void };

/** What narrows the list; on a phone all but the search is folded away. */
export function FilterBar({ filters, set }: Props) {
  const { t } = useTranslation("products");
  const isPhone = useMediaQuery("(max-width: 599.95px)");
  const [isOpen, setOpen] = useState(false);
  const search = <SearchField label={t("search")} value={filters.q ?? ""} set={(q) => set({ ...filters, q: q || undefined } as Filters)} />;
  if (!isPhone) {
    return (
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", flex: "1 1 auto" }}>
        {search}
        <Choices filters={filters} set={set} />
      </Stack>
    );
  }
  const count = [filters.category, filters.site, filters.kind].filter(Boolean).length;
  return (
    <Stack spacing={2} sx={{ width: "100%" }}>
      {search}
      <Badge badgeContent={count} color="primary" sx={{ alignSelf: "flex-start" }}>
        <Button startIcon={<FilterIcon />} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t("filters")}
        </Button>
      </Badge>
      <Collapse in={isOpen} unmountOnExit>
        <Stack spacing={3} sx={{ pt: 2 }}>
          <Choices filters={filters} set={set} />
          <TextField select label={t("sort.label")} value={filters.sort ?? "name"} onChange={(event) => set({ ...filters, sort: event.target.value as NonNullable<Filters["sort"]> })}>
            {(["name", "sku", "-created_at"] as const).map((sort) => (
              <MenuItem key={sort} value={sort}>
                {t(`sort.${sort}`)}
              </MenuItem>
            ))}
          </TextField>
        </Stack>
      </Collapse>
    </Stack>
  );
}

function Choices({ filters, set }: Props) {
  const { t } = useTranslation(["products", "common"]);
  const { can } = useSession();
  const width = { width: { xs: "100%", sm: 176 } };
  const change = <Name extends keyof Filters>(name: Name, value: string) => set({ ...filters, [name]: value || undefined } as Filters);
  return (
    <>
      {can("category:read") && <CategoryPicker label={t("common:category")} all={t("common:allCategories")} value={filters.category ?? ""} set={(category) => change("category", category)} sx={{ width: { xs: "100%", sm: 208 } }} />}
      {can("site:read") && <SitePicker label={t("common:site")} all={t("common:allSites")} value={filters.site ?? ""} set={(site) => change("site", site)} sx={width} />}
      <TextField
        select
        label={t("kinds.label")}
        value={filters.kind ?? ""}
        onChange={(event) => change("kind", event.target.value)}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
        sx={{ width: { xs: "100%", sm: 130 } }}
      >
        <MenuItem value="">{t("common:all")}</MenuItem>
        <MenuItem value="unit">{t("kinds.unit")}</MenuItem>
        <MenuItem value="kit">{t("kinds.kit")}</MenuItem>
      </TextField>
    </>
  );
}
