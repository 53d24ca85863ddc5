import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";

/** Asks once more before one is sent a report no longer: only its owner can undo that. */
export function LeaveDialog({ schedule, name, close }: { schedule: string | null; name: string; close: () => void }) {
  const { t } = useTranslation("reports");
  const toast = useToast();
  const leave = useAct((id: string) => api.POST("/api/v1/report-schedules/{schedule_id}/leave", { params: { path: { schedule_id: id } } }), {
    touches: ["report-schedules", "jobs"],
    quiet: true,
    done: () => {
      close();
      toast({ text: t("schedule.left", { name }) });
    },
  });
  return <ReasonDialog open={schedule !== null} title={t("schedule.leaveTitle", { name })} text={t("schedule.leaveText")} action={t("schedule.leave")} close={close} act={() => schedule && leave.mutate(schedule)} busy={leave.isPending} problem={leave.error} />;
}
