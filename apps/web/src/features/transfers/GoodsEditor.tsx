import AddIcon from "@mui/icons-material/AddOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CloseIcon from "@mui/icons-material/Close";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import RemoveIcon from "@mui/icons-material/RemoveOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { QuantityField } from "../../ui/QuantityField";
import { stepped, type Ware } from "../sales/sale";
import { useScans } from "../sales/useScans";
import { WareField } from "../sales/WareField";
import { useWares } from "../sales/wares";
import { withMore, type GoodsLine } from "./goods";

type Props = {
  lines: readonly GoodsLine[];
  /** A change of what is there: codes may come faster than the page is drawn. */
  change: (to: (lines: readonly GoodsLine[]) => GoodsLine[]) => void;
  fault: (name: string) => string | undefined;
  /** What is said of a line: what is there of it. */
  note: (line: GoodsLine) => ReactNode;
  lots?: boolean;
};

/** A list of goods: scanned, typed or searched for, each with its quantity. */
export function GoodsEditor({ lines, change, fault, note, lots }: Props) {
  const { t } = useTranslation("transfers");
  const field = useRef<HTMLInputElement>(null);
  const wares = useWares();
  const scans = useScans(wares, ({ ware, quantity, lot }) => change((before) => withMore(before, ware, quantity, lots ? lot : "")));
  const set = (key: string, to: Partial<GoodsLine>) => change((before) => before.map((line) => (line.key === key ? { ...line, ...to } : line)));
  return (
    <Stack spacing={3}>
      <WareField field={field} search={wares.search} choose={scans.choose} scan={scans.scan} enter={() => undefined} label={t("goods.scan")} hint={t("goods.scanHint")} aside={({ sku }) => sku} />
      {scans.unknown && <UnknownCode unknown={scans.unknown} choose={scans.choose} close={scans.forget} />}
      {fault("lines") && (
        <Typography variant="body2" color="error" role="alert">
          {fault("lines")}
        </Typography>
      )}
      {lines.length === 0 ? (
        <Paper variant="outlined" sx={{ p: 8, textAlign: "center" }}>
          <Typography color="textSecondary">{t("goods.nothing")}</Typography>
        </Paper>
      ) : (
        <Paper variant="outlined" component="ul" aria-label={t("goods.lines")} sx={{ listStyle: "none", m: 0, p: 0 }}>
          {lines.map((line, index) => (
            <Line
              key={line.key}
              line={line}
              isFirst={index === 0}
              fault={(name) => fault(`lines/${index}${name ? `/${name}` : ""}`)}
              set={(to) => set(line.key, to)}
              remove={() => change((before) => before.filter(({ key }) => key !== line.key))}
              note={note(line)}
              lots={Boolean(lots)}
            />
          ))}
        </Paper>
      )}
    </Stack>
  );
}

type LineProps = { line: GoodsLine; isFirst: boolean; fault: (name: string) => string | undefined; set: (to: Partial<GoodsLine>) => void; remove: () => void; note: ReactNode; lots: boolean };

function Line({ line, isFirst, fault, set, remove, note, lots }: LineProps) {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { ware } = line;
  const about = { name: ware.name };
  const faults = ["", "product", "quantity"].map(fault).filter(Boolean).join(" ");
  return (
    <Box component="li" sx={{ p: 3, borderTop: isFirst ? 0 : 1, borderColor: "divider", display: "grid", gap: 2, alignItems: "center", gridTemplateColumns: { xs: "1fr auto", sm: "minmax(0, 1fr) minmax(120px, auto) auto 40px" } }}>
      <Box sx={{ minWidth: 0 }}>
        <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{ware.name}</Typography>
        <Typography variant="caption" color="textSecondary">
          {ware.sku}
        </Typography>
      </Box>
      <IconButton aria-label={t("goods.remove", about)} onClick={remove} sx={{ order: { sm: 9 } }}>
        <CloseIcon />
      </IconButton>
      <Box sx={{ textAlign: { sm: "right" }, fontSize: "0.875rem" }}>{note}</Box>
      <Stack direction="row" sx={{ alignItems: "flex-start", justifySelf: "end" }}>
        <IconButton aria-label={t("goods.fewer", about)} onClick={() => set({ quantity: stepped(line.quantity, -1) })} sx={{ width: 40, height: 40 }}>
          <RemoveIcon />
        </IconButton>
        <QuantityField label={common("quantity")} value={line.quantity} set={(quantity) => set({ quantity })} error={Boolean(fault("quantity"))} sx={{ width: 96 }} />
        <IconButton aria-label={t("goods.more", about)} onClick={() => set({ quantity: stepped(line.quantity, 1) })} sx={{ width: 40, height: 40 }}>
          <AddIcon />
        </IconButton>
      </Stack>
      {lots && (ware.tracking !== "none" || line.lot) && (
        <TextField label={t(ware.tracking === "serial" ? "goods.serial" : "goods.lot")} value={line.lot} onChange={(event) => set({ lot: event.target.value })} error={Boolean(fault("lot"))} helperText={fault("lot") ?? t("goods.lotHint")} sx={{ gridColumn: "1 / -1", maxWidth: 360, order: 10 }} />
      )}
      {faults && (
        <Typography variant="body2" color="error" role="alert" sx={{ gridColumn: "1 / -1", order: 11 }}>
          {faults}
        </Typography>
      )}
    </Box>
  );
}

type Unknown = NonNullable<ReturnType<typeof useScans>["unknown"]>;

/** A code that names no product, with those that may have been meant. */
export function UnknownCode({ unknown, choose, close, action }: { unknown: Unknown; choose: (ware: Ware) => void; close: () => void; action?: ReactNode }) {
  const { t } = useTranslation("transfers");
  const told = unknown.isOffline ? "goods.unknownOffline" : unknown.near.length > 0 ? "goods.which" : "goods.unknown";
  return (
    <Alert severity="warning" role="alert" onClose={close}>
      {t(told, { code: unknown.code })}
      <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", mt: 1 }}>
        {unknown.near.map((ware) => (
          <Button key={ware.id} size="small" variant="outlined" color="inherit" onClick={() => choose(ware)}>
            {ware.sku} · {ware.name}
          </Button>
        ))}
        {action}
      </Stack>
    </Alert>
  );
}
