import ContentCopyIcon from "@mui/icons-material/ContentCopyOutlined";
import DoneIcon from "@mui/icons-material/Done";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Text to be taken elsewhere: an address, a key. */
export function CopyField({ label, value, helperText }: { label: string; value: string; helperText?: string | undefined }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setCopied(true));
  return (
    <TextField
      label={label}
      value={value}
      helperText={helperText}
      onFocus={(event) => event.target.select()}
      slotProps={{
        htmlInput: { readOnly: true, className: "figures", spellCheck: false },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <Tooltip title={t(isCopied ? "copied" : "copy")}>
                <IconButton edge="end" aria-label={`${t(isCopied ? "copied" : "copy")}: ${label}`} onClick={copy}>
                  {isCopied ? <DoneIcon /> : <ContentCopyIcon />}
                </IconButton>
              </Tooltip>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
