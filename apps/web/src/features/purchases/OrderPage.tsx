import Alert from "@mui/material/Alert";
import PictureAsPdfIcon from "@mui/icons-material/PictureAsPdfOutlined";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink, Link } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { useFailureText } from "../../ui/problems";
import { Attachments } from "../stock/Attachments";
import { Facts, type Fact } from "../stock/Facts";
import { isUnderway, type Order } from "./order";
import { OrderActions } from "./OrderActions";
import { OrderChip } from "./OrderChip";
import { OrderLines } from "./OrderLines";
import { Receipts } from "./Receipts";
import { Sendings } from "./Sendings";
import { Timeline } from "./Timeline";

const route = getRouteApi("/shell/purchases/$orderId");

/** One order: what was ordered, what came, and what is to be done next. */
export function OrderPage() {
  const { t } = useTranslation("purchases");
  const { orderId } = route.useParams();
  const answer = useQuery({
    ...read("/api/v1/purchase-orders/{order_id}", { path: { order_id: orderId } }),
    refetchInterval: ({ state }) => (state.data && isUnderway(state.data) ? 3_000 : false),
  });
  if (answer.data) {
    return <Shown key={orderId} order={answer.data} />;
  }
  return (
    <Page title={t("one")} above={<BackToList />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

function BackToList() {
  const { t: common } = useTranslation();
  return (
    <BackLink to="/purchases" search={{}}>
      {common("nav.purchases")}
    </BackLink>
  );
}

function Shown({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { can } = useSession();
  const { receive } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title={t("titled", { number: order.number })}
      above={<BackToList />}
      subtitle={
        <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <OrderChip state={order.state} />
          {can("supplier:read") ? (
            <Link to="/suppliers/$supplierId" params={{ supplierId: order.supplier.id }}>
              {order.supplier.name}
            </Link>
          ) : (
            <span>{order.supplier.name}</span>
          )}
          <span>{`${order.site.code} · ${order.site.name}`}</span>
        </Stack>
      }
      actions={
        <>
          <Button component="a" href={`/api/v1/purchase-orders/${order.id}/document`} target="_blank" rel="noopener" startIcon={<PictureAsPdfIcon />}>
            PDF
          </Button>
          <OrderActions order={order} isReceiving={receive === true} setReceiving={(open) => void navigate({ search: { receive: open || undefined }, replace: true })} />
        </>
      }
    >
      <SendingNotice order={order} />
      <OrderFacts order={order} />
      <Section title={t("lines")}>
        <OrderLines order={order} />
      </Section>
      <Receipts order={order} />
      <Sendings order={order} />
      <Timeline order={order} />
      <Attachments subject={order.id} of="purchase_order" />
    </Page>
  );
}

/** What becomes of an order that a program hands to the supplier. */
function SendingNotice({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { time } = useFormats();
  const failure = useFailureText();
  const { sending } = order;
  if (order.state !== "approved" || !sending || sending.state === "accepted" || sending.state === "withdrawn") {
    return null;
  }
  const why = sending.why ? ` ${failure(sending.why)}` : "";
  if (sending.state === "waiting") {
    return (
      <Alert severity="info" sx={{ mb: 4 }} role="status">
        {t("sending.waiting", { count: sending.attempts })}
        {sending.attempts > 0 && sending.next_try_at && ` ${t("sending.next", { when: time(sending.next_try_at) })}`}
        {why}
      </Alert>
    );
  }
  return (
    <Alert severity="error" sx={{ mb: 4 }}>
      {t(`sending.${sending.state}`)}
      {why}
    </Alert>
  );
}

function OrderFacts({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { sum, quantity, percent } = useFormats();
  const isForeign = order.value !== null && order.exchange_rate !== "1";
  const facts: Fact[] = [
    can("cost:read") && [common("total"), <strong key="total" className="figures">{sum(order.total, order.currency)}</strong>],
    isForeign && [t("value"), <span key="value" className="figures">{`${sum(order.value)} · ${t("rate", { rate: quantity(order.exchange_rate) })}`}</span>],
    [t("tolerance"), order.over_receipt_tolerance === "0" ? t("noTolerance") : t("withTolerance", { share: percent(Number(order.over_receipt_tolerance) / 100) })],
    order.supplier_reference !== "" && [t("reference"), order.supplier_reference],
    order.note !== "" && [common("note"), order.note],
    order.closing_reason !== "" && [t(order.state === "cancelled" ? "cancelReason" : "closeReason"), order.closing_reason],
  ];
  return <Facts facts={facts} />;
}
