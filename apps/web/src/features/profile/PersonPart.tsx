import Alert from "@mui/material/Alert";
import Autocomplete from "@mui/material/Autocomplete";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { api, data } from "../../api/client";
import { useSession, type Profile } from "../../session/session";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { Part } from "./Part";

const LANGUAGES = { es: "Español", "es-EC": "Español (Ecuador)", en: "English", "en-US": "English (United States)" } as const;
const ZONES = Intl.supportedValuesOf("timeZone");

const valuesOf = ({ name, locale, time_zone }: Profile) => ({ name, locale: locale as keyof typeof LANGUAGES, time_zone });

/** Name, language and time zone. */
export function PersonPart() {
  const { t } = useTranslation("profile");
  const { profile } = useSession();
  const toast = useToast();
  const form = useForm({
    initial: valuesOf(profile),
    send: (body) => data(api.PATCH("/api/v1/me", { body })),
    touches: ["me"],
    done: (saved) => {
      form.reset(valuesOf(saved));
      toast({ text: t("saved") });
    },
  });
  return (
    <Part title={t("person.title")} hint={t("person.hint", { login: profile.login })}>
      <Stack component="form" ref={form.form} onSubmit={form.submit} noValidate spacing={4} sx={{ width: "100%", maxWidth: 440, alignItems: "flex-start" }}>
        {form.above && <Alert severity="error" tabIndex={-1}>{form.above}</Alert>}
        <TextField {...form.field("name")} label={t("person.name")} autoComplete="name" required />
        <TextField select {...form.field("locale")} label={t("person.language")}>
          {Object.entries(LANGUAGES).map(([locale, name]) => (
            <MenuItem key={locale} value={locale} lang={locale}>
              {name}
            </MenuItem>
          ))}
        </TextField>
        <Autocomplete
          options={ZONES}
          value={form.values.time_zone}
          onChange={(_, zone) => form.set("time_zone", zone)}
          renderInput={(params) => (
            <TextField {...params} label={t("person.timeZone")} placeholder={profile.customs?.time_zone ?? ""} error={Boolean(form.fault("time_zone"))} helperText={form.fault("time_zone") ?? t("person.timeZoneHint")} />
          )}
        />
        <Button type="submit" variant="contained" loading={form.busy} disabled={!form.changed}>
          {t("save")}
        </Button>
      </Stack>
    </Part>
  );
}
