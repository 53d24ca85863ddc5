import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useSession } from "../../session/session";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { PasswordField } from "../session/PasswordField";
import { Part } from "./Part";

export function PasswordPart() {
  const { t } = useTranslation(["profile", "session"]);
  const { profile } = useSession();
  const toast = useToast();
  const form = useForm({
    initial: { current_password: "", new_password: "" },
    send: (body) => api.POST("/api/v1/auth/password", { body }),
    touches: ["auth/sessions"],
    done: () => {
      form.reset();
      toast({ text: t("password.done") });
    },
  });
  const field = (name: "current_password" | "new_password") => ({ value: form.values[name], set: (value: string) => form.set(name, value), error: Boolean(form.fault(name)) });
  const wrong = form.problem?.code === "invalid_credentials" ? t("password.wrong") : undefined;
  return (
    <Part title={t("password.title")} hint={t("password.hint")}>
      <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={4} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
        {form.above && !wrong && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
        <input type="text" name="username" autoComplete="username" value={profile.login} readOnly hidden />
        <PasswordField label={t("password.current")} autoComplete="current-password" {...field("current_password")} error={Boolean(wrong ?? form.fault("current_password"))} helperText={wrong ?? form.fault("current_password")} />
        <PasswordField label={t("password.new")} autoComplete="new-password" {...field("new_password")} helperText={form.fault("new_password") ?? t("session:password.rule")} />
        <Button type="submit" variant="contained" loading={form.busy} disabled={!form.values.current_password || !form.values.new_password}>
          {t("password.change")}
        </Button>
      </Stack>
    </Part>
  );
}
