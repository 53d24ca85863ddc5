import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";

/** A code of an authenticator, or a recovery code. */
export function CodeField({ value, set }: { value: string; set: (value: string) => void }) {
  const { t } = useTranslation("session");
  return (
    <TextField
      label={t("login.code")}
      helperText={t("login.codeHint")}
      value={value}
      onChange={(event) => set(event.target.value)}
      autoFocus
      slotProps={{ htmlInput: { autoComplete: "one-time-code", autoCapitalize: "none", spellCheck: false } }}
    />
  );
}
