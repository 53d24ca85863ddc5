import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { ProductPicker, type ProductRef } from "../../ui/pickers";
import { SearchField } from "../../ui/SearchField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useList, type Item } from "../../ui/useList";
import { ItemState } from "./ItemState";
import { TOUCHED, useReason, type Plugin } from "./plugin";
import { StateFilter } from "./StateFilter";

const route = getRouteApi("/shell/apps/$pluginId");
const STATES = ["unmatched", "ambiguous", "linked", "ignored", "gone"] as const;
type ShopItem = Item<"/api/v1/channels/{plugin_id}/items">;
type Decision = Schemas["ItemDecision"];

/** What the shop sells and which product each of it is: people decide where SKU and barcode do not. */
export function ItemsTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { can } = useSession();
  const { money } = useFormats();
  const reason = useReason();
  const [linking, setLinking] = useState<ShopItem | null>(null);
  const state = STATES.find((one) => one === search.state);
  const list = useList("/api/v1/channels/{plugin_id}/items", { path: { plugin_id: plugin.id }, query: { ...(state ? { state } : {}), ...(search.q ? { q: search.q } : {}) } });
  const decide = useDecide(plugin);
  const mayWrite = can("plugin:write");
  const mayCreate = mayWrite && can("product:write");
  const narrow = (change: { state?: string | undefined; q?: string | undefined }) => void navigate({ search: { tab: "items", state, q: search.q, ...change }, replace: true });
  const all = (items: readonly ShopItem[], decision: "ignore" | "create", clear?: () => void) =>
    decide.mutate(
      items.map(({ id }) => ({ item: id, decision })),
      clear ? { onSuccess: clear } : {},
    );
  const acts = (item: ShopItem) => (
    <Stack direction="row" sx={{ justifyContent: "flex-end", flexWrap: "wrap" }}>
      <Button size="small" aria-label={`${t("item.link")}: ${item.title}`} onClick={() => setLinking(item)}>
        {t("item.link")}
      </Button>
      {mayCreate && item.state !== "linked" && (
        <Button size="small" aria-label={`${t("item.create")}: ${item.title}`} onClick={() => all([item], "create")}>
          {t("item.create")}
        </Button>
      )}
      {item.state !== "ignored" && (
        <Button size="small" aria-label={`${t("item.ignore")}: ${item.title}`} onClick={() => all([item], "ignore")}>
          {t("item.ignore")}
        </Button>
      )}
    </Stack>
  );
  return (
    <>
      <DataTable
        caption={t("tab.items")}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("item.empty"), hint: t("item.emptyHint") }}
        narrowed={state || search.q ? { clear: () => narrow({ state: undefined, q: undefined }) } : null}
        toolbar={
          <>
            <SearchField label={t("item.search")} value={search.q ?? ""} set={(q) => narrow({ q: q || undefined })} />
            <StateFilter states={STATES} words={(one) => t(`item.state.${one}`)} value={state} set={(to) => narrow({ state: to })} />
          </>
        }
        {...(mayWrite && {
          selection: (chosen: ShopItem[], clear: () => void) => (
            <>
              {mayCreate && (
                <Button size="small" variant="outlined" loading={decide.isPending} onClick={() => all(chosen, "create", clear)}>
                  {t("item.create")}
                </Button>
              )}
              <Button size="small" variant="outlined" loading={decide.isPending} onClick={() => all(chosen, "ignore", clear)}>
                {t("item.ignore")}
              </Button>
            </>
          ),
        })}
        columns={[
          {
            id: "item",
            header: t("item.name"),
            cell: (item) => (
              <Box>
                {item.product ? (
                  <Link to="/products/$productId" params={{ productId: item.product.id }} sx={{ fontWeight: 600, color: "text.primary" }}>
                    {item.title}
                  </Link>
                ) : (
                  <strong>{item.title}</strong>
                )}
                <Typography variant="caption" color="textSecondary" component="p">
                  {[item.sku, item.barcode].filter(Boolean).join(" · ") || item.external_id}
                </Typography>
              </Box>
            ),
          },
          { id: "state", header: t("common:status"), cell: (item) => <ItemState state={item.state} /> },
          { id: "product", header: t("common:product"), cell: (item) => <Fit item={item} /> },
          { id: "price", header: t("common:price"), align: "right", cell: (item) => money(item.price) },
          { id: "note", header: t("common:note"), cell: (item) => (item.price_error ? reason(item.price_error) : item.counted ? "–" : t("item.uncounted")) },
          ...(mayWrite ? [{ id: "act", header: "", align: "right" as const, cell: acts }] : []),
        ]}
      />
      {linking && <LinkDrawer plugin={plugin} item={linking} close={() => setLinking(null)} />}
    </>
  );
}

/** The product that an item is, or those that it could be. */
function Fit({ item }: { item: ShopItem }) {
  const { t } = useTranslation("apps");
  if (item.product) {
    return (
      <>
        {item.product.name}
        <Typography variant="caption" color="textSecondary" component="p">
          {item.matched_by ? t(`item.by.${item.matched_by}` as "item.by.sku", { sku: item.product.sku, defaultValue: item.product.sku }) : item.product.sku}
        </Typography>
      </>
    );
  }
  const could = [item.by_sku, item.by_barcode].filter((one) => one !== null);
  return could.length > 0 ? t("item.could", { names: could.map((one) => one.sku).join(", ") }) : "–";
}

function useDecide(plugin: Plugin) {
  const { t } = useTranslation("apps");
  const toast = useToast();
  return useAct((items: Decision[]) => data(api.POST("/api/v1/channels/{plugin_id}/items/decide", { params: { path: { plugin_id: plugin.id } }, body: { items } })), {
    touches: [...TOUCHED, "products"],
    done: ({ items }) => toast({ text: t("item.decided", { count: items.length }) }),
  });
}

function LinkDrawer({ plugin, item, close }: { plugin: Plugin; item: ShopItem; close: () => void }) {
  const { t } = useTranslation(["apps", "common"]);
  const toast = useToast();
  const first = item.product ?? item.by_sku ?? item.by_barcode;
  const form = useForm<{ product: ProductRef | null }, unknown>({
    initial: { product: first },
    touches: TOUCHED,
    send: ({ product }) => api.POST("/api/v1/channels/{plugin_id}/items/{item_id}/link", { params: { path: { plugin_id: plugin.id, item_id: item.id } }, body: { product: product?.id ?? "" } }),
    done: () => {
      close();
      toast({ text: t("item.decided", { count: 1 }) });
    },
  });
  return (
    <FormDrawer open title={t("item.linkTitle", { title: item.title })} close={close} form={form} action={t("item.link")} disabled={!form.values.product}>
      <Typography variant="body2" color="textSecondary">
        {[item.sku, item.barcode].filter(Boolean).join(" · ")}
      </Typography>
      <ProductPicker autoFocus required label={t("common:product")} value={form.values.product} set={(product) => form.set("product", product)} error={Boolean(form.fault("product"))} helperText={form.fault("product")} />
    </FormDrawer>
  );
}
