import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import KeyboardHideIcon from "@mui/icons-material/KeyboardHideOutlined";
import KeyboardIcon from "@mui/icons-material/KeyboardOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKept } from "./useKept";

/** What takes keys itself: what else has the focus, such as a switch, leaves them to the code. */
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], [role=combobox]";
const OVERLAYS = "[role=dialog], [role=menu], [role=listbox]";

/** Takes a code that is typed, by a person or by a scanner that acts as a keyboard. A scanner need not aim at the field: what is
 * typed elsewhere on the page, where it means nothing, comes here. */
export function CodeField({ enter }: { enter: (code: string) => void }) {
  const { t } = useTranslation("scan");
  const [typed, setTyped] = useState("");
  const [isBare, setBare] = useKept("pirwa-scanner-field", false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isPlain = event.key.length === 1 && /[\w\]()-]/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (isPlain && !(event.target as HTMLElement | null)?.closest(FIELDS) && !document.querySelector(OVERLAYS)) {
        field.current?.focus(); // before the key is typed, so that it lands here
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const turn = () => {
    setBare(!isBare);
    field.current?.focus();
  };
  const label = t(isBare ? "field.keyboardOn" : "field.keyboardOff");
  return (
    <Stack
      component="form"
      direction="row"
      spacing={2}
      onSubmit={(event) => {
        event.preventDefault();
        const code = typed.trim();
        if (code) {
          enter(code);
          setTyped("");
        }
      }}
    >
      <TextField
        inputRef={field}
        label={t("field.label")}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        slotProps={{
          htmlInput: { inputMode: isBare ? "none" : "text", autoComplete: "off", autoCapitalize: "none", autoCorrect: "off", spellCheck: false, enterKeyHint: "go" },
          input: {
            endAdornment: (
              <InputAdornment position="end">
                <Tooltip title={label}>
                  <IconButton size="small" aria-label={label} aria-pressed={isBare} onClick={turn}>
                    {isBare ? <KeyboardHideIcon fontSize="small" /> : <KeyboardIcon fontSize="small" />}
                  </IconButton>
                </Tooltip>
              </InputAdornment>
            ),
          },
        }}
      />
      <Button type="submit" variant="outlined" sx={{ minWidth: 72 }}>
        {t("field.go")}
      </Button>
    </Stack>
  );
}
