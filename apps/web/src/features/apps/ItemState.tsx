import Chip from "@mui/material/Chip";
import { useTranslation } from "react-i18next";

const TONES: Record<string, "success" | "warning" | "info" | "error" | "default"> = { linked: "success", unmatched: "warning", ambiguous: "warning", ignored: "default", gone: "default", clean: "success", dirty: "info", pushing: "info", attention: "warning", refused: "error" };

/** What became of an item of a shop, or of a level that it shows. */
export function ItemState({ state, of = "item" }: { state: string; of?: "item" | "level" }) {
  const { t } = useTranslation("apps");
  return <Chip size="small" variant="outlined" color={TONES[state] ?? "default"} label={t(`${of}.state.${state}` as "item.state.linked", { defaultValue: state })} />;
}
