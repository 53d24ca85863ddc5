import Autocomplete from "@mui/material/Autocomplete";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import type { RecordKind } from "./posting";

const USUAL: Partial<Record<RecordKind, readonly ["miscount", "lost", "found"] | readonly ["damaged", "expired", "broken"]>> = {
  adjustment: ["miscount", "lost", "found"],
  scrap: ["damaged", "expired", "broken"],
};

/** Why: any words, with the usual ones at hand. */
export function ReasonField({ kind, value, set, required, fault }: { kind: RecordKind; value: string; set: (reason: string) => void; required: boolean; fault: string | undefined }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  return (
    <Autocomplete
      freeSolo
      options={(USUAL[kind] ?? []).map((one) => t(`reason.${one}`))}
      inputValue={value}
      onInputChange={(_, text) => set(text)}
      renderInput={(params) => <TextField {...params} required={required} label={common("reason")} error={Boolean(fault)} helperText={fault} />}
    />
  );
}
