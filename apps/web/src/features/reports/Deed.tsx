import Button from "@mui/material/Button";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAskForJob } from "./download";
import { filterOf, isOpen, useCancel, type Job } from "./job";

/** What one does with a job as it stands: end it, take it, have it made once more. */
export function Deed({ job, contained }: { job: Job; contained?: boolean }) {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const cancel = useCancel();
  const again = useAskForJob((jobId) => void navigate({ to: "/reports/jobs/$jobId", params: { jobId } }));
  const variant = contained ? "contained" : "outlined";
  if (isOpen(job)) {
    return (
      <Button size={contained ? "medium" : "small"} variant="outlined" loading={cancel.isPending} onClick={() => cancel.mutate(job)}>
        {t("job.cancel")}
      </Button>
    );
  }
  if (job.state === "done") {
    return (
      <Button size={contained ? "medium" : "small"} variant={variant} component="a" href={`/api/v1/jobs/${job.id}/result`} download>
        {common("download")}
      </Button>
    );
  }
  return (
    <Button size={contained ? "medium" : "small"} variant={variant} loading={again.isPending} onClick={() => again.mutate({ name: job.report, format: job.format, filter: filterOf(job) })}>
      {t("job.again")}
    </Button>
  );
}
