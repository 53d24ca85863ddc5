import CopyIcon from "@mui/icons-material/ContentCopyOutlined";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { useToast } from "../../ui/toasts";

/** Copies a text and says so; without a clipboard it is left to whoever selects it. */
export function useCopy(): (text: string) => void {
  const { t } = useTranslation();
  const toast = useToast();
  return (text) => {
    void navigator.clipboard?.writeText(text).then(() => toast({ text: t("copied"), seconds: 3 }));
  };
}

/** A text that is shown once and goes elsewhere. */
export function Secret({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  const copy = useCopy();
  return (
    <TextField
      label={label}
      value={value}
      slotProps={{
        htmlInput: { readOnly: true, spellCheck: false, onFocus: (event: React.FocusEvent<HTMLInputElement>) => event.target.select() },
        input: {
          sx: { fontFamily: "monospace", fontSize: "0.875rem" },
          endAdornment: (
            <InputAdornment position="end">
              <IconButton edge="end" aria-label={t("copy")} onClick={() => copy(value)}>
                <CopyIcon />
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
