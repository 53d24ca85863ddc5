import MenuItem from "@mui/material/MenuItem";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { useSession } from "../../session/session";
import type { PickerField } from "./field";
import { useSites } from "./sites";

/** One of the sites, by its code. `mine` leaves out where one may only look. */
export function SitePicker({ value, set, mine, all, ...field }: PickerField & { value: string; set: (code: string) => void; mine?: boolean; all?: string } & Pick<TextFieldProps, "sx">) {
  const sites = useSites();
  const { worksAt } = useSession();
  const offered = (sites.data ?? []).filter((site) => site.active && (!mine || worksAt(site.id)));
  return (
    <TextField select {...field} value={offered.some(({ code }) => code === value) ? value : ""} onChange={(event) => set(event.target.value)} slotProps={{ select: { displayEmpty: Boolean(all) }, inputLabel: all ? { shrink: true } : {} }}>
      {all && <MenuItem value="">{all}</MenuItem>}
      {offered.map((site) => (
        <MenuItem key={site.id} value={site.code}>
          {site.code} · {site.name}
        </MenuItem>
      ))}
    </TextField>
  );
}
