import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay, useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { LeaveDialog } from "./LeaveDialog";
import { useLanguage, useReports, useReportTitle } from "./report";
import { bodyOf, draftOf, type Schedule } from "./schedule";

const TOUCHED = ["report-schedules", "jobs"];

/** A report that is sent: when, to whom, and what became of the last. */
export function ScheduleCard({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation("reports");
  const { profile } = useSession();
  const { time } = useFormats();
  const title = useReportTitle();
  const rhythm = useRhythm();
  const isOwn = schedule.owner_id === profile.id;
  const { name, report, format, period, paused, rests, next_at, filters } = schedule;
  const what = [title(report), t(`format.${format}`), period && t(`relative.${period}`), filters.site].filter(Boolean).join(" · ");
  return (
    <Card component="li" variant="outlined" sx={{ p: 4 }}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", alignItems: "flex-start" }}>
        <Box sx={{ flex: "1 1 260px", minWidth: 0 }}>
          <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
            <Typography variant="h3" component="h2" sx={{ overflowWrap: "anywhere" }}>
              {isOwn ? (
                <Link to="/reports/schedules" search={{ edit: schedule.id }} sx={{ color: "text.primary" }}>
                  {name}
                </Link>
              ) : (
                name
              )}
            </Typography>
            {paused && <Chip size="small" variant="outlined" label={t("schedule.paused")} />}
            {!paused && rests && <Chip size="small" variant="outlined" color="warning" label={t("schedule.rests")} />}
          </Stack>
          <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
            {what}
          </Typography>
          <Typography variant="body2" color="textSecondary">
            {rhythm(schedule)}
            {!paused && next_at && ` · ${t("schedule.next", { when: time(next_at) })}`}
            {!isOwn && ` · ${t("schedule.of", { name: schedule.owner })}`}
          </Typography>
          {!paused && rests && (
            <Typography variant="body2" sx={{ mt: 1 }}>
              {t(`problem.${rests}` as "problem.owner_left", { defaultValue: rests })}
            </Typography>
          )}
        </Box>
        <Deeds schedule={schedule} isOwn={isOwn} />
      </Stack>
      <Readers schedule={schedule} />
    </Card>
  );
}

function Readers({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation("reports");
  const { time } = useFormats();
  return (
    <Box component="ul" aria-label={t("schedule.readersOf", { name: schedule.name })} sx={{ listStyle: "none", m: 0, mt: 3, p: 0, pt: 2, borderTop: 1, borderColor: "divider" }}>
      {schedule.readers.map(({ id, name, last }) => (
        <Box component="li" key={id} sx={{ display: "flex", flexWrap: "wrap", columnGap: 3, py: 1, fontSize: "0.875rem" }}>
          <Box sx={{ minWidth: { sm: 220 }, fontWeight: 600, overflowWrap: "anywhere" }}>{name}</Box>
          <Box sx={{ color: last?.state === "failed" || last?.state === "resting" ? "error.main" : "text.secondary", minWidth: 0 }}>
            {last ? `${time(last.due_at)}: ${t(`outcome.${last.state}`)}` : t("schedule.never")}
            {last?.problem && ` – ${t(`problem.${last.problem}` as "problem.internal", { defaultValue: last.problem })}`}
          </Box>
        </Box>
      ))}
      {schedule.readers.length === 0 && <Box component="li">{t("problem.no_readers")}</Box>}
    </Box>
  );
}

function Deeds({ schedule, isOwn }: { schedule: Schedule; isOwn: boolean }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { profile } = useSession();
  const mayTake = useMay("export:read");
  const toast = useToast();
  const reports = useReports().data;
  const [asking, setAsking] = useState<"delete" | "leave" | null>(null);
  const { id, name, paused } = schedule;
  const at = { path: { schedule_id: id } };
  const send = useAct((_: void, key) => data(api.POST("/api/v1/report-schedules/{schedule_id}/send", { params: { ...at, header: once(key) } })), { touches: TOUCHED, done: () => toast({ text: t("schedule.sending", { name }) }) });
  const pause = useAct((rest: boolean) => (rest ? data(api.POST("/api/v1/report-schedules/{schedule_id}/pause", { params: at })) : data(api.POST("/api/v1/report-schedules/{schedule_id}/resume", { params: at }))), { touches: TOUCHED });
  const again = useAct(() => data(api.POST("/api/v1/report-schedules", { body: bodyOf(draftOf(schedule), reports?.find((one) => one.name === schedule.report)?.narrowing ?? []) })), { touches: TOUCHED });
  const remove = useAct((_: void) => api.DELETE("/api/v1/report-schedules/{schedule_id}", { params: { ...at, header: ifUnchanged(schedule.version) } }), {
    touches: TOUCHED,
    done: () => {
      setAsking(null);
      toast({ text: t("schedule.removed", { name }), ...(isOwn ? { action: { label: common("undo"), do: () => again.mutate(undefined) } } : {}) });
    },
  });
  return (
    <Stack direction="row" spacing={2} sx={{ alignItems: "center" }}>
      {isOwn && mayTake && (
        <Button size="small" variant="outlined" loading={send.isPending} onClick={() => send.mutate()}>
          {t("schedule.send")}
        </Button>
      )}
      <Button size="small" loading={pause.isPending} onClick={() => pause.mutate(!paused)}>
        {t(paused ? "schedule.resume" : "schedule.pause")}
      </Button>
      <RowMenu
        label={t("schedule.more", { name })}
        acts={[
          schedule.readers.some((reader) => reader.id === profile.id) && { label: t("schedule.leave"), act: () => setAsking("leave") },
          { label: common("delete"), act: () => (isOwn ? remove.mutate() : setAsking("delete")), danger: true },
        ]}
      />
      <ReasonDialog open={asking === "delete"} title={t("schedule.deleteTitle", { name })} text={t("schedule.deleteText", { name: schedule.owner })} action={common("delete")} close={() => setAsking(null)} act={() => remove.mutate()} busy={remove.isPending} problem={remove.error} />
      <LeaveDialog schedule={asking === "leave" ? id : null} name={name} close={() => setAsking(null)} />
    </Stack>
  );
}

/** When it is sent, in a sentence. */
function useRhythm(): (schedule: Schedule) => string {
  const { t } = useTranslation("reports");
  const language = useLanguage();
  const within = (name: string) => (language === "es" ? name.toLocaleLowerCase("es") : name);
  return ({ rhythm }) =>
    t(`rhythm.${rhythm.every}`, {
      hour: `${String(rhythm.hour).padStart(2, "0")}:00`,
      weekday: rhythm.weekday ? within(t(`weekday.${rhythm.weekday}` as "weekday.1")) : "",
      day: rhythm.month_day === 31 ? t("lastDay") : t("dayNumber", { day: rhythm.month_day ?? 1 }),
    });
}
