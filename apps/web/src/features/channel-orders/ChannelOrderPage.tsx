import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, plus, times, useFormats } from "../../ui/formats";
import { BackLink, Link, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useNotedText } from "../../ui/problems";
import { useToast } from "../../ui/toasts";
import { Facts, type Fact } from "../stock/Facts";
import { useActorName } from "../stock/people";
import { ChannelOrderChip, nameOf, useChannelName, type ChannelOrder } from "./words";

const route = getRouteApi("/shell/channel-orders/$orderId");
const READ = { isPending: false, error: null, retry: () => undefined };
type Line = ChannelOrder["lines"][number];
type OrderFact = ChannelOrder["fulfilments"][number];

/** One order of a shop: what is reserved, what is lacking, what left and what came back. */
export function ChannelOrderPage() {
  const { t } = useTranslation("channelOrders");
  const { orderId } = route.useParams();
  const answer = useQuery(read("/api/v1/channel-orders/{order_id}", { path: { order_id: orderId } }));
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
    <BackLink to="/channel-orders" search={{}}>
      {common("nav.channel_orders")}
    </BackLink>
  );
}

function Shown({ order }: { order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const channel = useChannelName();
  return (
    <Page
      title={t("titled", { number: nameOf(order) })}
      above={<BackToList />}
      subtitle={
        <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <ChannelOrderChip state={order.state} />
          <span>{channel(order.channel)}</span>
          {order.buyer && <span>{order.buyer}</span>}
        </Stack>
      }
      actions={<Settle order={order} />}
    >
      <Problems order={order} />
      <OrderFacts order={order} />
      <Section title={t("lines")}>
        <DataTable bare caption={t("lines")} columns={useLineColumns(order)} rows={order.lines} rowId={({ id }) => id} list={READ} empty={{ title: t("noLines") }} />
      </Section>
      <Happenings title={t("fulfilments")} facts={order.fulfilments} order={order} />
      <Happenings title={t("returns")} facts={order.returns} order={order} />
      <History order={order} />
    </Page>
  );
}

/** Ends what left or came back and is not in the books, where a person has put the stock right. */
function Settle({ order }: { order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const act = useAct(
    (reason: string, key) => data(api.POST("/api/v1/channel-orders/{order_id}/settle", { params: { path: { order_id: order.id }, header: once(key) }, body: { reason } })),
    {
      touches: ["channel-orders", "dashboard"],
      quiet: true,
      done: () => {
        setAsking(false);
        toast({ text: t("settle.done") });
      },
    },
  );
  const parts = [...order.fulfilments, ...order.returns].flatMap(({ lines }) => lines);
  if (!can("channel_order:settle") || !parts.some(({ owed }) => compare(owed, "0") > 0)) {
    return null;
  }
  return (
    <>
      <Button variant="contained" onClick={() => setAsking(true)}>
        {t("settle.open")}
      </Button>
      <ReasonDialog open={isAsking} title={t("settle.open")} text={t("settle.text")} action={t("settle.act")} reason={common("reason")} close={() => { setAsking(false); act.reset(); }} act={(reason) => act.mutate(reason)} busy={act.isPending} problem={act.error} />
    </>
  );
}

/** Why something cannot be done, and what to do about it. */
function Problems({ order }: { order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity } = useFormats();
  const noted = useNotedText();
  const found = [...new Set([...order.lines, ...order.fulfilments, ...order.returns].map(({ problem }) => problem).filter((problem): problem is string => Boolean(problem)))];
  const sum = (amounts: string[]) => plus("0", ...amounts);
  const short = sum(order.lines.flatMap(({ reservations }) => reservations.map((one) => one.short)));
  const owed = sum(order.lines.map((line) => line.owed));
  const wantsApp = found.includes("no_product") || found.includes("unknown_location");
  if (order.state === "fulfilled" || order.state === "cancelled" || (!order.problem && found.length === 0 && compare(short, "0") <= 0 && compare(owed, "0") <= 0)) {
    return null;
  }
  return (
    <Alert
      severity="warning"
      sx={{ mb: 4 }}
      action={
        wantsApp &&
        can("plugin:read") && (
          <LinkButton to={"/apps" as "/"} color="inherit" size="small">
            {common("nav.apps")}
          </LinkButton>
        )
      }
    >
      {order.problem && <div>{noted(order.problem_code, order.problem)}</div>}
      {found.map((problem) => (
        <div key={problem}>{t(`problem.${problem}` as "problem.no_product", { defaultValue: problem })}</div>
      ))}
      {compare(short, "0") > 0 && <div>{t("shortText", { quantity: quantity(short) })}</div>}
      {compare(owed, "0") > 0 && <div>{t("owedText", { quantity: quantity(owed) })}</div>}
    </Alert>
  );
}

function OrderFacts({ order }: { order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const { time, sum } = useFormats();
  const total = plus("0", ...order.lines.map((line) => times(line.quantity, line.unit_price)));
  const facts: Fact[] = [
    [common("total"), <strong key="total" className="figures">{sum(total, order.currency)}</strong>],
    [common("site"), order.site ? `${order.site.code} · ${order.site.name}` : (order.location ?? "–")],
    [t("placed"), time(order.placed_at)],
    [t("changed"), time(order.changed_at)],
    [t("imported"), time(order.imported_at)],
    order.cancelled_at !== null && [t("cancelled"), time(order.cancelled_at)],
    order.number !== "" && order.external_id !== order.number && [t("externalId"), order.external_id],
  ];
  return <Facts facts={facts} />;
}

function useLineColumns(order: ChannelOrder): readonly Column<Line>[] {
  const { t } = useTranslation("channelOrders");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity, money } = useFormats();
  const figures = (text: string) => <span className="figures">{text}</span>;
  const columns: (Column<Line> | false)[] = [
    {
      id: "product",
      header: common("product"),
      cell: (line) => (
        <>
          {line.product && can("product:read") ? (
            <Link to="/products/$productId" params={{ productId: line.product }}>
              {line.name ?? line.title}
            </Link>
          ) : (
            line.title || line.sku || line.barcode
          )}
          <Typography variant="caption" color="textSecondary" component="div">
            {line.sku || line.barcode}
          </Typography>
          {line.problem && (
            <Typography variant="caption" color="warning" component="div" sx={{ color: "warning.main" }}>
              {t(`problem.${line.problem}` as "problem.no_product", { defaultValue: line.problem })}
            </Typography>
          )}
        </>
      ),
    },
    { id: "quantity", header: t("ordered"), align: "right", card: "figure", cell: (line) => figures(quantity(line.quantity)) },
    {
      id: "reserved",
      header: common("reserved"),
      align: "right",
      cell: (line) =>
        line.reservations.length === 0
          ? "–"
          : line.reservations.map((one) => (
              <Box key={one.id}>
                {figures(`${quantity(one.reserved)} ${one.site}`)}
                {compare(one.short, "0") > 0 && (
                  <Box component="span" sx={{ color: "warning.main", fontWeight: 600 }}>
                    {` · ${t("lacking", { quantity: quantity(one.short) })}`}
                  </Box>
                )}
              </Box>
            )),
    },
    { id: "left", header: t("left"), align: "right", cell: (line) => figures(quantity(line.fulfilled)) },
    order.lines.some(({ returned }) => compare(returned, "0") > 0) && { id: "returned", header: t("returned"), align: "right", cell: (line) => figures(quantity(line.returned)) },
    order.lines.some(({ owed }) => compare(owed, "0") > 0) && { id: "owed", header: t("owed"), align: "right", cell: (line) => figures(quantity(line.owed)) },
    { id: "price", header: common("price"), align: "right", cell: (line) => figures(money(line.unit_price, order.currency)) },
    { id: "site", header: common("site"), card: "none", cell: (line) => line.site ?? order.site?.code ?? "–" },
  ];
  return columns.filter((column) => column !== false);
}

/** What left, or came back, each with what of it is in the books. */
function Happenings({ title, facts, order }: { title: string; facts: readonly OrderFact[]; order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const { can } = useSession();
  const { time, quantity } = useFormats();
  const named = (id: string) => {
    const line = order.lines.find((one) => one.id === id);
    return line?.name ?? (line?.title || line?.sku || id);
  };
  if (facts.length === 0) {
    return null;
  }
  return (
    <Section title={title}>
      <Stack spacing={2}>
        {facts.map((fact) => (
          <Paper key={fact.id} variant="outlined" sx={{ p: 3 }}>
            <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap", alignItems: "baseline" }}>
              <Typography sx={{ fontWeight: 600 }}>{time(fact.at)}</Typography>
              <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
                {[fact.site ?? fact.location, fact.id].filter(Boolean).join(" · ")}
              </Typography>
              {fact.postings.map((posting, index) =>
                can("stock:read") ? (
                  <Link key={posting} to="/movements/$postingId" params={{ postingId: posting }} variant="body2">
                    {fact.postings.length > 1 ? t("postingOf", { number: index + 1 }) : t("posting")}
                  </Link>
                ) : null,
              )}
            </Stack>
            <Box component="ul" sx={{ m: 0, mt: 1, pl: 5, fontSize: "0.875rem" }}>
              {fact.lines.map((part) => (
                <li key={part.line}>
                  {`${quantity(part.quantity)} × ${named(part.line)}`}
                  {compare(part.owed, "0") > 0 && ` · ${t("owedPart", { quantity: quantity(part.owed) })}`}
                  {compare(part.settled, "0") > 0 && ` · ${t("settledPart", { quantity: quantity(part.settled) })}`}
                </li>
              ))}
            </Box>
          </Paper>
        ))}
      </Stack>
    </Section>
  );
}

function History({ order }: { order: ChannelOrder }) {
  const { t } = useTranslation("channelOrders");
  const { time } = useFormats();
  const name = useActorName();
  return (
    <Section title={t("history")}>
      <Box component="ol" sx={{ m: 0, pl: 5 }}>
        {order.history.map((step, index) => (
          <Box component="li" key={`${step.at}/${index}`} sx={{ mb: 2 }}>
            {t(`step.${step.what}` as "step.channel_order_imported", { defaultValue: step.what })} · {t(`state.${step.state}`)}
            {step.reason && ` · ${step.reason}`}
            <Typography variant="body2" color="textSecondary">
              {[time(step.at), step.by && name(step.by)].filter(Boolean).join(" · ")}
            </Typography>
          </Box>
        ))}
      </Box>
    </Section>
  );
}
