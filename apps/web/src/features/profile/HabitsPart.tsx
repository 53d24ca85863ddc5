import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import { useTranslation } from "react-i18next";
import { usePreferences } from "../../shell/preferences";
import { Part } from "./Part";

/** Small habits: kept at once. */
export function HabitsPart() {
  const { t } = useTranslation("profile");
  const { preferences, change } = usePreferences();
  return (
    <Part title={t("habits.title")} hint={t("habits.hint")}>
      <FormControlLabel control={<Switch checked={preferences.shortcuts} onChange={(_, shortcuts) => change({ shortcuts })} />} label={t("habits.shortcuts")} />
      <FormControlLabel control={<Switch checked={preferences.density === "compact"} onChange={(_, isOn) => change({ density: isOn ? "compact" : "comfortable" })} />} label={t("habits.compact")} />
    </Part>
  );
}
