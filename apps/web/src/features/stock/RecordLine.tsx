import AddIcon from "@mui/icons-material/AddOutlined";
import ArrowForwardIcon from "@mui/icons-material/ArrowForwardOutlined";
import Box from "@mui/material/Box";
import CloseIcon from "@mui/icons-material/Close";
import IconButton from "@mui/material/IconButton";
import MenuItem from "@mui/material/MenuItem";
import RemoveIcon from "@mui/icons-material/RemoveOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { compare, useFormats } from "../../ui/formats";
import { ProductPicker } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { after, comesIn, RECORD_KINDS, serialsOf, type DraftLine, type RecordKind } from "./posting";

type Details = Schemas["ProductView"];
type Props = {
  kind: RecordKind;
  site: string;
  location: string;
  line: DraftLine;
  /** The lines before it that move the same product. */
  earlier: readonly DraftLine[];
  details: Details | undefined;
  fault: (field: string) => string | undefined;
  set: (change: Partial<DraftLine>) => void;
  remove: (() => void) | null;
  autoFocus: boolean;
};

/** One product of what is recorded: how much, which lot, and what the site will hold then. */
export function RecordLine({ kind, site, location, line, earlier, details, fault, set, remove, autoFocus }: Props) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const tracking = details?.tracking;
  const named = tracking === "serial" && serialsOf(line.lot).length > 0;
  const problem = (field: string) => ({ error: Boolean(fault(field)), helperText: fault(field) });
  return (
    <Box component="li" sx={{ border: 1, borderColor: "divider", borderRadius: 1, p: 3 }}>
      <Stack spacing={3}>
        <Stack direction="row" spacing={1} sx={{ alignItems: "flex-start" }}>
          <ProductPicker required label={common("product")} value={line.product} set={(product) => set({ product, lot: "", expires_on: "" })} autoFocus={autoFocus} {...problem("product")} />
          {remove && (
            <IconButton aria-label={t("record.removeLine")} onClick={remove}>
              <CloseIcon />
            </IconButton>
          )}
        </Stack>
        <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "flex-start", flexWrap: "wrap" }}>
          {RECORD_KINDS[kind].way === "either" && (
            <ToggleButtonGroup exclusive size="small" value={line.takes ? "-" : "+"} onChange={(_, way: string | null) => way && set({ takes: way === "-" })} aria-label={t("record.way")}>
              <ToggleButton value="+" aria-label={t("record.adds")}>
                <AddIcon />
              </ToggleButton>
              <ToggleButton value="-" aria-label={t("record.takes")}>
                <RemoveIcon />
              </ToggleButton>
            </ToggleButtonGroup>
          )}
          <QuantityField
            required
            label={common("quantity")}
            value={named ? String(serialsOf(line.lot).length) : line.quantity}
            set={(quantity) => set({ quantity })}
            disabled={named}
            autoFocus={Boolean(line.product) && !autoFocus}
            sx={{ flex: "1 1 120px" }}
            {...problem("quantity")}
          />
          <Money kind={kind} line={line} set={set} details={details} fault={fault} />
        </Stack>
        {(tracking === "lot" || tracking === "serial") && <Lot kind={kind} site={site} location={location} line={line} details={details!} fault={fault} set={set} />}
        {details && site && <Change kind={kind} site={site} line={line} earlier={earlier} details={details} />}
        {fault("") && (
          <Typography variant="body2" color="error" role="alert">
            {fault("")}
          </Typography>
        )}
      </Stack>
    </Box>
  );
}

/** What a unit cost that comes in, or what a unit was sold for that comes back. */
function Money({ kind, line, set, details, fault }: Pick<Props, "kind" | "line" | "set" | "details" | "fault">) {
  const { t } = useTranslation("stock");
  const { money } = useFormats();
  const maySeeCost = useMay("cost:read");
  const sx = { flex: "1 1 140px" };
  if (kind === "customer_return") {
    return <QuantityField label={t("record.unitPrice")} value={line.unit_price} set={(unit_price) => set({ unit_price })} error={Boolean(fault("unit_price"))} helperText={fault("unit_price") ?? (details ? t("record.usualPrice", { price: money(details.price) }) : undefined)} sx={sx} />;
  }
  if (!maySeeCost || !comesIn(kind, line)) {
    return null;
  }
  const hint = details?.cost ? t("record.usualCost", { cost: money(details.cost) }) : undefined;
  return <QuantityField label={t("record.unitCost")} value={line.unit_cost} set={(unit_cost) => set({ unit_cost })} error={Boolean(fault("unit_cost"))} helperText={fault("unit_cost") ?? hint} sx={sx} />;
}

/** The lot or the serial numbers: named when goods come in; chosen of what is there when they go out. */
function Lot({ kind, site, location, line, details, fault, set }: Omit<Props, "remove" | "autoFocus" | "details" | "earlier"> & { details: Details }) {
  const { t } = useTranslation("stock");
  const isIn = comesIn(kind, line);
  const error = { error: Boolean(fault("lot")) };
  if (!isIn && details.tracking === "lot") {
    return <LotPicker site={site} location={location} line={line} details={details} set={set} fault={fault("lot")} />;
  }
  if (details.tracking === "serial") {
    return <TextField label={t("record.serials")} required={isIn} multiline minRows={2} value={line.lot} onChange={(event) => set({ lot: event.target.value })} helperText={fault("lot") ?? t(isIn ? "record.serialsHint" : "record.serialsOutHint")} {...error} />;
  }
  return (
    <Stack direction={{ xs: "column", sm: "row" }} spacing={2}>
      <TextField label={t("record.lot")} required value={line.lot} onChange={(event) => set({ lot: event.target.value })} helperText={fault("lot")} {...error} />
      <TextField type="date" label={t("record.expires")} value={line.expires_on} onChange={(event) => set({ expires_on: event.target.value })} error={Boolean(fault("expires_on"))} helperText={fault("expires_on") ?? (details.shelf_life_days ? t("record.expiresHint", { count: details.shelf_life_days }) : undefined)} slotProps={{ inputLabel: { shrink: true } }} />
    </Stack>
  );
}

function LotPicker({ site, location, line, details, set, fault }: Pick<Props, "site" | "location" | "line" | "set"> & { details: Details; fault: string | undefined }) {
  const { t } = useTranslation("stock");
  const { quantity, day } = useFormats();
  const address = location ? `${site}/${location}` : site;
  const there = useQuery({ ...read("/api/v1/stock/balances", { query: { product: details.id, site, lots: true } }), enabled: Boolean(site) });
  const lots = (there.data?.items[0]?.places ?? []).filter((place) => place.lot && place.location === address);
  return (
    <TextField select label={t("record.lot")} value={lots.some(({ lot }) => lot === line.lot) ? line.lot : ""} onChange={(event) => set({ lot: event.target.value })} error={Boolean(fault)} helperText={fault} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
      <MenuItem value="">{t("record.soonestFirst")}</MenuItem>
      {lots.map((place) => (
        <MenuItem key={place.lot} value={place.lot!}>
          {place.lot} · {quantity(place.on_hand)}
          {place.expires_on && ` · ${t("record.expiresOn", { day: day(place.expires_on) })}`}
        </MenuItem>
      ))}
    </TextField>
  );
}

/** "160 → 159": what the site holds and will hold; a kit holds nothing of its own. */
function Change({ kind, site, line, earlier, details }: Pick<Props, "kind" | "site" | "line" | "earlier"> & { details: Details }) {
  const { t } = useTranslation("stock");
  const { quantity } = useFormats();
  if (details.kind === "kit") {
    return (
      <Typography variant="body2" color="textSecondary">
        {t("record.kit")}
      </Typography>
    );
  }
  const held = details.stock.find(({ code }) => code === site)?.on_hand ?? "0";
  const before = earlier.reduce((units, one) => after(units, kind, one, details.tracking) ?? units, held);
  const then = after(before, kind, line, details.tracking);
  const isBelow = then !== null && compare(then, "0") < 0;
  return (
    <Stack direction="row" spacing={1} sx={{ alignItems: "center", color: isBelow ? "error.main" : "text.secondary" }} role="status">
      <Typography variant="body2">{t("record.onHandAt", { site })}</Typography>
      <Typography variant="body2" className="figures" sx={{ fontWeight: 600 }}>
        {quantity(before)}
      </Typography>
      {then !== null && (
        <>
          <ArrowForwardIcon fontSize="small" titleAccess={t("record.then")} />
          <Typography variant="body2" className="figures" sx={{ fontWeight: 650, color: isBelow ? "error.main" : "text.primary" }}>
            {quantity(then)}
          </Typography>
        </>
      )}
      {isBelow && <Typography variant="body2">{t("record.below")}</Typography>}
    </Stack>
  );
}
