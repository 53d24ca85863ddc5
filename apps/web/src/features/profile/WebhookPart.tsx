import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { read, useAct } from "../../api/query";
import { asProblem } from "../../api/problem";
import { Failure } from "../../ui/Listing";
import { useForm } from "../../ui/useForm";
import { Part } from "./Part";
import { Secret } from "./Secret";

const PATH = "/api/v1/me/webhook";
const TOUCHES = ["me/webhook", "notification-preferences"] as const;

/** An address of one's own to which one's news go, for whoever has a program for it. */
export function WebhookPart() {
  const { t } = useTranslation("profile");
  const wishes = useQuery(read("/api/v1/notification-preferences"));
  const isAtWork = wishes.data?.channels.some(({ channel, obstacle }) => channel === "webhook" && !obstacle) ?? false;
  const [isWanted, setWanted] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const webhook = useQuery({ ...read(PATH), enabled: isAtWork || isWanted });
  const enable = useAct(() => data(api.POST("/api/v1/me/webhook/enable")), { touches: TOUCHES });
  const remove = useAct(() => api.DELETE(PATH), { touches: ["notification-preferences"], done: () => { setSecret(null); setWanted(false); } });
  const form = useForm({
    initial: { url: "" },
    send: (body) => data(api.POST(PATH, { body })),
    touches: TOUCHES,
    done: (made) => {
      setSecret(made.secret);
      setWanted(true);
      form.reset();
    },
  });
  const isUnknown = webhook.error ? asProblem(webhook.error).status === 404 : false;
  const shown = (isAtWork || isWanted) && !isUnknown ? webhook.data : undefined;
  return (
    <Part title={t("webhook.title")} hint={t("webhook.hint")}>
      {webhook.error && !isUnknown && <Failure state={{ error: webhook.error, retry: () => void webhook.refetch() }} />}
      {secret && (
        <>
          <Alert severity="info">{t("webhook.once")}</Alert>
          <Secret label={t("webhook.secret")} value={secret} />
        </>
      )}
      {shown && (
        <>
          <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
            <Typography sx={{ overflowWrap: "anywhere", fontFamily: "monospace", fontSize: "0.875rem" }}>{shown.url}</Typography>
            <Chip size="small" variant="outlined" color={shown.enabled ? "success" : "default"} label={t(shown.enabled ? "webhook.on" : "webhook.off")} />
          </Stack>
          <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
            {!shown.enabled && (
              <Button variant="contained" loading={enable.isPending} onClick={() => enable.mutate(undefined)}>
                {t("webhook.enable")}
              </Button>
            )}
            <Button color="error" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
              {t("remove")}
            </Button>
          </Stack>
        </>
      )}
      <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={3} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
        {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
        <TextField {...form.field("url")} label={t(shown ? "webhook.other" : "webhook.url")} type="url" placeholder="https://" />
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          <Button type="submit" variant="outlined" loading={form.busy} disabled={!form.values.url.trim()}>
            {t("webhook.name")}
          </Button>
          {!isAtWork && !isWanted && <Button onClick={() => setWanted(true)}>{t("webhook.show")}</Button>}
        </Stack>
      </Stack>
      {isWanted && isUnknown && <Typography color="textSecondary">{t("webhook.none")}</Typography>}
    </Part>
  );
}
