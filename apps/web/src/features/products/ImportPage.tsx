import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import UploadIcon from "@mui/icons-material/UploadFileOutlined";
import { useRef, useState, type ChangeEvent, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import { send, type Schemas } from "../../api/client";
import type { Fault, Problem } from "../../api/problem";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink, LinkButton } from "../../ui/links";
import { Page } from "../../ui/Page";
import { useFaultText, useProblemText } from "../../ui/problems";
import { placeOf } from "./rows";

type Report = Schemas["ImportReport"];

/** Products from a sheet: first what would happen, or every fault of it; then the import, of all rows or none. */
export function ImportPage() {
  const { t } = useTranslation(["products", "common"]);
  const mayExport = useMay("export:read");
  const [file, setFile] = useState<File | null>(null);
  const run = useAct(importing, { touches: ["products", "categories"], quiet: true });
  const check = (chosen: File | null) => {
    setFile(chosen);
    if (chosen) {
      run.mutate({ file: chosen, dry: true });
    } else {
      run.reset();
    }
  };
  const report = run.data;
  return (
    <Page title={t("import.title")} above={<BackLink to="/products">{t("common:nav.products")}</BackLink>}>
      <Box sx={{ maxWidth: 880 }}>
        {!report || report.dry_run ? (
          <>
            <Typography sx={{ mb: 3 }}>{t("import.how")}</Typography>
            <Drop file={file} choose={check} busy={run.isPending} />
            {mayExport && (
              <Typography variant="body2" color="textSecondary" sx={{ mt: 2 }}>
                {t("import.template")}{" "}
                <Link href="/api/v1/products:export?format=xlsx" download>
                  {t("import.templateLink")}
                </Link>
              </Typography>
            )}
          </>
        ) : null}
        <Box sx={{ mt: 4 }} aria-live="polite">
          {run.isPending && (
            <Box role="status">
              <Typography variant="body2" sx={{ mb: 2 }}>
                {t(run.variables?.dry ? "import.checking" : "import.running")}
              </Typography>
              <LinearProgress aria-label={t(run.variables?.dry ? "import.checking" : "import.running")} />
            </Box>
          )}
          {!run.isPending && run.error && <Refusal problem={run.error} again={() => file && run.mutate({ file, dry: true })} />}
          {!run.isPending && report && file && (
            <Outcome report={report} act={() => run.mutate({ file, dry: false })} another={() => check(null)} />
          )}
        </Box>
      </Box>
    </Page>
  );
}

async function importing({ file, dry }: { file: File; dry: boolean }): Promise<Report> {
  const form = new FormData();
  form.set("file", file);
  return (await send("POST", `products:import${dry ? "?dry_run=true" : ""}`, form)).json() as Promise<Report>;
}

function Drop({ file, choose, busy }: { file: File | null; choose: (file: File | null) => void; busy: boolean }) {
  const { t } = useTranslation("products");
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    choose(target.files?.[0] ?? null);
    target.value = ""; // the same file again, mended, is a choice too
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0] ?? null);
  };
  return (
    <Stack
      spacing={2}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      sx={{ alignItems: "center", textAlign: "center", p: 8, border: 2, borderStyle: "dashed", borderRadius: 1, borderColor: isOver ? "primary.main" : "divider", bgcolor: "background.paper" }}
    >
      <UploadIcon sx={{ fontSize: 40, color: "text.secondary" }} />
      <Typography sx={{ overflowWrap: "anywhere" }}>{file ? file.name : t("import.drop")}</Typography>
      <input ref={input} type="file" hidden accept=".csv,.xlsx,.gz" onChange={onChange} aria-label={t("import.choose")} />
      <Button variant={file ? "outlined" : "contained"} disabled={busy} onClick={() => input.current?.click()}>
        {t(file ? "import.another" : "import.choose")}
      </Button>
    </Stack>
  );
}

/** What would happen, or what has happened. */
function Outcome({ report, act, another }: { report: Report; act: () => void; another: () => void }) {
  const { t } = useTranslation("products");
  const { quantity } = useFormats();
  const nothing = report.created + report.updated + report.categories_created === 0;
  const lines = (["created", "updated", "unchanged", "categories_created"] as const).filter((name) => report[name] > 0);
  return (
    <Alert severity={report.dry_run ? "info" : "success"} sx={{ "& .MuiAlert-message": { width: "100%" } }}>
      <AlertTitle>{t(report.dry_run ? (nothing ? "import.wouldNothing" : "import.would") : "import.did")}</AlertTitle>
      <Box component="ul" sx={{ m: 0, pl: 5 }}>
        {lines.map((name) => (
          <li key={name}>{t(`import.${name}`, { count: report[name], shown: quantity(report[name]) })}</li>
        ))}
      </Box>
      <Stack direction="row" spacing={2} useFlexGap sx={{ mt: 3, flexWrap: "wrap" }}>
        {report.dry_run && !nothing && (
          <Button variant="contained" onClick={act}>
            {t("import.act")}
          </Button>
        )}
        {!report.dry_run && (
          <LinkButton to="/products" search={{ sort: "-created_at" }} variant="contained">
            {t("import.look")}
          </LinkButton>
        )}
        {!report.dry_run && (
          <Button color="inherit" onClick={another}>
            {t("import.another")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Why nothing was imported: every fault, with its row and column. */
function Refusal({ problem, again }: { problem: Problem; again: () => void }) {
  const { t } = useTranslation(["products", "common"]);
  const text = useProblemText();
  const faultText = useFaultText();
  const { quantity } = useFormats();
  const faults = problem.faults;
  if (faults.length === 0) {
    return (
      <Alert severity="error" action={problem.isPassing && <Button color="inherit" size="small" onClick={again}>{t("common:retry")}</Button>}>
        {text(problem)}
      </Alert>
    );
  }
  return (
    <>
      <Alert severity="error" sx={{ mb: 2 }}>
        {t("import.faults", { count: faults.length, shown: quantity(faults.length) })}
      </Alert>
      <TableContainer component={Paper} variant="outlined" tabIndex={0} role="region" aria-label={t("import.faultList")} sx={{ maxHeight: 560 }}>
        <Table size="small" stickyHeader>
          <caption hidden>{t("import.faultList")}</caption>
          <TableHead>
            <TableRow>
              <TableCell scope="col">{t("import.row")}</TableCell>
              <TableCell scope="col">{t("import.column")}</TableCell>
              <TableCell scope="col">{t("import.fault")}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {faults.map((fault: Fault, index) => {
              const { row, column } = placeOf(fault);
              return (
                <TableRow key={index}>
                  <TableCell component="th" scope="row">{row ?? "–"}</TableCell>
                  <TableCell>{column ?? "–"}</TableCell>
                  <TableCell sx={{ overflowWrap: "anywhere" }}>{faultText(fault)}</TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </TableContainer>
    </>
  );
}
