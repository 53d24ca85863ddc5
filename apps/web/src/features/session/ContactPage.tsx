import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { read } from "../../api/query";
import { useForm } from "../../ui/useForm";
import { Card } from "./Card";

/** Writes to whoever operates the server, also for those who cannot sign in. What goes along is shown. */
export function ContactPage() {
  const { t, i18n } = useTranslation("session");
  const profile = useQueryClient().getQueryData(read("/api/v1/me").queryKey); // the frame has asked
  const [attached] = useState(() => t("contact.attached", { version: import.meta.env.PIRWA_VERSION, page: pageBefore() ?? "–", browser: navigator.userAgent }));
  const [isTaken, setTaken] = useState(false);
  const form = useForm({
    initial: { name: profile?.name ?? "", email: profile?.email ?? "", subject: "", message: "" },
    send: (values) => api.POST("/api/v1/contact", { body: { ...values, message: `${values.message.trim()}\n\n${attached}`, locale: i18n.resolvedLanguage ?? "es" } }),
    touches: [],
    done: () => setTaken(true),
  });
  if (isTaken) {
    return (
      <Card title={t("contact.title")}>
        <Alert severity="success">{t("contact.thanks", { email: form.values.email })}</Alert>
        <Button onClick={() => { form.reset({ ...form.values, subject: "", message: "" }); setTaken(false); }}>{t("contact.again")}</Button>
      </Card>
    );
  }
  return (
    <Card title={t("contact.title")}>
      <form ref={form.form} onSubmit={form.submit} noValidate>
        <Stack spacing={4}>
          <Typography color="textSecondary">{t("contact.why")}</Typography>
          {form.above && <Alert severity={form.problem?.code === "contact_unavailable" ? "info" : "error"} tabIndex={-1}>{form.above}</Alert>}
          <TextField {...form.field("name")} label={t("person.name")} autoComplete="name" required />
          <TextField {...form.field("email")} label={t("person.email")} type="email" autoComplete="email" required />
          <TextField {...form.field("subject")} label={t("contact.subject")} />
          <TextField {...form.field("message")} label={t("contact.message")} multiline minRows={5} required />
          <Typography variant="caption" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
            {t("contact.goesAlong")} {attached}
          </Typography>
          <Button type="submit" variant="contained" size="large" loading={form.busy} disabled={!form.values.message.trim()}>
            {t("contact.send")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

type Entries = { entries: () => { url: string | null }[]; currentEntry: { index: number } | null };

/** The page that somebody came from, where the browser tells; never what stood after # in its address. */
function pageBefore(): string | null {
  const navigation = (window as { navigation?: Entries }).navigation;
  const before = navigation?.entries()[(navigation.currentEntry?.index ?? 0) - 1]?.url;
  return before ? new URL(before).pathname : null;
}
