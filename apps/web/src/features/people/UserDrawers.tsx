import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, type Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { CopyField } from "../../ui/CopyField";
import { FormDrawer } from "../../ui/FormDrawer";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { temporaryPassword } from "./password";
import { NOWHERE, placeOf, Placing, type Place } from "./Placing";

type User = Schemas["UserView"];
type Close = { close: () => void };

/** Asks somebody in by mail; who they are and their password they say themselves. */
export function InviteUser({ close }: Close) {
  const { t } = useTranslation(["people", "common"]);
  const { profile } = useSession();
  const toast = useToast();
  const form = useForm<Place & { email: string; name: string; locale: string }, unknown>({
    initial: { ...NOWHERE, email: "", name: "", locale: profile.customs?.locale ?? profile.locale },
    touches: ["invitations"],
    send: ({ email, name, locale, ...place }) => data(api.POST("/api/v1/invitations", { body: { email: email.trim(), name: name.trim() || null, locale, ...placeOf(place) } })),
    done: (_, { email }) => {
      close();
      toast({ text: t("invite.sent", { email }) });
    },
  });
  return (
    <FormDrawer open title={t("invite.open")} close={close} form={form} action={t("invite.send")} disabled={!form.values.email.trim() || !form.values.role}>
      <TextField {...form.field("email")} type="email" required autoFocus label={t("email")} slotProps={{ htmlInput: { autoComplete: "off" } }} />
      <TextField {...form.field("name")} label={t("nameOptional")} />
      <Placing form={form} />
      <TextField {...form.field("locale")} select label={t("language")}>
        <MenuItem value="es-EC">Español</MenuItem>
        <MenuItem value="en-US">English</MenuItem>
        {!["es-EC", "en-US"].includes(form.values.locale) && <MenuItem value={form.values.locale}>{form.values.locale}</MenuItem>}
      </TextField>
    </FormDrawer>
  );
}

type New = Place & { login: string; name: string; email: string; password: string };

/** Makes an account at once, with a password to be told and then changed. */
export function CreateUser({ close }: Close) {
  const { t } = useTranslation(["people", "common"]);
  const toast = useToast();
  const form = useForm<New, unknown>({
    initial: { ...NOWHERE, login: "", name: "", email: "", password: temporaryPassword() },
    touches: ["users"],
    send: ({ login, name, email, password, ...place }) => data(api.POST("/api/v1/users", { body: { login: login.trim(), name: name.trim(), email: email.trim() || null, password, ...placeOf(place) } })),
    done: (_, { name }) => {
      close();
      toast({ text: t("create.done", { name }) });
    },
  });
  const { values, field } = form;
  return (
    <FormDrawer open title={t("create.open")} close={close} form={form} action={t("create.act")} disabled={!values.login.trim() || !values.name.trim() || !values.role}>
      <TextField {...field("name")} required autoFocus label={t("common:name")} slotProps={{ htmlInput: { autoComplete: "off" } }} />
      <TextField {...field("login")} required label={t("login")} onChange={(event) => form.set("login", event.target.value.toLowerCase())} slotProps={{ htmlInput: { autoComplete: "off", autoCapitalize: "none", spellCheck: false } }} />
      <TextField {...field("email")} type="email" label={t("emailOptional")} slotProps={{ htmlInput: { autoComplete: "off" } }} />
      <CopyField label={t("password.temporary")} value={values.password} helperText={form.fault("password") ?? t("password.hint")} />
      <Button size="small" sx={{ alignSelf: "flex-start" }} onClick={() => form.set("password", temporaryPassword())}>
        {t("password.another")}
      </Button>
      <Placing form={form} />
    </FormDrawer>
  );
}

/** What a member may do, and where. */
export function EditUser({ id, close }: Close & { id: string }) {
  const user = useQuery(read("/api/v1/users/{user_id}", { path: { user_id: id } })).data;
  return user ? <Edit user={user} close={close} /> : null;
}

const isSame = (one: readonly string[] | null, other: readonly string[] | null) => JSON.stringify(one && [...one].sort()) === JSON.stringify(other && [...other].sort());

function Edit({ user, close }: Close & { user: User }) {
  const { t } = useTranslation(["people", "common"]);
  const mayWrite = useSession().can("user:write");
  const form = useForm<Place, unknown>({
    initial: { role: user.role, sites: user.sites, read_sites: user.read_sites, readsMore: !isSame(user.sites, user.read_sites) },
    touches: ["users"],
    send: (place) => data(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: user.id }, header: ifUnchanged(user.version) }, body: placeOf(place) })),
    done: close,
  });
  return (
    <FormDrawer open title={user.name} close={close} form={form} action={t("common:save")} disabled={!mayWrite || !form.changed}>
      <Typography variant="body2" color="textSecondary">
        {user.login}
      </Typography>
      <Placing form={form} />
    </FormDrawer>
  );
}
