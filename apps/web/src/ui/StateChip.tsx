import Chip from "@mui/material/Chip";
import { useTranslation } from "react-i18next";

type Tone = "default" | "info" | "success" | "warning" | "error";

/** What a state of a document says about it: by word first, by colour besides. */
const TONES: Record<string, Tone> = {
  draft: "default", planned: "default", pending: "warning", to_approve: "warning", proposed: "info", blocked: "warning", ordered: "success", refused: "error", unanswered: "error", withdrawn: "default", submitted: "warning", waiting: "info", running: "info", counting: "info", started: "info",
  approved: "info", sending: "info", sent: "info", acknowledged: "info", in_transit: "info", dispatched: "info", open: "info", reserved: "info",
  partially_received: "warning", partially_fulfilled: "warning", short: "warning", review: "warning", needs_attention: "warning", degraded: "warning", not_sent: "warning",
  received: "success", fulfilled: "success", done: "success", posted: "success", confirmed: "success", enabled: "success", delivered: "success", accepted: "success", closed: "success", linked: "success",
  recalled: "default", rejected: "error", failed: "error", cancelled: "default", expired: "default", revoked: "default", dismissed: "default", disabled: "default", released: "default",
};

export function StateChip({ state, label }: { state: string; label?: string }) {
  const { t } = useTranslation();
  return <Chip size="small" variant="outlined" color={TONES[state] ?? "default"} label={label ?? t(`state.${state}` as "state.draft", { defaultValue: state })} />;
}
