import KeyIcon from "@mui/icons-material/KeyOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, data, rememberCsrfToken, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { asProblem, Problem } from "../../api/problem";
import { Link } from "../../ui/links";
import { useProblemText } from "../../ui/problems";
import { CodeField } from "./CodeField";
import { PasswordField } from "./PasswordField";
import { knowsPasskeys, signInWithPasskey } from "./passkeys";
import { knownProvider, startSingleSignOn } from "./singleSignOn";

const route = getRouteApi("/outside/login");

/** Signing in: name and password, then a code where the account demands one; or a passkey; or the company's own server of identities. */
export function LoginPage() {
  const { t } = useTranslation("session");
  const { next, refused } = route.useSearch();
  const enter = useEnter(next);
  const problemText = useProblemText();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const act = useAct(
    () => data(api.POST("/api/v1/auth/login", { body: { login, password, cookie: true, ...(totp ? { totp } : {}) } })),
    { touches: [], quiet: true, done: enter },
  );
  const passkey = useAct(signInWithPasskey, { touches: [], quiet: true, done: enter });
  const [known] = useState(knownProvider);
  const ways = useQuery({ ...read("/api/v1/auth/ways"), staleTime: Infinity });
  const wantsCode = act.error?.code === "totp_required" || totp !== "";
  useEffect(() => {
    document.title = `${t("login.title")} · Pirwa`;
  }, [t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act.mutate(undefined);
  };
  return (
    <Paper variant="outlined" sx={{ p: { xs: 4, sm: 6 } }}>
      <Box component="form" onSubmit={submit} noValidate>
        <Stack spacing={4}>
          <Typography variant="h1">{t("login.title")}</Typography>
          {refused && !act.error && !passkey.error && <Alert severity="error">{problemText(new Problem(401, { code: refused }))}</Alert>}
          <TextField label={t("login.login")} value={login} onChange={(event) => setLogin(event.target.value)} autoComplete="username webauthn" autoFocus required slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }} />
          <PasswordField label={t("login.password")} value={password} set={setPassword} autoComplete="current-password" />
          {wantsCode && (
            <CodeField value={totp} set={setTotp} />
          )}
          {act.error && (act.error.code !== "totp_required" || totp !== "") && <Alert severity="error">{problemText(act.error)}</Alert>}
          <Button type="submit" variant="contained" size="large" loading={act.isPending}>
            {t("login.enter")}
          </Button>
          {passkey.error && <Alert severity="error">{problemText(asProblem(passkey.error))}</Alert>}
          {knowsPasskeys() && (
            <Button variant="outlined" size="large" startIcon={<KeyIcon />} loading={passkey.isPending} onClick={() => passkey.mutate(undefined)}>
              {t("login.passkey")}
            </Button>
          )}
          {known && (
            <Button variant="outlined" size="large" onClick={() => startSingleSignOn(known, next)}>
              {t("login.by", known)}
            </Button>
          )}
          <Stack direction="row" useFlexGap spacing={2} sx={{ justifyContent: "space-between", flexWrap: "wrap" }}>
            <Link to="/forgot-password" variant="body2">
              {t("login.forgot")}
            </Link>
            {ways.data?.registration && (
              <Link to="/register" variant="body2">
                {t("login.register")}
              </Link>
            )}
            <Link to="/single-sign-on" search={next ? { next } : {}} variant="body2">
              {t("login.company")}
            </Link>
          </Stack>
        </Stack>
      </Box>
    </Paper>
  );
}

/** Goes where somebody wanted to go before they had to sign in; to a new password first, where one is due. */
export function useEnter(next: string | undefined) {
  const navigate = useNavigate();
  const client = useQueryClient();
  return (session: Schemas["Session"]) => {
    rememberCsrfToken(session.csrf_token);
    client.clear();
    const to = next?.startsWith("/") && !next.startsWith("//") ? next : "/";
    void navigate(session.must_change_password ? { to: "/first-password", search: { next: to } } : { to: to as "/", replace: true });
  };
}
