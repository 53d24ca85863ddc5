import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import ScheduleIcon from "@mui/icons-material/ScheduleSendOutlined";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { BackLink, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton, Nothing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { useFaultText, useProblemText } from "../../ui/problems";
import { isFigure, useCell, useCellText } from "./cells";
import { isDrawn, MOST_ROWS, pictureOf } from "./charts";
import { useAskForJob, useDownload } from "./download";
import { Parameters } from "./Parameters";
import { FORMATS, useLanguage, useReports, type Filter, type Format, type ReportInfo, type ReportName } from "./report";

const ReportChart = lazy(() => import("./ReportChart").then((module) => ({ default: module.ReportChart })));
const route = getRouteApi("/shell/reports/$name");
const FIRST_ROWS = 100;
type Preview = Schemas["ReportPreview"];

/** One report: what narrows it, its first rows with the totals of all, and the whole of it as a file. */
export function ReportPage() {
  const { t } = useTranslation("reports");
  const { name } = route.useParams();
  const reports = useReports();
  const report = reports.data?.find((one) => one.name === name);
  const back = (
    <BackLink to="/reports" search={{}}>
      {t("back")}
    </BackLink>
  );
  if (!report) {
    return (
      <Page title={t("one")} above={back}>
        {reports.isPending ? <LateSkeleton /> : reports.error ? <Failure state={{ error: reports.error, retry: () => void reports.refetch() }} /> : <Nothing title={t("unknown")} hint={t("unknownHint")} />}
      </Page>
    );
  }
  return <Shown key={name} report={report} above={back} />;
}

function Shown({ report, above }: { report: ReportInfo; above: React.ReactNode }) {
  const { t } = useTranslation("reports");
  const filter: Filter = route.useSearch();
  const navigate = route.useNavigate();
  const mayTake = useMay("export:read");
  const maySchedule = useMay("report:schedule");
  const [all, setAll] = useState(false);
  const language = useLanguage();
  const isAsked = !report.of_one_product || Boolean(filter.product);
  const limit = isDrawn(report.name) || all ? MOST_ROWS : FIRST_ROWS;
  const answer = useQuery({ ...read("/api/v1/reports/{name}", { path: { name: report.name }, query: { ...filter, limit, language } as never }), placeholderData: keepPreviousData, enabled: isAsked });
  const preview = isAsked ? answer.data : undefined;
  const set = (change: Filter) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { site, category, product } = filter;
  return (
    <Page
      title={report.title}
      subtitle={preview?.about[0] ?? "\u00a0"}
      above={above}
      actions={
        maySchedule &&
        mayTake && (
          <LinkButton to="/reports/schedules" search={{ new: report.name, site, category, product } as never} startIcon={<ScheduleIcon />}>
            {t("haveSent")}
          </LinkButton>
        )
      }
    >
      <Parameters report={report} filter={filter} set={set} />
      {mayTake && <Downloads name={report.name} filter={filter} isReady={isAsked} />}
      {!isAsked && <Nothing title={t("chooseProduct")} hint={t("chooseProductHint")} />}
      {isAsked && answer.error && !answer.isFetching && <Refused error={answer.error} retry={() => void answer.refetch()} />}
      {isAsked && answer.isPending && <LateSkeleton />}
      {preview && !answer.error && <Table report={report} preview={preview} isStale={answer.isPlaceholderData} all={all} showAll={() => setAll(true)} clear={() => set({ site: undefined, category: undefined, product: undefined })} />}
    </Page>
  );
}

function Refused({ error, retry }: { error: unknown; retry: () => void }) {
  const faultText = useFaultText();
  const problem = asProblem(error);
  if (problem.faults.length === 0) {
    return <Failure state={{ error, retry }} />;
  }
  return (
    <Alert severity="error" sx={{ mb: 4 }}>
      {problem.faults.map((fault) => faultText(fault)).join(" ")}
    </Alert>
  );
}

/** The whole report as a file, at once; one that is too large is made in the background. */
function Downloads({ name, filter, isReady }: { name: ReportName; filter: Filter; isReady: boolean }) {
  const { t } = useTranslation("reports");
  const navigate = useNavigate();
  const text = useProblemText();
  const download = useDownload(name, filter);
  const ask = useAskForJob((jobId) => void navigate({ to: "/reports/jobs/$jobId", params: { jobId } }));
  const format = download.variables;
  const problem = download.error;
  return (
    <Box sx={{ mb: 4 }}>
      <Stack direction="row" spacing={2} useFlexGap role="group" aria-label={t("takeAway")} sx={{ flexWrap: "wrap" }}>
        {FORMATS.map((one: Format) => (
          <Button key={one} variant="outlined" startIcon={<DownloadIcon />} disabled={!isReady} loading={download.isPending && format === one} onClick={() => download.mutate(one)}>
            {t(`format.${one}`)}
          </Button>
        ))}
      </Stack>
      {problem && (
        <Alert
          severity={problem.code === "report_too_large" ? "info" : "error"}
          sx={{ mt: 3 }}
          action={
            problem.code === "report_too_large" &&
            format && (
              <Button color="inherit" size="small" loading={ask.isPending} onClick={() => ask.mutate({ name, format, filter })}>
                {t("job.ask")}
              </Button>
            )
          }
        >
          {problem.code === "report_too_large" ? t("job.tooLarge") : text(problem)}
        </Alert>
      )}
    </Box>
  );
}

type TableProps = { report: ReportInfo; preview: Preview; isStale: boolean; all: boolean; showAll: () => void; clear: () => void };

function Table({ report, preview, isStale, all, showAll, clear }: TableProps) {
  const { t } = useTranslation("reports");
  const filter: Filter = route.useSearch();
  const { quantity } = useFormats();
  const cell = useCell(report.name, preview.currency);
  const text = useCellText(preview.currency);
  const picture = pictureOf(preview);
  const rows = all ? preview.rows : preview.rows.slice(0, FIRST_ROWS);
  const columns: Column<Row>[] = preview.columns.map((column, index) => ({
    id: column.name,
    header: column.title,
    cell: ({ cells }) => (index === 1 && column.name === "name" ? <Box sx={{ minWidth: { sm: 180 } }}>{cell(column, cells[column.name] ?? null)}</Box> : cell(column, cells[column.name] ?? null)),
    ...(isFigure(column) ? { align: "right" as const } : {}),
  }));
  const totals = preview.columns.some(({ name }) => name in preview.totals) ? Object.fromEntries(preview.columns.filter(({ name }) => name in preview.totals).map((column) => [column.name, text(column, preview.totals[column.name] ?? null)])) : null;
  const isPart = preview.count > rows.length;
  return (
    <>
      {picture && (
        <Box sx={{ minHeight: 290 }}>
          <Suspense>
            <ReportChart picture={picture} title={report.title} currency={preview.currency} />
          </Suspense>
        </Box>
      )}
      <Typography variant="body2" color="textSecondary" role="status" sx={{ mb: 2 }}>
        {isPart ? t("firstOf", { first: quantity(rows.length), count: preview.count, total: quantity(preview.count) }) : t("rows", { count: preview.count, total: quantity(preview.count) })}
      </Typography>
      <DataTable
        bare
        caption={report.title}
        columns={columns}
        rows={rows.map((cells, index) => ({ id: String(index), cells }))}
        rowId={({ id }) => id}
        list={{ isPending: false, isStale, error: null, retry: () => undefined }}
        empty={{ title: t("empty.rows"), hint: t("empty.rowsHint") }}
        narrowed={filter.site || filter.category || (filter.product && !report.of_one_product) ? { clear } : null}
        {...(totals ? { totals } : {})}
      />
      {isPart && rows.length < MOST_ROWS && (
        <Button sx={{ mt: 2 }} onClick={showAll}>
          {t("showMore", { count: Math.min(preview.count, MOST_ROWS), most: quantity(Math.min(preview.count, MOST_ROWS)) })}
        </Button>
      )}
    </>
  );
}

type Row = { id: string; cells: Record<string, string | null> };
