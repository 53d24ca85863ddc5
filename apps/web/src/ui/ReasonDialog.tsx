import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { useEffect, useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api/problem";
import { useProblemText } from "./problems";

type Props = {
  open: boolean;
  title: string;
  text?: string;
  action: string;
  /** Whether a reason is asked for; it is demanded. Without it the dialog is for what can never be undone. */
  reason?: string;
  close: () => void;
  act: (reason: string) => void;
  busy?: boolean;
  problem?: Problem | null;
};

/** Asks why, or once more before what cannot be undone. Everything else is done at once and can be undone. */
export function ReasonDialog({ open, title, text, action, reason, close, act, busy, problem }: Props) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const heading = useId();
  const [typed, setTyped] = useState("");
  useEffect(() => {
    if (open) {
      setTyped("");
    }
  }, [open]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act(typed.trim());
  };
  return (
    <Dialog open={open} onClose={close} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <form onSubmit={submit}>
        <DialogTitle id={heading}>{title}</DialogTitle>
        <DialogContent>
          {problem && (
            <Alert severity="error" sx={{ mb: 2 }}>
              {problemText(problem)}
            </Alert>
          )}
          {text && <DialogContentText sx={{ mb: reason ? 3 : 0 }}>{text}</DialogContentText>}
          {reason && <TextField autoFocus required multiline minRows={2} label={reason} value={typed} onChange={(event) => setTyped(event.target.value)} sx={{ mt: 1 }} />}
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="submit" variant="contained" color={reason ? "primary" : "error"} loading={busy ?? false} disabled={Boolean(reason) && !typed.trim()}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
