import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { compare, useFormats } from "../../ui/formats";
import { totals, type Entry } from "./log";

const TONE = { recording: "default", recorded: "success", waits: "warning", refused: "error", undone: "default", left: "warning" } as const;

/** The latest scans, each with what became of it and the way back; above them what they come to. */
export function Latest({ entries, undo, again, clear }: { entries: readonly Entry[]; undo: (entry: Entry) => void; again: (code: string) => void; clear: () => void }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { quantity, money } = useFormats();
  if (entries.length === 0) {
    return null;
  }
  const sum = totals(entries);
  return (
    <Paper variant="outlined" component="section" aria-labelledby="scan-latest">
      <Stack direction="row" useFlexGap sx={{ alignItems: "baseline", flexWrap: "wrap", columnGap: 3, px: 4, pt: 3, pb: 2 }}>
        <Typography variant="h2" id="scan-latest" sx={{ flex: "1 0 auto" }}>
          {t("latest.title")}
        </Typography>
        <Typography className="figures" sx={{ fontWeight: 650 }} data-testid="scan-total">
          {t("latest.units", { count: Number(sum.quantity), quantity: quantity(sum.quantity) })}
          {compare(sum.amount, "0") > 0 && ` · ${money(sum.amount)}`}
        </Typography>
        <Button size="small" onClick={clear}>
          {t("latest.clear")}
        </Button>
      </Stack>
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {entries.map((entry) => (
          <Stack component="li" key={entry.key} direction="row" spacing={2} sx={{ alignItems: "center", px: 4, py: 2, minHeight: 56, borderTop: 1, borderColor: "divider" }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Typography sx={{ overflowWrap: "anywhere", textDecoration: entry.state === "undone" ? "line-through" : "none" }}>{entry.title}</Typography>
              <Typography variant="body2" sx={{ overflowWrap: "anywhere", color: entry.fault ? "error.main" : "text.secondary" }}>
                {entry.fault ?? entry.detail}
              </Typography>
            </Box>
            <Chip size="small" variant="outlined" color={TONE[entry.state]} label={t(`latest.state.${entry.state}`)} />
            {entry.undo && (
              <Button size="small" onClick={() => undo(entry)} aria-label={`${common("undo")}: ${entry.title}`}>
                {common("undo")}
              </Button>
            )}
            {(entry.state === "left" || entry.state === "refused") && entry.code && (
              <Button size="small" onClick={() => again(entry.code!)} aria-label={`${t("latest.again")}: ${entry.title}`}>
                {t("latest.again")}
              </Button>
            )}
          </Stack>
        ))}
      </Box>
    </Paper>
  );
}
