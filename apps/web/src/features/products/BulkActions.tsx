import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import LabelIcon from "@mui/icons-material/QrCode2Outlined";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import MoreIcon from "@mui/icons-material/MoreVert";
import StockIcon from "@mui/icons-material/SwapVertOutlined";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { LinkButton } from "../../ui/links";
import type { ProductItem, ProductRef } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useMayRecord } from "./recording";

type Props = { chosen: ProductItem[]; clear: () => void; record: (product: ProductRef) => void; all?: Schemas["ProductFilter"] | null };
type Choice = { products: readonly Pick<ProductItem, "id" | "version">[] } | { matching: Schemas["ProductFilter"] };
type Change = Choice & { active: boolean; isUndo?: boolean };

/** What can be done with several products at once: with those chosen, or with `all` that these filters find. */
export function BulkActions({ chosen, clear, record, all = null }: Props) {
  const { t } = useTranslation(["products", "common"]);
  const mayRecord = useMayRecord();
  const mayWrite = useMay("product:write");
  const mayDeactivate = useMay("product:delete") && mayWrite;
  const mayPrint = useMay("product:read");
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const setActive = useSetActive();
  const assign = useAssignCodes();
  const only = chosen.length === 1 && !all ? chosen[0] : undefined;
  const run = (deed: () => void) => () => {
    setAnchor(null);
    deed();
    clear();
  };
  const change = (active: boolean) => run(() => setActive.mutate({ ...(all ? { matching: all } : { products: chosen.filter((one) => one.active !== active) }), active }));
  const some = (active: boolean) => (all ? all.active !== !active : chosen.some((one) => one.active === active));
  return (
    <>
      {mayPrint && !all && (
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
            <MenuItem onClick={run(() => assign.mutate(all ? { matching: all } : { products: chosen.map(({ id }) => id) }))}>{t("codes.assign")}</MenuItem>
            {mayDeactivate && some(false) && <MenuItem onClick={change(true)}>{t("activate")}</MenuItem>}
            {mayDeactivate && some(true) && <MenuItem onClick={change(false)}>{t("deactivate")}</MenuItem>}
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
    ({ active, ...choice }: Change) => {
      const which = "matching" in choice ? { matching: choice.matching } : { products: choice.products.map(({ id, version }) => ({ id, version })) };
      return data(api.POST("/api/v1/products:set-active", { body: { active, ...which } }));
    },
    {
      touches: ["products"],
      done: ({ items, passed_over }, { active, isUndo }) => {
        const missed = passed_over.length;
        const text = items.length > 0 || missed === 0 ? t(active ? "activated" : "deactivated", { count: items.length }) : "";
        const mayUndo = !isUndo && items.length > 0;
        toast({
          text: missed ? `${text} ${t("notChanged", { count: missed })}`.trim() : text,
          severity: missed ? "warning" : "success",
          ...(mayUndo ? { action: { label: t("common:undo"), do: () => act.mutate({ products: items, active: !active, isUndo: true }) } } : {}),
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
  return useAct((which: Omit<Schemas["AssignBarcodes"], "prefix">) => data(api.POST("/api/v1/products:assign-barcodes", { body: which })), {
    touches: ["products"],
    done: ({ items }) => toast({ text: t("codes.assigned", { count: items.length }), severity: items.length ? "success" : "info" }),
  });
}
