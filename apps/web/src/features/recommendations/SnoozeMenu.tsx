import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useContext, useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useAct } from "../../api/query";
import { CustomsContext, useFormats } from "../../ui/formats";
import { addDays, today } from "../../ui/moments";
import { useFaultText, useProblemText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { SNOOZES, snoozedUntil, type Recommendation } from "./recommendation";

/** Puts one off until a day, for oneself alone. */
export function SnoozeMenu({ recommendation }: { recommendation: Recommendation }) {
  const { t } = useTranslation("recommendations");
  const { t: common } = useTranslation();
  const { timeZone } = useContext(CustomsContext);
  const { day } = useFormats();
  const toast = useToast();
  const text = useProblemText();
  const faultText = useFaultText();
  const heading = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [date, setDate] = useState<string | null>(null);
  const now = today(timeZone);
  const snooze = useAct((until: string) => data(api.POST("/api/v1/recommendations/{recommendation_id}/snooze", { params: { path: { recommendation_id: recommendation.id } }, body: { until } })), {
    touches: ["recommendations", "dashboard"],
    quiet: date !== null,
    done: ({ until }) => {
      setDate(null);
      toast({ text: t("snoozed", { name: recommendation.product.name, day: day(until) }) });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (date) {
      snooze.mutate(date);
    }
  };
  return (
    <>
      <Button data-deed="snooze" aria-haspopup="menu" aria-expanded={anchor !== null} loading={snooze.isPending} onClick={(event) => setAnchor(event.currentTarget)}>
        {t("snooze")}
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {SNOOZES.map((choice) => (
          <MenuItem
            key={choice}
            onClick={() => {
              setAnchor(null);
              snooze.mutate(snoozedUntil(choice, now));
            }}
          >
            {t(`snoozeFor.${choice}`)}
          </MenuItem>
        ))}
        <MenuItem
          onClick={() => {
            setAnchor(null);
            setDate(addDays(now, 14));
          }}
        >
          {t("snoozeFor.date")}
        </MenuItem>
      </Menu>
      <Dialog open={date !== null} onClose={() => setDate(null)} fullWidth maxWidth="xs" aria-labelledby={heading}>
        <form onSubmit={submit}>
          <DialogTitle id={heading}>{t("snooze")}</DialogTitle>
          <DialogContent>
            {snooze.error && (
              <Alert severity="error" sx={{ mb: 2 }}>
                {snooze.error.faults.map((fault) => faultText(fault)).join(" ") || text(snooze.error)}
              </Alert>
            )}
            <TextField type="date" autoFocus label={t("untilDay")} value={date ?? ""} onChange={(event) => setDate(event.target.value)} slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: addDays(now, 1) } }} sx={{ mt: 1 }} />
          </DialogContent>
          <DialogActions>
            <Button onClick={() => setDate(null)}>{common("cancel")}</Button>
            <Button type="submit" variant="contained" loading={snooze.isPending} disabled={!date}>
              {t("snooze")}
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
