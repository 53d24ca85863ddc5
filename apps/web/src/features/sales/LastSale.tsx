import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import type { Recorded } from "../stock/useRecord";
import { lineTotal, postedTotal, saleTotal, type SaleDraft } from "./sale";

/** The sale before, as a receipt shows it. */
export function LastSale({ recorded, draft }: { recorded: Recorded; draft: SaleDraft }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { money, quantity, time } = useFormats();
  const posting = "posting" in recorded ? recorded.posting : null;
  const currency = posting?.currency ?? draft.lines[0]?.ware.currency;
  return (
    <Paper variant="outlined" component="section" aria-label={t("last.title")} sx={{ p: 4 }}>
      <Typography variant="h2">{t("last.title")}</Typography>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
        {posting ? time(posting.effective_at) : t("last.waits")}
        {draft.document.party && ` · ${draft.document.party}`}
        {draft.document.number && ` · ${draft.document.number}`}
      </Typography>
      <Stack component="ul" spacing={1} sx={{ listStyle: "none", m: 0, p: 0 }}>
        {draft.lines.map((line) => (
          <Box component="li" key={line.key} sx={{ display: "flex", gap: 2, fontSize: "0.875rem" }}>
            <Box sx={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>
              {quantity(line.quantity)} × {line.ware.name}
            </Box>
            <span className="figures">{money(lineTotal(line), currency)}</span>
          </Box>
        ))}
      </Stack>
      <Divider sx={{ my: 2 }} />
      <Stack direction="row" sx={{ justifyContent: "space-between", fontWeight: 650 }}>
        <span>{common("total")}</span>
        <span className="figures">{money(posting ? postedTotal(posting) : saleTotal(draft.lines), currency)}</span>
      </Stack>
      {posting ? (
        <Link to="/sales/$saleId" params={{ saleId: posting.id }} variant="body2">
          {t("last.open")}
        </Link>
      ) : (
        <Link to="/unsent" variant="body2">
          {t("last.unsent")}
        </Link>
      )}
    </Paper>
  );
}
