import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { StateChip } from "../../ui/StateChip";
import { isOpen, type Job } from "./job";

/** How a job stands; while it is under way, how far it has come. */
export function JobProgress({ job, name }: { job: Job; name: string }) {
  const { t } = useTranslation("reports");
  const { quantity, percent } = useFormats();
  if (!isOpen(job)) {
    return <StateChip state={job.state} />;
  }
  return (
    <Box sx={{ minWidth: 140 }}>
      <Typography variant="body2" className="figures">
        {job.state === "waiting" ? t("job.waiting") : job.total === null ? percent(job.percent / 100) : t("job.rowsOf", { percent: percent(job.percent / 100), rows: quantity(job.rows), count: job.total, total: quantity(job.total) })}
      </Typography>
      <LinearProgress aria-label={name} {...(job.state === "running" ? { variant: "determinate" as const, value: job.percent } : {})} sx={{ mt: 1, height: 6, borderRadius: 3 }} />
    </Box>
  );
}
