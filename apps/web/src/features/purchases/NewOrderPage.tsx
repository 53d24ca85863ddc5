import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, once } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { LateSkeleton } from "../../ui/Listing";
import { BackLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { useSites } from "../../ui/pickers";
import { useForm } from "../../ui/useForm";
import { TOUCHED, orderable, type Order } from "./order";
import { bodyOf, OrderForm, useCatalogue, type OrderDraft, type SupplierChoice } from "./OrderForm";

const route = getRouteApi("/shell/purchases/new");

/** Drafts an order; the address may say of whom, for where and for which product. */
export function NewOrderPage() {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const search = route.useSearch();
  const supplier = useQuery({ ...read("/api/v1/suppliers/{supplier_id}", { path: { supplier_id: search.supplier ?? "" } }), enabled: Boolean(search.supplier) });
  const catalogue = useCatalogue(search.product ? search.supplier : undefined);
  const sites = useSites();
  const { worksAt } = useSession();
  const mine = (sites.data ?? []).filter((site) => site.active && worksAt(site.id));
  const isReady = !sites.isLoading && !supplier.isLoading && !catalogue.isLoading;
  const item = catalogue.data?.items.find(({ product }) => product === search.product);
  const initial: OrderDraft = {
    supplier: supplier.data ?? null,
    site: search.site ?? (mine.length === 1 ? mine[0]!.code : ""),
    exchange_rate: "",
    over_receipt_tolerance: "",
    note: "",
    lines: item ? [{ item, product: { id: item.product, sku: item.sku, name: item.name }, quantity: orderable(item, "1"), unit_price: "", expected_on: "" }] : [],
  };
  return (
    <Page
      title={t("new.title")}
      above={
        <BackLink to="/purchases" search={{}}>
          {common("nav.purchases")}
        </BackLink>
      }
    >
      {isReady ? <New initial={initial} /> : <LateSkeleton />}
    </Page>
  );
}

function New({ initial }: { initial: OrderDraft }) {
  const { t } = useTranslation("purchases");
  const navigate = route.useNavigate();
  const form = useForm<OrderDraft, Order>({
    initial,
    touches: TOUCHED,
    done: (order) => void navigate({ to: "/purchases/$orderId", params: { orderId: order.id }, search: {} }),
    send: (draft, key) => data(api.POST("/api/v1/purchase-orders", { params: { header: once(key) }, body: { supplier: (draft.supplier as SupplierChoice).id, ...bodyOf(draft) } })),
  });
  return <OrderForm form={form} isNew action={t("new.save")} cancel={() => void navigate({ to: "/purchases", search: {} })} />;
}
