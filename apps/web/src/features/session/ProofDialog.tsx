import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import { useId, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { useProblemText } from "../../ui/problems";
import { CodeField } from "./CodeField";
import { PasswordField } from "./PasswordField";

/** Asks for the password once more, and for a code where the account demands one. */
export function ProofDialog({ answer }: { answer: (isProven: boolean) => void }) {
  const { t } = useTranslation("session");
  const heading = useId();
  const problemText = useProblemText();
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const act = useAct(() => api.POST("/api/v1/auth/confirm", { body: { password, ...(totp ? { totp } : {}) } }), {
    touches: [],
    quiet: true,
    done: () => answer(true),
  });
  const wantsCode = act.error?.code === "totp_required" || totp !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // it may stand inside another form
    act.mutate(undefined);
  };
  const refused = act.error && (act.error.code !== "totp_required" || totp !== "") ? act.error : null;
  return (
    <Dialog open onClose={() => answer(false)} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <form onSubmit={submit} noValidate>
        <DialogTitle id={heading}>{t("proof.title")}</DialogTitle>
        <DialogContent>
          <Stack spacing={4}>
            <DialogContentText>{t("proof.why")}</DialogContentText>
            {refused && <Alert severity="error">{refused.code === "invalid_credentials" ? t(totp ? "proof.wrongBoth" : "proof.wrong") : problemText(refused)}</Alert>}
            <PasswordField label={t("login.password")} value={password} set={setPassword} autoComplete="current-password" autoFocus />
            {wantsCode && <CodeField value={totp} set={setTotp} />}
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={() => answer(false)}>{t("proof.cancel")}</Button>
          <Button type="submit" variant="contained" loading={act.isPending} disabled={!password}>
            {t("proof.go")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
