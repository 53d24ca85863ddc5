import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useAct } from "../../api/query";
import { Link, LinkButton } from "../../ui/links";
import { useProblemText } from "../../ui/problems";
import { useForm } from "../../ui/useForm";
import { Card } from "./Card";
import { PasswordField } from "./PasswordField";
import { useToken } from "./useToken";

/** A company registers itself, where the server allows it; the link of the letter confirms it. */
export function RegisterPage() {
  const [token] = useToken();
  return token === null ? <Registration /> : <Confirmation token={token} />;
}

const PLAIN = { company: "", code: "", name: "", email: "", login: "", password: "" };

function Registration() {
  const { t, i18n } = useTranslation("session");
  const [isSent, setSent] = useState(false);
  const form = useForm({
    initial: PLAIN,
    send: ({ company, code, ...person }) =>
      api.POST("/api/v1/auth/register", {
        body: { ...person, company: { code: code || codeOf(company), name: company, locale: i18n.resolvedLanguage === "en" ? "en-US" : "es-EC", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone } },
      }),
    touches: [],
    pointers: { "/company/name": "company", "/company/code": "code", "/company": "company" },
    done: () => setSent(true),
  });
  if (form.problem?.code === "registration_closed") {
    return (
      <Card title={t("register.title")}>
        <Alert severity="info">{t("register.closed")}</Alert>
        <LinkButton to="/contact" variant="contained" size="large">
          {t("register.ask")}
        </LinkButton>
        <Link to="/login" variant="body2">
          {t("back")}
        </Link>
      </Card>
    );
  }
  if (isSent) {
    return (
      <Card title={t("register.title")}>
        <Alert severity="success">{t("register.sent", { email: form.values.email })}</Alert>
      </Card>
    );
  }
  return (
    <Card title={t("register.title")}>
      <form ref={form.form} onSubmit={form.submit} noValidate>
        <Stack spacing={4}>
          <Typography color="textSecondary">{t("register.why")}</Typography>
          {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
          <TextField {...form.field("company")} label={t("register.company")} autoComplete="organization" autoFocus required />
          <TextField {...form.field("code")} label={t("register.code")} placeholder={codeOf(form.values.company)} helperText={form.fault("code") ?? t("register.codeHint")} slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false }, inputLabel: { shrink: true } }} />
          <TextField {...form.field("name")} label={t("person.name")} autoComplete="name" required />
          <TextField {...form.field("email")} label={t("person.email")} type="email" autoComplete="email" required />
          <TextField {...form.field("login")} label={t("person.login")} autoComplete="username" required helperText={form.fault("login") ?? t("person.loginHint")} slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }} />
          <PasswordField label={t("login.password")} value={form.values.password} set={(value) => form.set("password", value)} autoComplete="new-password" error={Boolean(form.fault("password"))} helperText={form.fault("password") ?? t("password.rule")} />
          <Button type="submit" variant="contained" size="large" loading={form.busy}>
            {t("register.send")}
          </Button>
        </Stack>
      </form>
      <Link to="/login" variant="body2">
        {t("back")}
      </Link>
    </Card>
  );
}

function Confirmation({ token }: { token: string }) {
  const { t } = useTranslation("session");
  const problemText = useProblemText();
  const act = useAct(() => data(api.POST("/api/v1/auth/register/confirm", { body: { token } })), { touches: [], quiet: true });
  return (
    <Card title={t("register.title")}>
      {act.error && <Alert severity="error">{problemText(act.error)}</Alert>}
      {act.data ? (
        <>
          <Alert severity="success">{t("register.done", { company: act.data.company.name, login: act.data.login })}</Alert>
          <LinkButton to="/login" variant="contained" size="large">
            {t("login.enter")}
          </LinkButton>
        </>
      ) : (
        <>
          <Typography color="textSecondary">{t("register.last")}</Typography>
          <Button variant="contained" size="large" loading={act.isPending} onClick={() => act.mutate(undefined)}>
            {t("register.confirm")}
          </Button>
        </>
      )}
    </Card>
  );
}

/** A code for addresses, of the company's name. */
export function codeOf(name: string): string {
  return name
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32)
    .replace(/-+$/, "");
}
