import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CloseIcon from "@mui/icons-material/Close";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { compare, minus, plus, typedNumber, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { QuantityField } from "../../ui/QuantityField";
import { lacking, setTaken, takeAll, takenOf, type Doc, type DocLine, type Tally } from "./tally";

type Props = {
  doc: Doc;
  tally: Tally;
  set: (tally: Tally) => void;
  /** The line that was scanned last. */
  latest: number | null;
  settle: () => void;
  busy: boolean;
  fault: string | null;
  close: () => void;
};

/** An order or a transfer, line by line: what should be there, what was before, what is left, and what was scanned now. */
export function DocumentPanel({ doc, tally, set, latest, settle, busy, fault, close }: Props) {
  const { t } = useTranslation("scan");
  const { quantity } = useFormats();
  const missing = lacking(doc, tally);
  const isWrong = tally.some((taken) => typedNumber(taken.quantity) === null) || missing.length > 0;
  const path = doc.kind === "order" ? `/purchases/${doc.id}` : `/transfers/${doc.id}`;
  const lines = [...doc.lines].sort((one, other) => Number(other.line === latest) - Number(one.line === latest) || rank(one) - rank(other) || one.line - other.line);
  return (
    <Paper variant="outlined" component="section" aria-labelledby="scan-document" sx={{ p: 4 }}>
      <Stack spacing={3}>
        <Stack direction="row" spacing={2}>
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography variant="h2" id="scan-document">
              <Link to={path as "/"} color="inherit">
                {t(`document.${doc.kind}`, { number: doc.number })}
              </Link>
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
              {doc.from} → {doc.to}
            </Typography>
          </Box>
          <IconButton onClick={close} aria-label={t("document.leave")} sx={{ mt: -1, mr: -1 }}>
            <CloseIcon />
          </IconButton>
        </Stack>
        <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }} aria-label={t("document.lines")}>
          {lines.map((line) => (
            <Line key={line.line} line={line} doc={doc} tally={tally} set={set} isLatest={line.line === latest} />
          ))}
        </Box>
        {missing.length > 0 && <Alert severity="info">{t("document.needsLot")}</Alert>}
        {fault && <Alert severity="error">{fault}</Alert>}
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          <Button variant="outlined" onClick={() => set(takeAll(doc))} sx={{ minHeight: 48 }} disabled={takeAll(doc).length === 0}>
            {t("document.all")}
          </Button>
          {tally.length > 0 && (
            <Button onClick={() => set([])} sx={{ minHeight: 48 }}>
              {t("document.none")}
            </Button>
          )}
        </Stack>
        <Button variant="contained" size="large" loading={busy} disabled={tally.length === 0 || isWrong} onClick={settle} sx={{ minHeight: 56, fontSize: "1.0625rem" }}>
          {t(`document.settle.${doc.kind}`, { quantity: quantity(plus("0", ...tally.map((taken) => typedNumber(taken.quantity) ?? "0"))) })}
        </Button>
        {doc.kind === "receipt" && (
          <Typography variant="body2" color="textSecondary">
            {t("document.restStays")}{" "}
            <Link to={path as "/"} underline="always">{t("document.differences")}</Link>
          </Typography>
        )}
        {doc.kind === "dispatch" && (
          <Typography variant="body2" color="textSecondary">
            {t("document.restDoesNotGo")}
          </Typography>
        )}
      </Stack>
    </Paper>
  );
}

const rank = (line: DocLine): number => (compare(line.left, "0") > 0 ? 0 : 1);

function Line({ line, doc, tally, set, isLatest }: { line: DocLine; doc: Doc; tally: Tally; set: (tally: Tally) => void; isLatest: boolean }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { quantity } = useFormats();
  const taken = takenOf(tally.filter((one) => typedNumber(one.quantity) !== null), line.line);
  const left = minus(line.left, taken);
  const isOver = compare(left, "0") < 0;
  const share = compare(line.left, "0") > 0 ? Math.min(100, (Number(taken) / Number(line.left)) * 100) : 100;
  return (
    <Box component="li" sx={{ py: 3, borderTop: 1, borderColor: "divider", ...(isLatest && { bgcolor: "action.hover", mx: -4, px: 4 }) }} aria-current={isLatest || undefined}>
      <Typography sx={{ overflowWrap: "anywhere", fontWeight: isLatest ? 650 : 400 }}>
        {line.name}
        {line.lot ? ` · ${line.lot}` : ""}
      </Typography>
      <Typography variant="body2" color="textSecondary" className="figures">
        {line.sku} · {t(doc.kind === "dispatch" ? "document.figuresOut" : "document.figures", { ordered: quantity(line.ordered), done: quantity(line.done), left: quantity(isOver ? "0" : left) })}
      </Typography>
      {isOver && (
        <Typography variant="body2" sx={{ color: "warning.main" }}>
          {t("document.over", { quantity: quantity(left.slice(1)) })}
        </Typography>
      )}
      {taken !== "0" && <LinearProgress variant="determinate" value={share} color={isOver ? "warning" : "success"} aria-label={line.name} sx={{ my: 2, height: 6, borderRadius: 3 }} />}
      {tally.map((one, index) =>
        one.line !== line.line ? null : (
          <Stack key={index} direction="row" useFlexGap spacing={2} sx={{ mt: 2, alignItems: "center", flexWrap: "wrap" }}>
            <QuantityField label={t("document.now")} value={one.quantity} set={(value) => set(setTaken(tally, index, { quantity: value }))} sx={{ width: 112 }} error={typedNumber(one.quantity) === null} />
            {line.tracking !== "none" && (
              <TextField label={t(line.tracking === "serial" ? "card.serial" : "card.lot")} value={one.lot} onChange={(event) => set(setTaken(tally, index, { lot: event.target.value }))} sx={{ flex: "1 1 120px", width: "auto" }} />
            )}
            {line.tracking !== "none" && (
              <TextField type="date" label={t("card.expires")} value={one.expires_on} onChange={(event) => set(setTaken(tally, index, { expires_on: event.target.value }))} slotProps={{ inputLabel: { shrink: true } }} sx={{ flex: "1 1 150px", width: "auto" }} />
            )}
            <IconButton aria-label={`${common("delete")}: ${line.name}`} onClick={() => set(tally.filter((_, other) => other !== index))}>
              <CloseIcon />
            </IconButton>
          </Stack>
        ),
      )}
    </Box>
  );
}
