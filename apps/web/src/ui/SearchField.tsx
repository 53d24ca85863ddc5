import InputAdornment from "@mui/material/InputAdornment";
import SearchIcon from "@mui/icons-material/Search";
import TextField from "@mui/material/TextField";
import { useEffect, useRef, useState } from "react";

/** A field that searches while one types, a quarter of a second after the last key. */
export function SearchField({ value, set, label }: { value: string; set: (value: string) => void; label: string }) {
  const [typed, setTyped] = useState(value);
  const latest = useRef(set);
  latest.current = set;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) {
      return;
    }
    const timer = setTimeout(() => latest.current(typed), 250);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <TextField
      type="search"
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      placeholder={label}
      sx={{ width: { xs: "100%", sm: 400 }, maxWidth: "100%" }}
      slotProps={{
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <SearchIcon fontSize="small" />
            </InputAdornment>
          ),
        },
        htmlInput: { "aria-label": label, enterKeyHint: "search" },
      }}
    />
  );
}
