import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CheckIcon from "@mui/icons-material/CheckCircleOutlined";
import CloudIcon from "@mui/icons-material/CloudUploadOutlined";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import MenuItem from "@mui/material/MenuItem";
import Paper from "@mui/material/Paper";
import PendingIcon from "@mui/icons-material/PendingOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { compare, minus, typedNumber, useFormats } from "../../ui/formats";
import { useSites } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useScans } from "../sales/useScans";
import { WareField } from "../sales/WareField";
import { useWares } from "../sales/wares";
import { UnknownCode } from "../transfers/GoodsEditor";
import { asQuantity } from "../transfers/goods";
import type { Figure, Said } from "./entry";
import type { Count } from "./plan";
import { useCounting } from "./useCounting";

/** What is to be given a quantity: a product, and where it lies. */
export type Target = { product: string; name: string; tracking: string; lot: string; location: string };

type Props = { count: Count; target: Target | null; setTarget: (target: Target | null) => void };

/** Where one counts: by scanning every unit, or by a code and its quantity. */
export function CountEntry({ count, target, setTarget }: Props) {
  const { t } = useTranslation("counts");
  const field = useRef<HTMLInputElement>(null);
  const [mode, setMode] = useState<"add" | "set">("add");
  const [location, setLocation] = useState("");
  const { latest, record } = useCounting(count);
  const wares = useWares();
  const at = location ? { location } : {};
  const scans = useScans(wares, ({ ware, quantity, lot }) => {
    if (mode === "add" && (ware.tracking === "none" || lot)) {
      void record({ product: ware.id, quantity, mode: "add", ...at, ...(lot ? { lot } : {}) }, ware.name);
    } else {
      setTarget({ product: ware.id, name: ware.name, tracking: ware.tracking, lot, location });
    }
  });
  const unknown = scans.unknown;
  const keepUnknown = () => {
    void record({ product: unknown!.code, quantity: "1", mode: "add", ...at }, unknown!.code);
    scans.forget();
  };
  const done = () => {
    setTarget(null);
    field.current?.focus();
  };
  return (
    <Paper variant="outlined" component="section" aria-label={t("entry.name")} sx={{ p: 4, mb: 6 }}>
      <Stack spacing={3}>
        <Stack direction={{ xs: "column", sm: "row" }} spacing={3} sx={{ alignItems: { sm: "flex-start" } }}>
          <ToggleButtonGroup exclusive size="small" value={mode} onChange={(_, next: "add" | "set" | null) => next && setMode(next)} aria-label={t("entry.how")}>
            <ToggleButton value="add">{t("entry.each")}</ToggleButton>
            <ToggleButton value="set">{t("entry.typed")}</ToggleButton>
          </ToggleButtonGroup>
          <PlaceField site={count.site.code} value={location} set={setLocation} />
        </Stack>
        <WareField
          field={field}
          search={wares.search}
          choose={scans.choose}
          scan={scans.scan}
          enter={() => undefined}
          label={t("entry.scan")}
          hint={t(mode === "add" ? "entry.eachHint" : "entry.typedHint")}
          aside={({ sku }) => sku}
        />
        {unknown && (
          <UnknownCode
            unknown={unknown}
            choose={scans.choose}
            close={scans.forget}
            action={
              unknown.isOffline && (
                <Button size="small" variant="outlined" color="inherit" onClick={keepUnknown}>
                  {t("entry.keepUnknown")}
                </Button>
              )
            }
          />
        )}
        {target && <Quantity key={`${target.product}/${target.lot}/${target.location}`} target={target} done={done} record={(figure) => void record(figure, target.name)} />}
        {latest.length > 0 && <Latest latest={latest} again={(one) => void record(one.figure, one.name)} />}
      </Stack>
    </Paper>
  );
}

function PlaceField({ site, value, set }: { site: string; value: string; set: (code: string) => void }) {
  const { t } = useTranslation("counts");
  const places = (useSites().data?.find(({ code }) => code === site)?.locations ?? []).filter(({ role }) => role !== "transit");
  if (places.length < 2) {
    return null;
  }
  return (
    <TextField select label={t("column.place")} value={value} onChange={(event) => set(event.target.value)} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }} sx={{ maxWidth: { sm: 260 } }}>
      {places.map(({ id, code, name }) => (
        <MenuItem key={id} value={code === "STOCK" ? "" : code}>
          {code === "STOCK" ? t("entry.anyPlace") : code === "QUARANTINE" ? t("entry.quarantine") : `${code} · ${name}`}
        </MenuItem>
      ))}
    </TextField>
  );
}

/** How much there is of one product: by Enter it is recorded, and the next code can come. */
function Quantity({ target, record, done }: { target: Target; record: (figure: Figure) => void; done: () => void }) {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const [quantity, setQuantity] = useState("");
  const [lot, setLot] = useState(target.lot);
  const isTracked = target.tracking !== "none" || lot !== "";
  useEffect(() => {
    // Where one came from the row of a line, the field may be far away.
    const fields = box.current?.querySelectorAll("input");
    const first = [...(fields ?? [])].find(({ value }) => value === "") ?? fields?.[0];
    first?.focus();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const amount = typedNumber(quantity);
    if (amount === null || (isTracked && !lot.trim())) {
      return;
    }
    record({ product: target.product, quantity: asQuantity(quantity), mode: "set", ...(target.location ? { location: target.location } : {}), ...(lot.trim() ? { lot: lot.trim() } : {}) });
    done();
  };
  return (
    <Box component="form" ref={box} onSubmit={submit} role="group" aria-label={target.name} sx={{ borderLeft: 3, borderColor: "primary.main", pl: 3 }}>
      <Typography sx={{ fontWeight: 600, mb: 2, overflowWrap: "anywhere" }}>
        {target.name}
        {target.location && ` · ${target.location}`}
      </Typography>
      <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "flex-start" }}>
        {isTracked && <TextField required label={t(target.tracking === "serial" ? "entry.serial" : "column.lot")} value={lot} onChange={(event) => setLot(event.target.value)} sx={{ width: 180 }} />}
        <QuantityField required label={common("quantity")} value={quantity} set={setQuantity} error={quantity !== "" && typedNumber(quantity) === null} sx={{ width: 140 }} />
        <Button type="submit" variant="contained" disabled={typedNumber(quantity) === null || (isTracked && !lot.trim())} sx={{ minHeight: 40 }}>
          {t("entry.count")}
        </Button>
        <Button onClick={done} sx={{ minHeight: 40 }}>
          {common("cancel")}
        </Button>
      </Stack>
    </Box>
  );
}

const ICONS = { sending: PendingIcon, recorded: CheckIcon, waits: CloudIcon, refused: ErrorIcon } as const;
const COLOURS = { sending: "text.secondary", recorded: "success.main", waits: "warning.main", refused: "error.main" } as const;

/** What was said last, the newest first, each with what came of it. */
function Latest({ latest, again }: { latest: readonly Said[]; again: (one: Said) => void }) {
  const { t } = useTranslation("counts");
  const { quantity } = useFormats();
  const told = ({ state, line, problem }: Said) => {
    if (state === "refused") {
      return problem ?? "";
    }
    if (state !== "recorded" || !line) {
      return t(`entry.state.${state}`);
    }
    const variance = line.variance !== null && compare(line.variance, "0") !== 0 ? ` · ${t("entry.differs", { difference: signed(line.variance, quantity) })}` : "";
    return `${t("entry.inAll", { quantity: quantity(line.counted) })}${variance}`;
  };
  return (
    <Box component="ol" aria-label={t("entry.latest")} aria-live="polite" sx={{ listStyle: "none", m: 0, p: 0, maxHeight: 220, overflow: "auto" }} tabIndex={0}>
      {latest.map((one) => {
        const Icon = ICONS[one.state];
        return (
          <Box component="li" key={one.key} sx={{ display: "flex", gap: 2, alignItems: "center", py: 1, fontSize: "0.875rem" }}>
            <Icon fontSize="small" sx={{ color: COLOURS[one.state] }} aria-hidden="true" />
            <Box sx={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>
              <strong className="figures">
                {one.figure.mode === "add" ? "+" : "="}
                {quantity(one.figure.quantity)}
              </strong>{" "}
              {one.name}
              {one.figure.lot ? ` · ${one.figure.lot}` : ""}
            </Box>
            <Box sx={{ color: one.state === "refused" ? "error.main" : "text.secondary", textAlign: "right" }}>{told(one)}</Box>
            {one.state === "refused" && (
              <Button size="small" onClick={() => again(one)}>
                {t("entry.again")}
              </Button>
            )}
          </Box>
        );
      })}
    </Box>
  );
}

/** A difference with its sign: what there is too much of, or too little. */
export function signed(difference: string, quantity: (value: string) => string): string {
  return compare(difference, "0") > 0 ? `+${quantity(difference)}` : `−${quantity(minus("0", difference))}`;
}
