import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read, useAct } from "../../api/query";
import { useProfile } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { LateSkeleton } from "../../ui/Listing";
import { useProblemText } from "../../ui/problems";
import { useForm } from "../../ui/useForm";
import { Card } from "./Card";
import { useEnter } from "./LoginPage";
import { PasswordField } from "./PasswordField";
import { useToken } from "./useToken";

type Offer = Schemas["InvitationOffer"];
const KEPT = "pirwa-invitation";

/** Where an invitation leads: somebody new chooses how to sign in, whoever has an account joins with it. */
export function InvitationPage() {
  const { t } = useTranslation("session");
  const problemText = useProblemText();
  const [token, forget] = useToken(KEPT);
  const offer = useQuery({ ...read("/api/v1/auth/invitations/{token}", { path: { token: token ?? "" } }), enabled: token !== null, staleTime: Infinity });
  const profile = useProfile();
  if (token === null) {
    return (
      <Card title={t("invitation.title")}>
        <Alert severity="warning">{t("incomplete")}</Alert>
      </Card>
    );
  }
  if (offer.isPending || profile.isPending) {
    return <LateSkeleton rows={5} />;
  }
  if (!offer.data) {
    return (
      <Card title={t("invitation.title")}>
        <Alert severity="error">{problemText(asProblem(offer.error))}</Alert>
      </Card>
    );
  }
  if (offer.data.state !== "open") {
    return (
      <Card title={t("invitation.title")}>
        <Alert severity="info">{t(`invitation.${offer.data.state}`)}</Alert>
        <LinkButton to="/login" variant="contained" size="large">
          {t("login.enter")}
        </LinkButton>
      </Card>
    );
  }
  return (
    <Card title={t("invitation.to", { company: offer.data.company })}>
      <Terms offer={offer.data} />
      {profile.data ? (
        <Join token={token} name={profile.data.name} forget={() => forget(null)} />
      ) : offer.data.has_account ? (
        <>
          <Typography color="textSecondary">{t("invitation.known", { email: offer.data.email })}</Typography>
          <LinkButton to="/login" search={{ next: "/invitation" }} variant="contained" size="large">
            {t("invitation.signIn")}
          </LinkButton>
        </>
      ) : (
        <Newcomer token={token} offer={offer.data} forget={() => forget(null)} />
      )}
    </Card>
  );
}

function Terms({ offer }: { offer: Offer }) {
  const { t } = useTranslation("session");
  const { time } = useFormats();
  return (
    <Typography color="textSecondary">
      {t("invitation.terms", { email: offer.email, role: t(`role.${offer.role}` as "role.admin", { defaultValue: offer.role }), until: time(offer.expires_at) })}
    </Typography>
  );
}

/** Whoever is signed in goes on in the new company. */
function Join({ token, name, forget }: { token: string; name: string; forget: () => void }) {
  const { t } = useTranslation("session");
  const problemText = useProblemText();
  const client = useQueryClient();
  const accept = useAct(() => data(api.POST("/api/v1/auth/invitations/{token}", { params: { path: { token } }, body: {} })), {
    touches: [],
    quiet: true,
    done: () => {
      forget();
      client.clear();
      location.assign("/"); // nothing of the other company may stay in memory
    },
  });
  const leave = useAct(() => api.POST("/api/v1/auth/logout"), { touches: [], done: () => location.assign("/invitation") });
  return (
    <>
      {accept.error && <Alert severity="error">{problemText(accept.error)}</Alert>}
      <Button variant="contained" size="large" loading={accept.isPending} onClick={() => accept.mutate(undefined)}>
        {t("invitation.joinAs", { name })}
      </Button>
      <Button onClick={() => leave.mutate(undefined)}>{t("invitation.notMe")}</Button>
    </>
  );
}

function Newcomer({ token, offer, forget }: { token: string; offer: Offer; forget: () => void }) {
  const { t } = useTranslation("session");
  const enter = useEnter("/");
  const form = useForm({
    initial: { login: suggested(offer.email), name: offer.name ?? "", password: "" },
    send: (body) => data(api.POST("/api/v1/auth/invitations/{token}", { params: { path: { token } }, body: { ...body, cookie: true } })),
    touches: [],
    done: (session) => {
      forget();
      enter(session);
    },
  });
  return (
    <form ref={form.form} onSubmit={form.submit} noValidate>
      <Stack spacing={4}>
        {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
        <TextField {...form.field("name")} label={t("person.name")} autoComplete="name" required />
        <TextField {...form.field("login")} label={t("person.login")} autoComplete="username" required helperText={form.fault("login") ?? t("person.loginHint")} slotProps={{ htmlInput: { autoCapitalize: "none", spellCheck: false } }} />
        <PasswordField label={t("login.password")} value={form.values.password} set={(value) => form.set("password", value)} autoComplete="new-password" error={Boolean(form.fault("password"))} helperText={form.fault("password") ?? t("password.rule")} />
        <Button type="submit" variant="contained" size="large" loading={form.busy}>
          {t("invitation.accept")}
        </Button>
      </Stack>
    </form>
  );
}

/** A user name as it may be: small letters, digits and a few signs. */
export function suggested(text: string): string {
  return text
    .split("@")[0]!
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "")
    .replace(/^[^a-z0-9]+/, "");
}
