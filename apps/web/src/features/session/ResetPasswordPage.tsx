import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { Link, LinkButton } from "../../ui/links";
import { useForm } from "../../ui/useForm";
import { Card } from "./Card";
import { PasswordField } from "./PasswordField";
import { useToken } from "./useToken";

/** Where the letter of a forgotten password leads. */
export function ResetPasswordPage() {
  const { t } = useTranslation("session");
  const [token] = useToken();
  const [isDone, setDone] = useState(false);
  const form = useForm({
    initial: { new_password: "" },
    send: (values) => api.POST("/api/v1/auth/password/reset", { body: { ...values, token: token ?? "" } }),
    touches: [],
    done: () => setDone(true),
  });
  if (isDone) {
    return (
      <Card title={t("reset.title")}>
        <Alert severity="success">{t("reset.done")}</Alert>
        <LinkButton to="/login" variant="contained" size="large">
          {t("login.enter")}
        </LinkButton>
      </Card>
    );
  }
  if (token === null || form.problem?.code === "invalid_reset_token") {
    return (
      <Card title={t("reset.title")}>
        <Alert severity="warning">{t("reset.useless")}</Alert>
        <LinkButton to="/forgot-password" variant="contained" size="large">
          {t("reset.another")}
        </LinkButton>
      </Card>
    );
  }
  return (
    <Card title={t("reset.title")}>
      <form ref={form.form} onSubmit={form.submit} noValidate>
        <Stack spacing={4}>
          <Typography color="textSecondary">{t("reset.why")}</Typography>
          {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
          <PasswordField label={t("first.new")} value={form.values.new_password} set={(value) => form.set("new_password", value)} autoComplete="new-password" autoFocus error={Boolean(form.fault("new_password"))} helperText={form.fault("new_password") ?? t("password.rule")} />
          <Button type="submit" variant="contained" size="large" loading={form.busy} disabled={!form.values.new_password}>
            {t("reset.save")}
          </Button>
        </Stack>
      </form>
      <Link to="/login" variant="body2">
        {t("back")}
      </Link>
    </Card>
  );
}
