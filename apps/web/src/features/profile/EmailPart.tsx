import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useForm } from "../../ui/useForm";
import { Part } from "./Part";

/** The mail address, which changes once its owner has followed the link that is sent there. */
export function EmailPart() {
  const { t } = useTranslation("profile");
  const { profile } = useSession();
  const [asked, setAsked] = useState<string | null>(null);
  const form = useForm({
    initial: { email: "" },
    send: (body) => api.POST("/api/v1/me/email", { body }),
    touches: [],
    done: (_, { email }) => {
      setAsked(email);
      form.reset();
    },
  });
  return (
    <Part title={t("email.title")} hint={t("email.hint")}>
      <Typography sx={{ overflowWrap: "anywhere" }}>{profile.email ?? t("email.none")}</Typography>
      {profile.company && <Blocked />}
      {asked && <Alert severity="success">{t("email.asked", { email: asked })}</Alert>}
      <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={3} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
        {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
        <TextField {...form.field("email")} label={t("email.new")} type="email" autoComplete="email" />
        <Button type="submit" variant="outlined" loading={form.busy} disabled={!form.values.email.trim()}>
          {t("email.ask")}
        </Button>
      </Stack>
    </Part>
  );
}

/** Where mail came back, nothing is sent there any more until its owner wants it again. */
function Blocked() {
  const { t } = useTranslation("profile");
  const wishes = useQuery(read("/api/v1/notification-preferences"));
  const lift = useAct(() => api.DELETE("/api/v1/me/mail-block"), { touches: ["notification-preferences"] });
  if (!wishes.data?.channels.some(({ obstacle }) => obstacle === "mail_blocked")) {
    return null;
  }
  return (
    <Alert severity="warning" action={<Button color="inherit" size="small" loading={lift.isPending} onClick={() => lift.mutate(undefined)}>{t("lift")}</Button>}>
      {t("email.blocked")}
    </Alert>
  );
}
