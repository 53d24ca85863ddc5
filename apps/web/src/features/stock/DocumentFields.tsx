import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useTranslation } from "react-i18next";
import { DOCUMENT_TYPES, type Draft, type DocumentType } from "./posting";

type Document = Draft["document"];

/** The paper that it rests on. */
export function DocumentFields({ value, set, fault }: { value: Document; set: (document: Document) => void; fault: (name: string) => string | undefined }) {
  const { t } = useTranslation("stock");
  const text = (name: "number" | "party" | "date") => ({
    value: value[name],
    onChange: (event: { target: { value: string } }) => set({ ...value, [name]: event.target.value }),
    error: Boolean(fault(`document/${name}`)),
    helperText: fault(`document/${name}`),
  });
  return (
    <Stack spacing={3}>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={3}>
        <TextField select label={t("document.type")} value={value.type} onChange={(event) => set({ ...value, type: event.target.value as DocumentType })}>
          {DOCUMENT_TYPES.map((type) => (
            <MenuItem key={type} value={type}>
              {t(`documentType.${type}`)}
            </MenuItem>
          ))}
        </TextField>
        <TextField label={t("document.number")} autoComplete="off" {...text("number")} />
      </Stack>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={3}>
        <TextField type="date" label={t("document.date")} slotProps={{ inputLabel: { shrink: true } }} {...text("date")} />
        <TextField label={t("document.party")} autoComplete="off" {...text("party")} />
      </Stack>
    </Stack>
  );
}
