import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Section } from "../../ui/Page";
import type { Job } from "./job";
import { LeaveDialog } from "./LeaveDialog";
import { useReportTitle } from "./report";

/** What one was sent in the last week, the latest of each. */
export function Received() {
  const { t } = useTranslation("reports");
  const { time } = useFormats();
  const title = useReportTitle();
  const mayTake = useMay("export:read");
  const maySend = useMay("report:schedule");
  const [leaving, setLeaving] = useState<Job | null>(null);
  const jobs = useQuery({ ...read("/api/v1/jobs"), enabled: mayTake });
  const sent = latestOfEach(jobs.data ?? []);
  if (sent.length === 0 && maySend) {
    return null;
  }
  return (
    <Section title={t("schedule.toYou")}>
      <DataTable
        bare
        caption={t("schedule.toYou")}
        rows={sent}
        rowId={({ id }) => id}
        list={{ isPending: jobs.isPending && mayTake, error: jobs.error, retry: () => void jobs.refetch() }}
        empty={{ title: t("schedule.noneToYou"), hint: t("schedule.noneToYouHint") }}
        columns={[
          {
            id: "report",
            header: t("one"),
            cell: (job) => (
              <Link to="/reports/jobs/$jobId" params={{ jobId: job.id }}>
                {title(job.report)}
              </Link>
            ),
          },
          { id: "format", header: t("formatLabel"), cell: ({ format }) => t(`format.${format}`) },
          { id: "when", header: t("schedule.lastMade"), cell: ({ created_at }) => time(created_at) },
          {
            id: "do",
            header: "",
            cell: (job) => (
              <Button size="small" onClick={() => setLeaving(job)}>
                {t("schedule.leave")}
              </Button>
            ),
          },
        ]}
      />
      <LeaveDialog schedule={leaving?.schedule_id ?? null} name={leaving ? title(leaving.report) : ""} close={() => setLeaving(null)} />
    </Section>
  );
}

function latestOfEach(jobs: readonly Job[]): Job[] {
  const found = new Map<string, Job>();
  for (const job of jobs) {
    if (job.schedule_id && !found.has(job.schedule_id)) {
      found.set(job.schedule_id, job);
    }
  }
  return [...found.values()];
}
