import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { Link } from "../../ui/links";
import { useForm } from "../../ui/useForm";
import { Card } from "./Card";

/** Asks for a letter with a link by which another password is chosen. */
export function ForgotPasswordPage() {
  const { t } = useTranslation("session");
  const [isSent, setSent] = useState(false);
  const form = useForm({
    initial: { login: "" },
    send: (body) => api.POST("/api/v1/auth/password/forgot", { body }),
    touches: [],
    done: () => setSent(true),
  });
  return (
    <Card title={t("forgot.title")}>
      {isSent ? (
        <Alert severity="success">{t("forgot.sent", { login: form.values.login })}</Alert>
      ) : (
        <form ref={form.form} onSubmit={form.submit} noValidate>
          <Stack spacing={4}>
            <Typography color="textSecondary">{t("forgot.why")}</Typography>
            {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
            <TextField {...form.field("login")} label={t("login.login")} autoFocus required autoComplete="username" slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }} />
            <Button type="submit" variant="contained" size="large" loading={form.busy} disabled={!form.values.login.trim()}>
              {t("forgot.send")}
            </Button>
          </Stack>
        </form>
      )}
      <Link to="/login" variant="body2">
        {t("back")}
      </Link>
    </Card>
  );
}
