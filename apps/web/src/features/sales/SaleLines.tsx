import AddIcon from "@mui/icons-material/AddOutlined";
import Box from "@mui/material/Box";
import CloseIcon from "@mui/icons-material/Close";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import RemoveIcon from "@mui/icons-material/RemoveOutlined";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { lineTotal, stepped, type SaleLine } from "./sale";

type Props = { lines: readonly SaleLine[]; set: (lines: SaleLine[]) => void; fault: (name: string) => string | undefined; site: string };

/** What is being sold, the latest at the end, each with its quantity and price. */
export function SaleLines({ lines, set, fault }: Props) {
  const { t } = useTranslation("sales");
  if (lines.length === 0) {
    return (
      <Paper variant="outlined" sx={{ p: 8, textAlign: "center" }}>
        <Typography color="textSecondary">{t("new.nothing")}</Typography>
      </Paper>
    );
  }
  const change = (key: string, to: Partial<SaleLine>) => set(lines.map((line) => (line.key === key ? { ...line, ...to } : line)));
  return (
    <Paper variant="outlined">
      <Box component="ul" aria-label={t("new.lines")} sx={{ listStyle: "none", m: 0, p: 0 }}>
        {lines.map((line, index) => (
          <Line key={line.key} line={line} isFirst={index === 0} fault={(field) => fault(`lines/${index}/${field}`)} set={(to) => change(line.key, to)} remove={() => set(lines.filter(({ key }) => key !== line.key))} />
        ))}
      </Box>
    </Paper>
  );
}

function Line({ line, isFirst, fault, set, remove }: { line: SaleLine; isFirst: boolean; fault: (field: string) => string | undefined; set: (to: Partial<SaleLine>) => void; remove: () => void }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { money } = useFormats();
  const { ware } = line;
  const total = lineTotal(line);
  const about = { name: ware.name };
  const others = ["product", "site", "location", ""].map(fault).filter(Boolean).join(" ");
  return (
    <Box component="li" sx={{ p: 3, borderTop: isFirst ? 0 : 1, borderColor: "divider", display: "grid", gap: 2, alignItems: "center", gridTemplateColumns: { xs: "1fr auto", sm: "minmax(0, 1fr) auto 110px 110px 40px" } }}>
      <Box sx={{ minWidth: 0 }}>
        <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{ware.name}</Typography>
        <Typography variant="caption" color="textSecondary">
          {ware.sku}
        </Typography>
      </Box>
      <IconButton aria-label={t("new.remove", about)} onClick={remove} sx={{ order: { sm: 9 } }}>
        <CloseIcon />
      </IconButton>
      <Stack direction="row" sx={{ alignItems: "flex-start" }}>
        <IconButton aria-label={t("new.fewer", about)} onClick={() => set({ quantity: stepped(line.quantity, -1) })} sx={{ width: 40, height: 40 }}>
          <RemoveIcon />
        </IconButton>
        <QuantityField label={common("quantity")} value={line.quantity} set={(quantity) => set({ quantity })} error={Boolean(fault("quantity"))} sx={{ width: 88 }} />
        <IconButton aria-label={t("new.more", about)} onClick={() => set({ quantity: stepped(line.quantity, 1) })} sx={{ width: 40, height: 40 }}>
          <AddIcon />
        </IconButton>
      </Stack>
      <Box sx={{ display: { xs: "none", sm: "block" } }}>
        <QuantityField label={common("price")} value={line.unit_price} set={(unit_price) => set({ unit_price })} error={Boolean(fault("unit_price"))} helperText={fault("unit_price")} />
      </Box>
      <Typography className="figures" sx={{ textAlign: "right", fontWeight: 650 }}>
        {total === null ? "–" : money(total, ware.currency)}
      </Typography>
      <Box sx={{ display: { xs: "block", sm: "none" }, gridColumn: "1 / -1" }}>
        <QuantityField label={common("price")} value={line.unit_price} set={(unit_price) => set({ unit_price })} error={Boolean(fault("unit_price"))} helperText={fault("unit_price")} />
      </Box>
      {(ware.tracking !== "none" || line.lot) && (
        <TextField label={t(ware.tracking === "serial" ? "new.serial" : "new.lot")} value={line.lot} onChange={(event) => set({ lot: event.target.value })} error={Boolean(fault("lot"))} helperText={fault("lot") ?? t("new.lotHint")} sx={{ gridColumn: { xs: "1 / -1", sm: "1 / span 2" } }} />
      )}
      {(fault("quantity") || others) && (
        <Typography variant="body2" color="error" role="alert" sx={{ gridColumn: "1 / -1" }}>
          {[fault("quantity"), others].filter(Boolean).join(" ")}
        </Typography>
      )}
    </Box>
  );
}
