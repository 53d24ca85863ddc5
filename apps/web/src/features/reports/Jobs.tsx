import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { Deed } from "./Deed";
import { isOpen, LOOKS_EVERY, useSize, type Job } from "./job";
import { JobProgress } from "./JobProgress";
import { useReportTitle } from "./report";

/** Reports of one's own that are made in the background, those of the last week. */
export function Jobs() {
  const { t } = useTranslation("reports");
  const jobs = useQuery({ ...read("/api/v1/jobs"), refetchInterval: ({ state }) => ((state.data ?? []).some(isOpen) ? LOOKS_EVERY : false) });
  return (
    <DataTable
      bare
      caption={t("tab.jobs")}
      columns={useColumns()}
      rows={jobs.data ?? []}
      rowId={({ id }) => id}
      list={{ isPending: jobs.isPending, error: jobs.error, retry: () => void jobs.refetch(), readAt: jobs.dataUpdatedAt }}
      empty={{
        title: t("job.none"),
        hint: t("job.noneHint"),
        action: (
          <LinkButton to="/reports" search={{}} variant="outlined">
            {t("job.choose")}
          </LinkButton>
        ),
      }}
    />
  );
}

function useColumns(): Column<Job>[] {
  const { t } = useTranslation("reports");
  const { t: common } = useTranslation();
  const { time } = useFormats();
  const title = useReportTitle();
  const size = useSize();
  return [
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
    { id: "state", header: common("status"), cell: (job) => <JobProgress job={job} name={title(job.report)} /> },
    { id: "size", header: t("job.size"), align: "right", cell: (job) => <span className="figures">{size(job.size)}</span> },
    { id: "asked", header: t("job.asked"), cell: ({ created_at }) => time(created_at) },
    { id: "why", header: t("job.why"), card: "none", cell: ({ schedule_id }) => t(schedule_id ? "job.bySchedule" : "job.byYou") },
    { id: "do", header: "", cell: (job) => <Deed job={job} /> },
  ];
}
