import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { CopyField } from "../../ui/CopyField";

export type Shown = { title: string; fields: readonly { label: string; value: string }[]; hint?: string };

/** A secret that has just been made, this once. A click beside it does not close it. */
export function SecretDialog({ shown, close }: { shown: Shown | null; close: () => void }) {
  const { t } = useTranslation("settings");
  const heading = useId();
  return (
    <Dialog open={shown !== null} onClose={(_, why) => why !== "backdropClick" && close()} fullWidth maxWidth="sm" aria-labelledby={heading}>
      <DialogTitle id={heading}>{shown?.title}</DialogTitle>
      <DialogContent>
        <Stack spacing={4}>
          <Alert severity="warning">{t("secret.once")}</Alert>
          {shown?.fields.map(({ label, value }) => (
            <CopyField key={label} label={label} value={value} />
          ))}
          {shown?.hint}
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={close}>
          {t("secret.kept")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
