import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { useToast } from "../../ui/toasts";
import { deviceOf } from "./device";
import { Entries } from "./Entries";
import { Part } from "./Part";

const PATH = "/api/v1/auth/sessions";

/** Where I am signed in. What is ended is signed out there within seconds. */
export function SessionsPart() {
  const { t } = useTranslation("profile");
  const formats = useFormats();
  const toast = useToast();
  const sessions = useQuery(read(PATH));
  const end = useAct((id: string) => api.DELETE("/api/v1/auth/sessions/{session_id}", { params: { path: { session_id: id } } }), { touches: ["auth/sessions"] });
  const endOthers = useAct(() => api.DELETE(PATH), { touches: ["auth/sessions"], done: () => toast({ text: t("sessions.ended") }) });
  const items = sessions.data?.items ?? [];
  return (
    <Part title={t("sessions.title")} hint={t("sessions.hint")}>
      {sessions.isPending && <LateSkeleton rows={2} />}
      {sessions.error && <Failure state={{ error: sessions.error, retry: () => void sessions.refetch() }} />}
      <Entries
        label={t("sessions.title")}
        entries={items.map((one) => ({
          id: one.id,
          title: (
            <>
              {deviceOf(one.device) ?? t("sessions.program")} {one.is_current && <Chip size="small" color="success" variant="outlined" label={t("sessions.this")} sx={{ ml: 1 }} />}
            </>
          ),
          detail: `${t("sessions.seen", { when: formats.ago(one.last_seen_at) })} · ${one.address} · ${t("sessions.since", { day: formats.day(one.created_at) })}`,
          action: one.is_current ? undefined : (
            <Button size="small" loading={end.isPending && end.variables === one.id} onClick={() => end.mutate(one.id)} aria-label={t("sessions.endOne", { device: deviceOf(one.device) ?? t("sessions.program") })}>
              {t("sessions.end")}
            </Button>
          ),
        }))}
      />
      {items.length > 1 && (
        <Button variant="outlined" loading={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>
          {t("sessions.endOthers")}
        </Button>
      )}
    </Part>
  );
}
