import Alert from "@mui/material/Alert";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged } from "../../api/client";
import { read } from "../../api/query";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { BackLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { useForm } from "../../ui/useForm";
import type { SupplierItem } from "../suppliers/leadTime";
import { allows, TOUCHED, type Order } from "./order";
import { bodyOf, draftOf, OrderForm, useCatalogue, type OrderDraft } from "./OrderForm";

const route = getRouteApi("/shell/purchases/$orderId/edit");

/** Changes a draft. */
export function EditOrderPage() {
  const { t } = useTranslation("purchases");
  const { orderId } = route.useParams();
  const order = useQuery(read("/api/v1/purchase-orders/{order_id}", { path: { order_id: orderId } }));
  const catalogue = useCatalogue(order.data?.supplier.id);
  const failed = [order, catalogue].find(({ error }) => error);
  return (
    <Page
      title={t("edit.title", { number: order.data?.number ?? "" })}
      above={
        <BackLink to="/purchases/$orderId" params={{ orderId }} search={{}}>
          {order.data ? t("numbered", { number: order.data.number }) : t("one")}
        </BackLink>
      }
    >
      {failed ? (
        <Failure state={{ error: failed.error, retry: () => void failed.refetch() }} />
      ) : !order.data || !catalogue.data ? (
        <LateSkeleton />
      ) : allows(order.data.state, "change") ? (
        <Edit order={order.data} items={catalogue.data.items} />
      ) : (
        <Alert severity="info">{t("edit.tooLate")}</Alert>
      )}
    </Page>
  );
}

function Edit({ order: latest, items }: { order: Order; items: SupplierItem[] }) {
  const { t } = useTranslation("purchases");
  const navigate = route.useNavigate();
  // What was there when one began: a change that somebody makes meanwhile is not overwritten.
  const [order] = useState(latest);
  const back = () => void navigate({ to: "/purchases/$orderId", params: { orderId: order.id }, search: {} });
  const form = useForm<OrderDraft, Order>({
    initial: draftOf(order, items),
    touches: TOUCHED,
    done: back,
    send: ({ exchange_rate, ...draft }) =>
      data(
        api.PATCH("/api/v1/purchase-orders/{order_id}", {
          params: { path: { order_id: order.id }, header: ifUnchanged(order.version) },
          body: bodyOf({ ...draft, exchange_rate: exchange_rate === order.exchange_rate ? "" : exchange_rate }),
        }),
      ),
  });
  return <OrderForm form={form} isNew={false} action={t("edit.save")} cancel={back} />;
}
