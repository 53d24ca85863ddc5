import CheckIcon from "@mui/icons-material/CheckCircleOutlined";
import EmptyIcon from "@mui/icons-material/RemoveShoppingCartOutlined";
import LowIcon from "@mui/icons-material/TrendingDownOutlined";
import PauseIcon from "@mui/icons-material/PauseCircleOutlined";
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { compare } from "../../ui/formats";

export type Status = "inactive" | "out" | "low" | "ok";

/** How a product stands. Of a kit there is no stock but what its parts suffice for. */
export function statusOf(product: { active: boolean; kind: string; on_hand: string; available: string; low: boolean }): Status {
  if (!product.active) {
    return "inactive";
  }
  if (compare(product.kind === "kit" ? product.available : product.on_hand, "0") <= 0) {
    return "out";
  }
  return product.low ? "low" : "ok";
}

const LOOKS = {
  inactive: { icon: PauseIcon, colour: "text.secondary" },
  out: { icon: EmptyIcon, colour: "error.main" },
  low: { icon: LowIcon, colour: "warning.main" },
  ok: { icon: CheckIcon, colour: "success.main" },
} as const;

/** A status by word, sign and colour. */
export function StockStatus({ status }: { status: Status }) {
  const { t } = useTranslation("products");
  const { icon: Icon, colour } = LOOKS[status];
  return (
    <Box component="span" sx={{ display: "inline-flex", verticalAlign: "middle", alignItems: "center", gap: 1, color: colour, whiteSpace: "nowrap", fontSize: "0.875rem" }}>
      <Icon fontSize="small" aria-hidden="true" />
      {t(`status.${status}`)}
    </Box>
  );
}
