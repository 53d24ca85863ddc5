import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import LabelIcon from "@mui/icons-material/QrCode2Outlined";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import MoreIcon from "@mui/icons-material/MoreVert";
import StockIcon from "@mui/icons-material/SwapVertOutlined";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { LinkButton } from "../../ui/links";
import type { ProductItem, ProductRef } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useMayRecord } from "./recording";

type Props = { chosen: ProductItem[]; clear: () => void; record: (product: ProductRef) => void };
type Change = { products: readonly Pick<ProductItem, "id" | "version">[]; active: boolean; isUndo?: boolean };

/** What can be done with several products at once. */
export function BulkActions({ chosen, clear, record }: Props) {
  const { t } = useTranslation(["products", "common"]);
  const mayRecord = useMayRecord();
  const mayWrite = useMay("product:write");
  const mayDeactivate = useMay("product:delete") && mayWrite;
  const mayPrint = useMay("product:read");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const setActive = useSetActive();
  const assign = useAssignCodes();
  const only = chosen.length === 1 ? chosen[0] : undefined;
  const run = (deed: () => void) => () => {
    setAnchor(null);
    deed();
    clear();
  };
  const change = (active: boolean) => run(() => setActive.mutate({ products: chosen.filter((one) => one.active !== active), active }));
  return (
    <>
      {mayPrint && (
        <LinkButton to="/labels" search={{ products: chosen.map(({ id }) => id).join(",") }} size="small" variant="outlined" startIcon={<LabelIcon />}>
          {t("bulk.labels")}
        </LinkButton>
      )}
      {mayRecord && only && only.kind !== "kit" && only.active && (
        <Button size="small" variant="outlined" startIcon={<StockIcon />} onClick={() => record(only)}>
          {t("adjust")}
        </Button>
      )}
      {mayWrite && (
        <>
          <IconButton size="small" aria-label={t("common:more")} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
            <MoreIcon />
          </IconButton>
          <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
            <MenuItem onClick={run(() => assign.mutate(chosen.map(({ id }) => id)))}>{t("codes.assign")}</MenuItem>
            {mayDeactivate && chosen.some(({ active }) => !active) && <MenuItem onClick={change(true)}>{t("activate")}</MenuItem>}
            {mayDeactivate && chosen.some(({ active }) => active) && <MenuItem onClick={change(false)}>{t("deactivate")}</MenuItem>}
          </Menu>
        </>
      )}
    </>
  );
}

/** Takes products out of what is sold, or back in. Of several, those that somebody else has changed meanwhile stay as they are, and it is said. */
export function useSetActive() {
  const { t } = useTranslation(["products", "common"]);
  const toast = useToast();
  const act = useAct(
    async ({ products, active }: Change) => {
      const changed: { id: string; version: number }[] = [];
      let refused: unknown;
      for (const { id, version } of products) {
        try {
          const now = await data(api.PATCH("/api/v1/products/{product_id}", { params: { path: { product_id: id }, header: ifUnchanged(version) }, body: { active } }));
          changed.push({ id, version: now.version });
        } catch (error) {
          refused = error;
        }
      }
      if (changed.length === 0 && refused) {
        throw refused;
      }
      return changed;
    },
    {
      touches: ["products"],
      done: (changed, { products, active, isUndo }) => {
        const text = t(active ? "activated" : "deactivated", { count: changed.length });
        const missed = products.length - changed.length;
        toast({
          text: missed ? `${text} ${t("notChanged", { count: missed })}` : text,
          severity: missed ? "warning" : "success",
          ...(isUndo ? {} : { action: { label: t("common:undo"), do: () => act.mutate({ products: changed, active: !active, isUndo: true }) } }),
        });
      },
    },
  );
  return act;
}

/** Gives those that have no barcode one of the shop's own. */
export function useAssignCodes() {
  const { t } = useTranslation("products");
  const toast = useToast();
  return useAct((products: string[]) => data(api.POST("/api/v1/products:assign-barcodes", { body: { products } })), {
    touches: ["products"],
    done: ({ items }) => toast({ text: t("codes.assigned", { count: items.length }), severity: items.length ? "success" : "info" }),
  });
}
