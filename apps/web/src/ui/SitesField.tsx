import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import ListItemText from "@mui/material/ListItemText";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useSites } from "./pickers";

type Props = { label: string; all: string; value: readonly string[] | null; set: (sites: string[] | null) => void; fault?: string | undefined; hint?: string; mayAll?: boolean };

/** Some of the sites by their ids, or all of them with those to come: null. */
export function SitesField({ label, all, value, set, fault, hint, mayAll = true }: Props) {
  const sites = useSites().data ?? [];
  const names = useSiteNames();
  return (
    <Stack spacing={1}>
      {mayAll && <FormControlLabel control={<Switch checked={value === null} onChange={(_, every) => set(every ? null : [])} />} label={all} />}
      {value !== null && (
        <TextField
          select
          label={label}
          value={value}
          onChange={(event) => set(event.target.value as unknown as string[])}
          error={Boolean(fault)}
          slotProps={{ select: { multiple: true, renderValue: (chosen) => names(chosen as string[]) } }}
        >
          {sites.map((site) => (
            <MenuItem key={site.id} value={site.id}>
              <Checkbox edge="start" tabIndex={-1} disableRipple checked={value.includes(site.id)} slotProps={{ input: { "aria-hidden": true } }} />
              <ListItemText primary={`${site.code} · ${site.name}`} />
            </MenuItem>
          ))}
        </TextField>
      )}
      {(fault ?? hint) && <FormHelperText error={Boolean(fault)}>{fault ?? hint}</FormHelperText>}
    </Stack>
  );
}

/** Sites as they are read: "UIO, GYE", or that it is all of them. */
export function useSiteNames(): (sites: readonly string[] | null) => string {
  const { t } = useTranslation();
  const sites = useSites().data;
  return useCallback(
    (ids) => {
      if (ids === null) {
        return t("allSites");
      }
      return ids.length === 0 ? t("none") : ids.map((id) => sites?.find((site) => site.id === id)?.code ?? "…").join(", ");
    },
    [sites, t],
  );
}
