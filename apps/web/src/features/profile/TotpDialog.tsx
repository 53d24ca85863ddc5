import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { useForm } from "../../ui/useForm";
import { CHANGES_SIGN_IN } from "./CodesPart";
import { Secret } from "./Secret";

/** The secret goes into the app by its camera or by hand; a code of the app proves that it arrived. */
export function TotpDialog({ offer, close, done }: { offer: Schemas["TotpOffer"]; close: () => void; done: (recoveryCodes: string[]) => void }) {
  const { t } = useTranslation("profile");
  const heading = useId();
  const form = useForm({
    initial: { code: "" },
    send: ({ code }) => data(api.POST("/api/v1/auth/mfa/totp/confirm", { body: { code: code.replace(/\s/g, "") } })),
    touches: CHANGES_SIGN_IN,
    done: ({ recovery_codes }) => done(recovery_codes),
  });
  return (
    <Dialog open onClose={close} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <form ref={form.form} onSubmit={form.submit} noValidate>
        <DialogTitle id={heading}>{t("totp.title")}</DialogTitle>
        <DialogContent>
          <Stack spacing={4}>
            <DialogContentText>{t("totp.scan")}</DialogContentText>
            <Box component="img" src={`data:image/svg+xml;utf8,${encodeURIComponent(offer.qr)}`} alt={t("totp.picture")} sx={{ width: 220, height: 220, alignSelf: "center", bgcolor: "#fff", borderRadius: 1 }} />
            <Secret label={t("totp.secret")} value={offer.secret} />
            {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
            <TextField {...form.field("code")} label={t("totp.code")} helperText={form.fault("code") ?? t("totp.codeHint")} autoFocus slotProps={{ htmlInput: { inputMode: "numeric", autoComplete: "one-time-code" } }} />
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>{t("cancel")}</Button>
          <Button type="submit" variant="contained" loading={form.busy} disabled={!form.values.code.trim()}>
            {t("totp.confirm")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
