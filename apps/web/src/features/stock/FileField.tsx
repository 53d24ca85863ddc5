import AttachFileIcon from "@mui/icons-material/AttachFileOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

/** What the server keeps: PDF, pictures, office files, text and XML. */
export const ACCEPTED = ".pdf,.png,.jpg,.jpeg,.webp,.gif,.heic,.docx,.xlsx,.pptx,.odt,.ods,.odp,.txt,.csv,.xml";

/** A button that asks for files of this device. */
export function FileButton({ label, add, busy = false, variant = "text" }: { label: string; add: (files: File[]) => void; busy?: boolean; variant?: "text" | "outlined" }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        aria-label={label}
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Button size="small" variant={variant} startIcon={<AttachFileIcon />} loading={busy} onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  );
}

/** The files that will go with what is being recorded. */
export function FileField({ files, set }: { files: readonly File[]; set: (files: File[]) => void }) {
  const { t } = useTranslation("stock");
  return (
    <Box>
      <FileButton label={t("attachFile")} add={(more) => set([...files, ...more])} />
      {files.length > 0 && (
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", mt: 1 }}>
          {files.map((file, index) => (
            <Chip key={`${file.name}/${index}`} label={file.name} onDelete={() => set(files.filter((_, other) => other !== index))} sx={{ maxWidth: "100%" }} />
          ))}
        </Stack>
      )}
    </Box>
  );
}
