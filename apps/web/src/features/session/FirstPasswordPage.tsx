import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useForm } from "../../ui/useForm";
import { PasswordField } from "./PasswordField";

const route = getRouteApi("/outside/first-password");

/** Whoever was given a password chooses their own before anything else. */
export function FirstPasswordPage() {
  const { t } = useTranslation("session");
  const { next } = route.useSearch();
  const navigate = useNavigate();
  const form = useForm({
    initial: { current_password: "", new_password: "" },
    send: (body) => api.POST("/api/v1/auth/password", { body }),
    touches: [],
    done: () => void navigate({ to: (next ?? "/") as "/", replace: true }),
  });
  const field = (name: "current_password" | "new_password") => ({ value: form.values[name], set: (value: string) => form.set(name, value), error: Boolean(form.fault(name)), helperText: form.fault(name) });
  return (
    <Paper variant="outlined" sx={{ p: { xs: 4, sm: 6 } }}>
      <form ref={form.form} onSubmit={form.submit} noValidate>
        <Stack spacing={4}>
          <Typography variant="h1">{t("first.title")}</Typography>
          <Typography color="textSecondary">{t("first.why")}</Typography>
          {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
          <PasswordField label={t("first.current")} autoComplete="current-password" autoFocus {...field("current_password")} />
          <PasswordField label={t("first.new")} autoComplete="new-password" {...field("new_password")} helperText={form.fault("new_password") ?? t("password.rule")} />
          <Button type="submit" variant="contained" size="large" loading={form.busy}>
            {t("first.save")}
          </Button>
        </Stack>
      </form>
    </Paper>
  );
}
