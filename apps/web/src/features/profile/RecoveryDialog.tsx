import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import Stack from "@mui/material/Stack";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCopy } from "./Secret";

/** Recovery codes, shown this once: the dialog closes when somebody says that they have them. */
export function RecoveryDialog({ codes, close }: { codes: string[]; close: () => void }) {
  const { t } = useTranslation("profile");
  const heading = useId();
  const copy = useCopy();
  const [isKept, setKept] = useState(false);
  const text = codes.join("\n");
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`Pirwa\n${text}\n`], { type: "text/plain" }));
    link.download = t("recovery.file");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <Dialog open fullWidth maxWidth="xs" aria-labelledby={heading}>
      <DialogTitle id={heading}>{t("recovery.title")}</DialogTitle>
      <DialogContent>
        <DialogContentText>{t("recovery.why")}</DialogContentText>
        <Box component="ul" aria-label={t("recovery.title")} sx={{ my: 4, p: 0, listStyle: "none", display: "grid", gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" }, gap: 2, fontFamily: "monospace" }}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </Box>
        <Stack direction="row" spacing={2}>
          <Button variant="outlined" onClick={() => copy(text)}>
            {t("recovery.copy")}
          </Button>
          <Button variant="outlined" onClick={download}>
            {t("recovery.download")}
          </Button>
        </Stack>
        <FormControlLabel sx={{ mt: 3 }} control={<Checkbox checked={isKept} onChange={(_, on) => setKept(on)} />} label={t("recovery.kept")} />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" disabled={!isKept} onClick={close}>
          {t("recovery.done")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
