import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import KeyboardHideIcon from "@mui/icons-material/KeyboardHideOutlined";
import KeyboardIcon from "@mui/icons-material/KeyboardOutlined";
import QrCodeScannerIcon from "@mui/icons-material/QrCodeScannerOutlined";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import type { Ware } from "./sale";

const QUIET = "pirwa-scanner-field";
/** Some scanners press Enter twice: the second within this time says nothing. */
const ECHO = 500;

type Props = {
  field: RefObject<HTMLInputElement | null>;
  search: (text: string) => Promise<Ware[]>;
  choose: (ware: Ware) => void;
  scan: (code: string) => void;
  /** Enter where nothing is typed. */
  enter: () => void;
  /** Where something else than a sale is made: what the field is called, and what stands beside a product instead of its price. */
  label?: string;
  hint?: string;
  aside?: (ware: Ware) => ReactNode;
};

/** Takes codes from a scanner that types (code, Enter) and words from people, who choose among what is found. */
export function WareField({ field, search, choose, scan, enter, label, hint, aside }: Props) {
  const { t } = useTranslation("sales");
  const { money } = useFormats();
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<Ware[]>([]);
  const [isQuiet, setQuiet] = useState(() => localStorage.getItem(QUIET) === "yes");
  const scanned = useRef(0);
  useEffect(() => {
    const sought = typed.trim();
    if (sought.length < 2) {
      setFound([]);
      return;
    }
    let isLate = false;
    const timer = setTimeout(() => void search(sought).then((wares) => !isLate && setFound(wares), () => undefined), 150);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [typed, search]);

  const clear = () => {
    setTyped("");
    setFound([]);
  };
  const take = (value: Ware | string | null) => {
    if (typeof value === "string" && value.trim()) {
      scanned.current = Date.now();
      scan(value.trim());
    } else if (value && typeof value !== "string") {
      choose(value);
    }
    clear();
  };
  const turn = () => {
    localStorage.setItem(QUIET, isQuiet ? "no" : "yes");
    setQuiet(!isQuiet);
    field.current?.focus();
  };
  return (
    <Autocomplete<Ware, false, true, true>
      freeSolo
      disableClearable
      value={"" as never}
      options={found}
      filterOptions={(options) => options}
      getOptionLabel={(option) => (typeof option === "string" ? option : `${option.sku} · ${option.name}`)}
      inputValue={typed}
      onInputChange={(_, text, reason) => reason === "input" && setTyped(text)}
      onChange={(_, value) => take(value)}
      renderOption={({ key, ...props }, ware) => (
        <Box component="li" key={key} {...props} sx={{ display: "flex", gap: 2 }}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography noWrap>{ware.name}</Typography>
            <Typography variant="caption" color="textSecondary">
              {ware.sku}
            </Typography>
          </Box>
          <Typography className="figures">{aside ? aside(ware) : money(ware.price, ware.currency)}</Typography>
        </Box>
      )}
      renderInput={(params) => (
        <TextField
          {...params}
          inputRef={field}
          autoFocus
          label={label ?? t("new.scan")}
          helperText={hint ?? t("new.scanHint")}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
              event.preventDefault(); // else it would also register the sale
              if (!typed.trim() && Date.now() - scanned.current > ECHO) {
                enter();
              }
            }
          }}
          slotProps={{
            ...params.slotProps,
            htmlInput: { ...params.slotProps.htmlInput, inputMode: isQuiet ? "none" : "search", enterKeyHint: "enter", autoCapitalize: "none", spellCheck: false },
            input: {
              ...params.slotProps.input,
              startAdornment: (
                <InputAdornment position="start">
                  <QrCodeScannerIcon fontSize="small" />
                </InputAdornment>
              ),
              endAdornment: (
                <Tooltip title={t(isQuiet ? "new.keyboardOn" : "new.keyboardOff")}>
                  <IconButton size="small" aria-label={t(isQuiet ? "new.keyboardOn" : "new.keyboardOff")} aria-pressed={isQuiet} onClick={turn}>
                    {isQuiet ? <KeyboardHideIcon fontSize="small" /> : <KeyboardIcon fontSize="small" />}
                  </IconButton>
                </Tooltip>
              ),
            },
          }}
        />
      )}
    />
  );
}
