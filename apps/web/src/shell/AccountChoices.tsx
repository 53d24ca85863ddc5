import Divider from "@mui/material/Divider";
import ListItemText from "@mui/material/ListItemText";
import ListSubheader from "@mui/material/ListSubheader";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useColorScheme } from "@mui/material/styles";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useAct } from "../api/query";
import { LANGUAGES } from "../i18n";
import { useUnsent } from "../offline/outbox";
import { useSession } from "../session/session";
import { LinkMenuItem } from "../ui/links";
import { useToast } from "../ui/toasts";
import { usePreferences } from "./preferences";

const MODES = ["system", "light", "dark"] as const;

/** Who I am, in which company; language, scheme and density. */
export function AccountChoices({ anchor, close }: { anchor: HTMLElement; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { profile, signOut, switchTo } = useSession();
  const { preferences, change } = usePreferences();
  const { setMode } = useColorScheme();
  const unsent = useUnsent();
  const toast = useToast();
  const speak = useAct(
    (language: string) => api.PATCH("/api/v1/me", { body: { locale: language as "es" | "en" } }),
    { touches: ["me"] },
  );
  const leave = () => {
    if (unsent.waiting > 0) {
      toast({ text: t("account.unsentFirst", { count: unsent.waiting }), severity: "warning", action: { label: t("account.signOutAnyway"), do: () => void signOut() } });
    } else {
      void signOut();
    }
    close();
  };
  return (
      <Menu anchorEl={anchor} open onClose={close} slotProps={{ paper: { sx: { minWidth: 260 } } }}>
        <LinkMenuItem to={"/profile" as "/"} onClick={close}>
          <ListItemText primary={profile.name} secondary={t("account.profile")} />
        </LinkMenuItem>
        <Divider />
        {profile.companies.length > 1 && <ListSubheader>{t("account.companies")}</ListSubheader>}
        {profile.companies.length > 1 &&
          profile.companies.map((company) => (
            <MenuItem key={company.id} selected={company.id === profile.company?.id} onClick={() => void switchTo(company.id)}>
              {company.name}
            </MenuItem>
          ))}
        {profile.companies.length > 1 && <Divider />}
        <ListSubheader>{t("account.language")}</ListSubheader>
        {LANGUAGES.map((language) => (
          <MenuItem
            key={language}
            lang={language}
            selected={i18n.resolvedLanguage === language}
            onClick={() => {
              void i18n.changeLanguage(language);
              speak.mutate(language);
              close();
            }}
          >
            {NAMES[language]}
          </MenuItem>
        ))}
        <ListSubheader>{t("account.scheme")}</ListSubheader>
        {MODES.map((mode) => (
          <MenuItem
            key={mode}
            selected={preferences.theme === mode}
            onClick={() => {
              setMode(mode);
              change({ theme: mode });
              close();
            }}
          >
            {t(`account.${mode}`)}
          </MenuItem>
        ))}
        <Divider />
        <MenuItem onClick={() => change({ density: preferences.density === "compact" ? "comfortable" : "compact" })} role="menuitemcheckbox" aria-checked={preferences.density === "compact"}>
          {t(preferences.density === "compact" ? "account.comfortable" : "account.compact")}
        </MenuItem>
        <MenuItem onClick={leave}>{t("account.signOut")}</MenuItem>
      </Menu>
  );
}

const NAMES = { es: "Español", en: "English" };
