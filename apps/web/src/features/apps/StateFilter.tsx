import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";

type Props<State extends string> = { states: readonly State[]; words: (state: State) => string; value: State | undefined; set: (state: State | undefined) => void };

/** Narrows a list to one state. */
export function StateFilter<State extends string>({ states, words, value, set }: Props<State>) {
  const { t } = useTranslation();
  return (
    <TextField select label={t("status")} value={value ?? ""} onChange={(event) => set((event.target.value || undefined) as State | undefined)} sx={{ width: { xs: "100%", sm: 220 } }} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
      <MenuItem value="">{t("all")}</MenuItem>
      {states.map((state) => (
        <MenuItem key={state} value={state}>
          {words(state)}
        </MenuItem>
      ))}
    </TextField>
  );
}
