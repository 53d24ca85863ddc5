import AddIcon from "@mui/icons-material/AddOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import KeyboardReturnIcon from "@mui/icons-material/KeyboardReturnOutlined";
import Paper from "@mui/material/Paper";
import QrCodeScannerIcon from "@mui/icons-material/QrCodeScannerOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, minus, useFormats } from "../../ui/formats";
import { useProblemText } from "../../ui/problems";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import { TOUCHED, type Order, type OrderLine } from "./order";
import { allOpen, blank, blanksOf, leftOf, scanned, toSend, type Arrival } from "./receiving";

type Draft = { document_number: string; arrivals: Arrival[] };

/** What came, by scanning it or by typing: against what was ordered and what came before. */
export function ReceiveDrawer({ order, close }: { order: Order; close: () => void }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { quantity, percent } = useFormats();
  const places = useRef<number[]>([]);
  const form = useForm<Draft, Order>({
    initial: { document_number: "", arrivals: blanksOf(order) },
    touches: TOUCHED,
    done: close,
    send: ({ document_number, arrivals }, key) => {
      const filled = toSend(arrivals);
      places.current = filled.places;
      return data(
        api.POST("/api/v1/purchase-orders/{order_id}/receive", {
          params: { path: { order_id: order.id }, header: { ...ifUnchanged(order.version), ...once(key) } },
          body: { document_number: document_number.trim(), lines: filled.lines },
        }),
      );
    },
  });
  const { values, set, field } = form;
  const { arrivals } = values;
  // The server names what was sent, which is what was filled in.
  const fault = (index: number, name: string) => form.fault(`lines/${places.current.indexOf(index)}/${name}`);
  const change = (index: number, to: Partial<Arrival>) => set("arrivals", arrivals.map((one, at) => (at === index ? { ...one, ...to } : one)));
  const lines = order.lines.filter(({ line }) => arrivals.some((one) => one.line === line));
  const count = toSend(arrivals).lines.length;
  const shownAbove = form.problem !== null && form.problem.faults.length > 0 ? null : form.above;
  return (
    <FormDrawer open title={t("receive.title", { number: order.number })} close={close} form={{ ...form, above: shownAbove }} action={t("receive.save")} disabled={count === 0} width={560}>
      <CodeField order={order} arrivals={arrivals} set={(to) => set("arrivals", to)} />
      <Stack direction="row" spacing={2} sx={{ alignItems: "center", justifyContent: "space-between" }}>
        <Typography variant="body2" color="textSecondary">
          {order.over_receipt_tolerance === "0" ? t("noTolerance") : t("withTolerance", { share: percent(Number(order.over_receipt_tolerance) / 100) })}
        </Typography>
        <Button size="small" onClick={() => set("arrivals", allOpen(order, arrivals))} sx={{ flexShrink: 0 }}>
          {t("receive.fill")}
        </Button>
      </Stack>
      {lines.map((line) => (
        <Paper key={line.line} variant="outlined" component="section" aria-label={line.name} sx={{ p: 3 }}>
          <Typography sx={{ fontWeight: 600 }}>{line.name}</Typography>
          <Typography variant="body2" color="textSecondary" className="figures" sx={{ mb: 3 }}>
            {[line.sku, `${t("ordered")} ${quantity(line.quantity)}`, `${t("received")} ${quantity(line.received)}`].join(" · ")}
            {" · "}
            <Left line={line} arrivals={arrivals} />
          </Typography>
          <Stack spacing={3}>
            {arrivals.map((arrival, index) => arrival.line === line.line && <Entry key={index} line={line} arrival={arrival} currency={order.currency} change={(to) => change(index, to)} fault={(name) => fault(index, name)} />)}
          </Stack>
          {line.tracking !== "none" && (
            <Button size="small" startIcon={<AddIcon />} sx={{ mt: 2 }} onClick={() => set("arrivals", [...arrivals, blank(line.line)].sort((one, other) => one.line - other.line))}>
              {t(line.tracking === "serial" ? "receive.addSerial" : "receive.addLot")}
            </Button>
          )}
        </Paper>
      ))}
      <TextField {...field("document_number")} label={t("receive.document")} helperText={common("optional")} />
    </FormDrawer>
  );
}

function Left({ line, arrivals }: { line: OrderLine; arrivals: readonly Arrival[] }) {
  const { t } = useTranslation("purchases");
  const { quantity } = useFormats();
  const left = leftOf(line, arrivals);
  return compare(left, "0") < 0 ? (
    <Box component="span" sx={{ color: "warning.main", fontWeight: 600 }}>
      {t("receive.over", { quantity: quantity(minus("0", left)) })}
    </Box>
  ) : (
    <strong>{`${t("left")} ${quantity(left)}`}</strong>
  );
}

type EntryProps = { line: OrderLine; arrival: Arrival; currency: string; change: (to: Partial<Arrival>) => void; fault: (name: string) => string | undefined };

function Entry({ line, arrival, currency, change, fault }: EntryProps) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { money } = useFormats();
  const [hasCost, setCost] = useState(arrival.unit_cost !== "");
  const tracked = line.tracking !== "none";
  return (
    <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: "1fr 1fr", sm: tracked ? "1fr 2fr 2fr" : "1fr 1fr 1fr" }, alignItems: "start" }}>
      <QuantityField label={common("quantity")} value={arrival.quantity} set={(value) => change({ quantity: value })} error={Boolean(fault("quantity"))} helperText={fault("quantity")} />
      {tracked && <TextField label={t(line.tracking === "serial" ? "receive.serial" : "receive.lot")} value={arrival.lot} onChange={({ target }) => change({ lot: target.value, ...(line.tracking === "serial" && !arrival.quantity ? { quantity: "1" } : {}) })} error={Boolean(fault("lot"))} helperText={fault("lot")} />}
      {line.tracking === "lot" && <TextField type="date" label={t("receive.expires")} value={arrival.expires_on} onChange={({ target }) => change({ expires_on: target.value })} error={Boolean(fault("expires_on"))} helperText={fault("expires_on")} slotProps={{ inputLabel: { shrink: true } }} />}
      {can("cost:read") &&
        (hasCost ? (
          <QuantityField autoFocus label={t("receive.cost")} unit={currency} value={arrival.unit_cost} set={(value) => change({ unit_cost: value })} error={Boolean(fault("unit_cost"))} helperText={fault("unit_cost") ?? t("receive.costHint", { price: money(line.unit_price, currency) })} />
        ) : (
          <Button size="small" onClick={() => setCost(true)} sx={{ justifySelf: "start", alignSelf: "center" }}>
            {t("receive.otherCost")}
          </Button>
        ))}
    </Box>
  );
}

/** A scanner types here and presses Enter; each code adds what it stands for to its line. */
function CodeField({ order, arrivals, set }: { order: Order; arrivals: Arrival[]; set: (arrivals: Arrival[]) => void }) {
  const { t } = useTranslation("purchases");
  const client = useQueryClient();
  const problemText = useProblemText();
  const [code, setCode] = useState("");
  const [result, setResult] = useState<{ text: string; isGood: boolean } | null>(null);
  const latest = useRef({ arrivals, set });
  latest.current = { arrivals, set };
  const queue = useRef<Promise<void>>(Promise.resolve());

  const look = async (text: string) => {
    try {
      const found = await client.fetchQuery({ ...read("/api/v1/lookup", { query: { code: text } }), staleTime: 60_000 });
      const of = found.type === "product" ? found.id : null;
      const after =
        of &&
        scanned(order, latest.current.arrivals, {
          product: of,
          quantity: found.scanned?.quantity ?? found.pack_quantity ?? "1",
          lot: found.scanned?.serial || found.scanned?.lot || "",
          expires_on: found.scanned?.expires_on ?? "",
        });
      if (!after) {
        setResult({ text: t("receive.notOrdered", { code: text, label: of ? found.label : "" }), isGood: false });
        return;
      }
      latest.current.arrivals = after; // the next code of the queue builds on it
      latest.current.set(after);
      setResult({ text: t("receive.added", { label: found.label }), isGood: true });
    } catch (error) {
      const problem = asProblem(error);
      setResult({ text: problem.status === 404 || problem.status === 422 ? t("receive.unknown", { code: text }) : problemText(problem), isGood: false });
    }
  };
  const submit = () => {
    const text = code.trim();
    if (text) {
      setCode("");
      queue.current = queue.current.then(() => look(text));
    }
  };
  return (
    <Box>
      <TextField
        autoFocus
        fullWidth
        label={t("receive.scan")}
        value={code}
        onChange={({ target }) => setCode(target.value)}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter") {
            event.preventDefault();
            submit();
          }
        }}
        slotProps={{
          htmlInput: { autoComplete: "off", enterKeyHint: "done", spellCheck: false },
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <QrCodeScannerIcon />
              </InputAdornment>
            ),
            endAdornment: (
              <IconButton aria-label={t("receive.addCode")} edge="end" onClick={submit}>
                <KeyboardReturnIcon />
              </IconButton>
            ),
          },
        }}
      />
      <Box aria-live="assertive">
        {result && (
          <Alert severity={result.isGood ? "success" : "warning"} sx={{ mt: 2 }}>
            {result.text}
          </Alert>
        )}
      </Box>
    </Box>
  );
}
