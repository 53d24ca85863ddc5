import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { Failure } from "../../ui/Listing";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { Part } from "./Part";

const PATH = "/api/v1/me/phone";

/** The number for text messages: it counts once the code that was sent there has been typed here. */
export function PhonePart() {
  const { t } = useTranslation("profile");
  const { profile } = useSession();
  const phone = useQuery(read(PATH));
  const [asked, setAsked] = useState<string | null>(null);
  const remove = useAct(() => api.DELETE(PATH), { touches: ["me/phone", "notification-preferences"] });
  const lift = useAct(() => api.DELETE("/api/v1/me/text-block"), { touches: ["me/phone", "notification-preferences"] });
  return (
    <Part title={t("phone.title")} hint={t("phone.hint")}>
      {phone.error && <Failure state={{ error: phone.error, retry: () => void phone.refetch() }} />}
      {phone.data?.blocked && (
        <Alert severity="warning" action={<Button color="inherit" size="small" loading={lift.isPending} onClick={() => lift.mutate(undefined)}>{t("lift")}</Button>}>
          {t("phone.blocked")}
        </Alert>
      )}
      <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap", minHeight: 36 }}>
        <Typography className="figures">{phone.data && (phone.data.number ?? t("phone.none"))}</Typography>
        {phone.data?.number && (
          <Button size="small" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            {t("phone.remove")}
          </Button>
        )}
      </Stack>
      {asked === null ? <Ask sent={setAsked} disabled={!profile.company} /> : <Confirm number={asked} done={() => setAsked(null)} />}
    </Part>
  );
}

function Ask({ sent, disabled }: { sent: (number: string) => void; disabled: boolean }) {
  const { t } = useTranslation("profile");
  const form = useForm({
    initial: { number: "" },
    send: (body) => api.POST(PATH, { body }),
    touches: [],
    done: (_, { number }) => sent(number),
  });
  return (
    <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={3} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
      {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
      <TextField {...form.field("number")} label={t("phone.new")} type="tel" autoComplete="tel" placeholder="+593 99 123 4567" helperText={form.fault("number") ?? t("phone.newHint")} />
      <Button type="submit" variant="outlined" loading={form.busy} disabled={disabled || !form.values.number.trim()}>
        {t("phone.ask")}
      </Button>
    </Stack>
  );
}

function Confirm({ number, done }: { number: string; done: () => void }) {
  const { t } = useTranslation("profile");
  const toast = useToast();
  const form = useForm({
    initial: { code: "" },
    send: ({ code }) => data(api.POST("/api/v1/me/phone/confirm", { body: { code: code.replace(/\s/g, "") } })),
    touches: ["me/phone", "notification-preferences"],
    done: () => {
      toast({ text: t("phone.confirmed") });
      done();
    },
  });
  return (
    <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={3} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
      <Typography variant="body2">{t("phone.sent", { number })}</Typography>
      {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
      <TextField {...form.field("code")} label={t("phone.code")} autoFocus slotProps={{ htmlInput: { inputMode: "numeric", autoComplete: "one-time-code" } }} />
      <Stack direction="row" spacing={2}>
        <Button type="submit" variant="contained" loading={form.busy} disabled={!form.values.code.trim()}>
          {t("phone.confirm")}
        </Button>
        <Button onClick={done}>{t("cancel")}</Button>
      </Stack>
    </Stack>
  );
}
