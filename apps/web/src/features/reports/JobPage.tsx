import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { BackLink, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { useNotedText } from "../../ui/problems";
import { StateChip } from "../../ui/StateChip";
import { Deed } from "./Deed";
import { useAskForJob } from "./download";
import { filterOf, isOpen, LOOKS_EVERY, useAbout, useSize, type Job } from "./job";
import { JobProgress } from "./JobProgress";
import { LeaveDialog } from "./LeaveDialog";
import { useReportTitle } from "./report";

const route = getRouteApi("/shell/reports/jobs/$jobId");

/** One report that is made in the background, and its file. Mails lead here too. */
export function JobPage() {
  const { t } = useTranslation("reports");
  const { jobId } = route.useParams();
  const title = useReportTitle();
  const answer = useQuery({ ...read("/api/v1/jobs/{job_id}", { path: { job_id: jobId } }), refetchInterval: ({ state }) => (state.data && isOpen(state.data) ? LOOKS_EVERY : false) });
  const job = answer.data;
  const above = (
    <BackLink to="/reports" search={{ tab: "jobs" }}>
      {t("job.all")}
    </BackLink>
  );
  if (!job) {
    return (
      <Page title={t("one")} above={above}>
        {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton rows={4} />}
      </Page>
    );
  }
  return (
    <Page title={title(job.report)} above={above} subtitle={<StateChip state={job.state} />} actions={<Actions job={job} />}>
      <Standing job={job} name={title(job.report)} />
    </Page>
  );
}

function Actions({ job }: { job: Job }) {
  const { t } = useTranslation("reports");
  const navigate = useNavigate();
  const again = useAskForJob((jobId) => void navigate({ to: "/reports/jobs/$jobId", params: { jobId } }));
  return (
    <>
      <LinkButton to="/reports/$name" params={{ name: job.report }} search={filterOf(job)}>
        {t("job.show")}
      </LinkButton>
      {job.state === "done" && (
        <Button variant="outlined" loading={again.isPending} onClick={() => again.mutate({ name: job.report, format: job.format, filter: filterOf(job) })}>
          {t("job.again")}
        </Button>
      )}
      <Deed job={job} contained />
    </>
  );
}

function Standing({ job, name }: { job: Job; name: string }) {
  const { t } = useTranslation("reports");
  const { time, quantity } = useFormats();
  const size = useSize();
  const about = useAbout(job);
  const noted = useNotedText();
  const [isLeaving, setLeaving] = useState(false);
  const facts: [string, string | null][] = [
    [t("job.about"), about],
    [t("formatLabel"), t(`format.${job.format}`)],
    [t("job.rows"), job.state === "done" ? quantity(job.rows) : null],
    [t("job.size"), job.size === null ? null : size(job.size)],
    [t("job.asked"), time(job.created_at)],
    [t("job.ended"), job.ended_at && time(job.ended_at)],
    [t("job.kept"), job.state === "done" && job.expires_at ? time(job.expires_at) : null],
  ];
  return (
    <Stack spacing={4} sx={{ maxWidth: 720 }} role="status">
      {isOpen(job) && <JobProgress job={job} name={t("job.progress", { report: name })} />}
      {job.state === "failed" && (
        <Alert severity="error">
          {t("job.failed")} {noted(job.problem_code, job.problem)}
        </Alert>
      )}
      <Paper variant="outlined" component="dl" sx={{ m: 0, p: 4, display: "grid", gap: 3, gridTemplateColumns: { xs: "1fr", sm: "1fr 1fr" } }}>
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <Box key={label} sx={{ minWidth: 0 }}>
              <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8125rem" }}>
                {label}
              </Box>
              <Box component="dd" sx={{ m: 0, overflowWrap: "anywhere" }}>
                {value}
              </Box>
            </Box>
          ))}
      </Paper>
      {job.schedule_id && (
        <Alert
          severity="info"
          action={
            <Button color="inherit" size="small" onClick={() => setLeaving(true)}>
              {t("schedule.leave")}
            </Button>
          }
        >
          {t("job.sentToYou")}
        </Alert>
      )}
      {job.schedule_id && <LeaveDialog schedule={isLeaving ? job.schedule_id : null} name={name} close={() => setLeaving(false)} />}
    </Stack>
  );
}
