import DescriptionIcon from "@mui/icons-material/DescriptionOutlined";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import MuiLink from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Failure } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import { FileButton } from "./FileField";
import { useActorName } from "./people";
import { attachFile } from "./useRecord";

/** The papers of a posting or another document: to be had, and to be added to. */
export function Attachments({ subject, of = "posting" }: { subject: string; of?: Schemas["SubjectType"] }) {
  const { t } = useTranslation("stock");
  const mayRead = useMay("attachment:read");
  const mayAdd = useMay("attachment:add");
  const answer = useQuery({ ...read("/api/v1/attachments", { query: { subject_id: subject } }), enabled: mayRead });
  const add = useAct(
    async (files: File[]) => {
      for (const file of files) {
        await attachFile(subject, file, of);
      }
    },
    { touches: ["attachments"] },
  );
  const files = answer.data ?? [];
  if (!mayRead && !mayAdd) {
    return null;
  }
  return (
    <Section title={t("files.title")} actions={mayAdd && <FileButton label={t("attachFile")} variant="outlined" add={(chosen) => chosen.length > 0 && add.mutate(chosen)} busy={add.isPending} />}>
      {answer.error && <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} />}
      {mayRead && !answer.isPending && !answer.error && files.length === 0 && (
        <Typography color="textSecondary" variant="body2">
          {t("files.none")}
        </Typography>
      )}
      {files.length > 0 && <FileList files={files} />}
    </Section>
  );
}

type FileView = { id: string; name: string; size: number; uploaded_by: string | null; uploaded_at: string };

function FileList({ files }: { files: readonly FileView[] }) {
  const { time } = useFormats();
  const name = useActorName();
  const { i18n } = useTranslation();
  const size = new Intl.NumberFormat(i18n.language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
  return (
    <Paper variant="outlined">
      <List disablePadding>
        {files.map((file) => (
          <ListItem key={file.id} divider>
            <ListItemIcon sx={{ minWidth: 40 }}>
              <DescriptionIcon />
            </ListItemIcon>
            <ListItemText
              primary={
                <MuiLink href={`/api/v1/attachments/${file.id}`} download={file.name} sx={{ overflowWrap: "anywhere" }}>
                  {file.name}
                </MuiLink>
              }
              secondary={`${size.format(Math.max(1, Math.round(file.size / 1000)))} · ${time(file.uploaded_at)} · ${name(file.uploaded_by)}`}
            />
          </ListItem>
        ))}
      </List>
    </Paper>
  );
}
