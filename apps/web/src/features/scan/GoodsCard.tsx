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
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { QuantityField } from "../../ui/QuantityField";
import { useMay } from "../../session/session";
import { Picture } from "../products/Picture";
import type { Goods } from "./goods";
import { stepped, type Card } from "./log";

/** What was scanned: its picture, name and stock by site. */
export function GoodsHead({ goods, code, here, close }: { goods: Goods; code: string; here: string; close?: () => void }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { money, quantity } = useFormats();
  const mayRead = useMay("product:read");
  const sites = [...(goods.sites ?? [])].sort((one, other) => Number(other.code === here) - Number(one.code === here));
  return (
    <>
      <Stack direction="row" spacing={3} sx={{ alignItems: "flex-start" }}>
        <Picture src={goods.image} size={64} />
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="h2" sx={{ overflowWrap: "anywhere" }}>
            {mayRead ? (
              <Link to="/products/$productId" params={{ productId: goods.id }} color="inherit">
                {goods.name}
              </Link>
            ) : (
              goods.name
            )}
          </Typography>
          <Typography variant="body2" color="textSecondary" className="figures" sx={{ overflowWrap: "anywhere" }}>
            {[goods.sku, code.toLowerCase() === goods.sku.toLowerCase() ? "" : code, goods.price === null ? "" : money(goods.price, goods.currency)].filter(Boolean).join(" · ")}
          </Typography>
        </Box>
        {close && (
          <IconButton onClick={close} aria-label={common("close")} sx={{ mt: -1, mr: -1 }}>
            <CloseIcon />
          </IconButton>
        )}
      </Stack>
      {!goods.active && <Alert severity="warning">{t("card.inactive")}</Alert>}
      {goods.sites === null ? (
        <Typography variant="body2" color="textSecondary">
          {mayRead ? t("card.stockUnknown") : t("card.stockHidden")}
        </Typography>
      ) : (
        <Box component="ul" aria-label={t("card.stock")} sx={{ listStyle: "none", m: 0, p: 0, display: "flex", flexWrap: "wrap", columnGap: 4, rowGap: 1 }}>
          {sites.length === 0 && <li>{t("card.noStock")}</li>}
          {sites.map((site) => (
            <Box component="li" key={site.site} sx={{ fontWeight: site.code === here ? 650 : 400, fontSize: "0.875rem" }} title={site.name}>
              {site.code}{" "}
              <span className="figures">
                {quantity(site.on_hand)}
                {site.available !== site.on_hand && ` (${t("card.available", { quantity: quantity(site.available) })})`}
              </span>
            </Box>
          ))}
        </Box>
      )}
    </>
  );
}

type Props = {
  card: Card;
  here: string;
  set: (to: Partial<Card>) => void;
  close: () => void;
  /** What the one large button says and does. */
  action: string;
  act: () => void;
  busy: boolean;
  disabled?: boolean;
  fault: string | null;
  /** Whether goods come in: a lot may need its day. */
  comesIn?: boolean;
  children?: ReactNode;
};

/** A product with how many of it, and one large button. */
export function GoodsCard({ card, here, set, close, action, act, busy, disabled, fault, comesIn, children }: Props) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { tracking } = card.goods;
  return (
    <Paper
      variant="outlined"
      component="form"
      noValidate
      aria-label={card.goods.name}
      onSubmit={(event) => {
        event.preventDefault();
        act();
      }}
      sx={{ p: 4 }}
    >
      <Stack spacing={3}>
        <GoodsHead goods={card.goods} code={card.code} here={here} close={close} />
        {children}
        <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <IconButton size="large" aria-label={t("card.fewer")} onClick={() => set({ quantity: stepped(card.quantity, -1) })} sx={{ border: 1, borderColor: "divider", width: 48, height: 48 }}>
            <RemoveIcon />
          </IconButton>
          <QuantityField label={common("quantity")} value={card.quantity} set={(quantity) => set({ quantity })} sx={{ width: 112, flex: "none", "& input": { textAlign: "center" } }} />
          <IconButton size="large" aria-label={t("card.more")} onClick={() => set({ quantity: stepped(card.quantity, 1) })} sx={{ border: 1, borderColor: "divider", width: 48, height: 48 }}>
            <AddIcon />
          </IconButton>
          {tracking !== "none" && (
            <TextField
              label={t(tracking === "serial" ? "card.serial" : "card.lot")}
              value={card.lot}
              onChange={(event) => set({ lot: event.target.value })}
              slotProps={{ htmlInput: { autoComplete: "off", autoCapitalize: "characters" } }}
              sx={{ flex: "1 1 140px", width: "auto" }}
            />
          )}
          {tracking !== "none" && comesIn && (
            <TextField type="date" label={t("card.expires")} value={card.expires_on} onChange={(event) => set({ expires_on: event.target.value })} slotProps={{ inputLabel: { shrink: true } }} sx={{ flex: "1 1 160px", width: "auto" }} />
          )}
        </Stack>
        {fault && <Alert severity="error">{fault}</Alert>}
        <Button type="submit" variant="contained" size="large" fullWidth loading={busy} disabled={disabled ?? false} sx={{ minHeight: 56, fontSize: "1.0625rem" }}>
          {action}
        </Button>
      </Stack>
    </Paper>
  );
}
