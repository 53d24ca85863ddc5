import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import VisibilityIcon from "@mui/icons-material/VisibilityOutlined";
import VisibilityOffIcon from "@mui/icons-material/VisibilityOffOutlined";
import { useState } from "react";
import { useTranslation } from "react-i18next";

type Props = { label: string; value: string; set: (value: string) => void; autoComplete: "current-password" | "new-password" } & Pick<TextFieldProps, "error" | "helperText" | "autoFocus">;

/** A password, which can be shown. */
export function PasswordField({ value, set, autoComplete, ...field }: Props) {
  const { t } = useTranslation("session");
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      {...field}
      required
      type={isShown ? "text" : "password"}
      value={value}
      onChange={(event) => set(event.target.value)}
      autoComplete={autoComplete}
      slotProps={{
        htmlInput: { autoCapitalize: "none", spellCheck: false },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <IconButton edge="end" aria-label={t(isShown ? "password.hide" : "password.show")} onClick={() => setShown(!isShown)}>
                {isShown ? <VisibilityOffIcon /> : <VisibilityIcon />}
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
