import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQueries, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, times, useFormats } from "../../ui/formats";
import { BackLink, Link, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { StateChip } from "../../ui/StateChip";
import { Timeline, type Moment } from "../../ui/Timeline";
import { Facts } from "../stock/Facts";
import { useActorName } from "../stock/people";
import { isShort } from "../transfers/goods";
import { FulfilDrawer } from "./FulfilDrawer";
import { DecisionButtons } from "./Queue";
import { usePrices } from "./RequestGoods";
import { useCancel, useMayDo, useReasoned, useTakeBack, useWhence } from "./useRequestDeeds";
import type { Request } from "./whence";

const route = getRouteApi("/shell/requests/$requestId");

/** One request: what is asked for, what is there of it, and what became of it. */
export function RequestPage() {
  const { requestId } = route.useParams();
  const { t } = useTranslation("requests");
  const answer = useQuery(read("/api/v1/requests/{request_id}", { path: { request_id: requestId } }));
  if (answer.data) {
    return <Shown key={requestId} request={answer.data} />;
  }
  return (
    <Page title={t("one")} above={<Back />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

export function Back() {
  const { t } = useTranslation();
  return (
    <BackLink to="/requests">
      {t("nav.requests")}
    </BackLink>
  );
}

function Shown({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  return (
    <Page
      title={t("name", { number: request.number })}
      above={<Back />}
      subtitle={
        <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <StateChip state={request.state} />
          <span>{t(`kindAt.${request.kind}`, { site: `${request.site.code} · ${request.site.name}` })}</span>
        </Stack>
      }
      actions={<Deeds request={request} />}
    >
      <RequestFacts request={request} />
      <Box sx={{ display: "grid", gap: 6, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 300px" }, alignItems: "start" }}>
        <Lines request={request} />
        <Section title={t("timeline")}>
          <History request={request} />
        </Section>
      </Box>
    </Page>
  );
}

function RequestFacts({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { day, money } = useFormats();
  const { transfer, purchase_order: order } = request;
  const [seesTransfers, seesOrders] = [useMay("transfer:read"), useMay("purchase:read")];
  const transferName = transfer && t("transferName", { number: transfer.number });
  const orderName = order && t("orderName", { number: order.number });
  return (
    <Facts
      facts={[
        [common("reason"), request.reason],
        [t("column.who"), request.requested_by.name],
        [t("column.needed"), day(request.needed_on)],
        [t("column.value"), money(request.value, request.currency)],
        transfer !== null && [
          t("comesBy"),
          <Stack key="transfer" direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
            {seesTransfers ? (
              <Link to="/transfers/$transferId" params={{ transferId: transfer.id }}>
                {transferName}
              </Link>
            ) : (
              transferName
            )}
            <StateChip state={transfer.state} />
          </Stack>,
        ],
        order !== null && [
          t("comesBy"),
          <Stack key="order" direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
            {seesOrders ? <Link to={`/purchases/${order.id}` as "/"}>{orderName}</Link> : orderName}
            <StateChip state={order.state} />
          </Stack>,
        ],
        request.closing_reason !== "" && [t(request.state === "rejected" ? "rejectedBecause" : "closedBecause"), request.closing_reason],
      ]}
    />
  );
}

function Deeds({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const may = useMayDo(request);
  const [open, setOpen] = useState<"cancel" | "delete" | "close" | "fulfil" | null>(null);
  const shut = () => setOpen(null);
  const cancel = useCancel(request, shut);
  const takeBack = useTakeBack(request, () => void navigate({ to: "/requests" }));
  const end = useReasoned(request, "close", shut);
  return (
    <>
      {may.edit && (
        <LinkButton to="/requests/$requestId/edit" params={{ requestId: request.id }}>
          {common("edit")}
        </LinkButton>
      )}
      {may.edit && <Button onClick={() => setOpen("delete")}>{t("deed.delete")}</Button>}
      {may.cancel && <Button onClick={() => setOpen("cancel")}>{t("deed.cancel")}</Button>}
      {may.close && <Button onClick={() => setOpen("close")}>{t("deed.close")}</Button>}
      <DecisionButtons request={request} />
      {may.fulfil && (
        <Button variant="contained" onClick={() => setOpen("fulfil")}>
          {t("deed.fulfil")}
        </Button>
      )}
      {open === "fulfil" && <FulfilDrawer request={request} close={shut} />}
      <ReasonDialog open={open === "cancel"} title={t("deed.cancel")} text={t("deed.cancelText")} action={t("deed.cancel")} close={shut} act={() => cancel.mutate()} busy={cancel.isPending} problem={cancel.error} />
      <ReasonDialog open={open === "delete"} title={t("deed.delete")} text={t("deed.deleteText")} action={t("deed.delete")} close={shut} act={() => takeBack.mutate()} busy={takeBack.isPending} problem={takeBack.error} />
      <ReasonDialog open={open === "close"} title={t("deed.close")} text={t("deed.closeText")} action={t("deed.close")} reason={t("why")} close={shut} act={(reason) => end.mutate(reason)} busy={end.isPending} problem={end.error} />
    </>
  );
}

type Line = Request["lines"][number];

function Lines({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  return (
    <DataTable
      caption={t("goods")}
      columns={useLineColumns(request)}
      rows={request.lines}
      rowId={({ line }) => String(line)}
      list={{ isPending: false, error: null, retry: () => undefined }}
      empty={{ title: t("goods") }}
    />
  );
}

function useLineColumns(request: Request): Column<Line>[] {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { quantity, money } = useFormats();
  const maySeeProducts = useMay("product:read");
  const { available, givers } = useWhence(request);
  const prices = usePrices(request);
  const { state, kind, site, currency } = request;
  const giver = givers[0]?.site;
  return useMemo(() => {
    const figure = (id: string, header: string, of: (line: Line) => string | null, more: Partial<Column<Line>> = {}): Column<Line> => ({ id, header, align: "right", cell: (line) => <span className="figures">{quantity(of(line))}</span>, ...more });
    const isPending = state === "pending";
    const isDecided = state === "approved" || state === "fulfilled";
    const there = (at: string, isDecisive: boolean): Column<Line> => ({
      id: `at-${at}`,
      header: t("column.at", { site: at }),
      align: "right",
      cell: (line) => {
        const some = available.get(line.product)?.get(at);
        return (
          <Box component="span" className="figures" sx={{ color: isDecisive && isShort(line.quantity, some) ? "error.main" : "inherit" }}>
            {quantity(some)}
          </Box>
        );
      },
    });
    return [
      {
        id: "product",
        header: common("product"),
        cell: ({ product, sku, name }) => (
          <>
            {maySeeProducts ? (
              <Link to="/products/$productId" params={{ productId: product }}>
                {name}
              </Link>
            ) : (
              name
            )}
            <Typography component="span" variant="caption" color="textSecondary" sx={{ display: "block" }}>
              {sku}
            </Typography>
          </>
        ),
      },
      figure("quantity", t("column.asked"), (line) => line.quantity, { card: "figure" }),
      ...(isPending ? [there(site.code, kind === "customer_order")] : []),
      ...(isPending && kind === "restock" && giver ? [there(giver, true)] : []),
      ...(isDecided ? [figure("granted", t("column.granted"), ({ granted }) => granted), figure("fulfilled", t("column.fulfilled"), ({ fulfilled }) => fulfilled), figure("open", t("column.open"), ({ open }) => open)] : []),
      ...(isDecided && request.lines.some(({ closed }) => compare(closed, "0") > 0) ? [figure("closed", t("column.closed"), ({ closed }) => closed)] : []),
      {
        id: "value",
        header: t("column.value"),
        align: "right",
        cell: (line) => <span className="figures">{prices.has(line.product) ? money(times(prices.get(line.product)!, line.quantity), currency) : "–"}</span>,
      },
    ];
  }, [available, common, currency, giver, kind, maySeeProducts, money, prices, quantity, request.lines, site.code, state, t]);
}

function History({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  const name = useActorName();
  const mayRead = useMay("stock:read");
  const { decided_by: decider, state } = request;
  const decided = state === "fulfilled" ? "approved" : state;
  const moments: Moment[] = [
    { id: "created", text: t("moment.created"), at: request.created_at, who: request.requested_by.name },
    ...(decider ? [{ id: "decided", text: t(`moment.${decided === "cancelled" ? "approved" : decided}` as "moment.approved"), at: request.decided_at, who: decider.name, ...(state === "rejected" ? { more: request.closing_reason } : {}) }] : []),
  ];
  const postings = mayRead ? request.postings : [];
  const last: Moment[] = state === "cancelled" ? [{ id: "cancelled", text: t("moment.cancelled"), at: request.updated_at }] : state === "fulfilled" ? [{ id: "fulfilled", text: t(request.closing_reason ? "moment.closed" : "moment.fulfilled"), at: request.updated_at, more: request.closing_reason }] : [];
  const handed = useHandovers(postings, name);
  return <Timeline name={t("timeline")} moments={[...moments, ...handed, ...last]} />;
}

function useHandovers(postings: readonly string[], name: (actor: string | null) => string): Moment[] {
  const { t } = useTranslation("requests");
  const answers = useQueries({ queries: postings.map((id) => ({ ...read("/api/v1/stock/postings/{posting_id}", { path: { posting_id: id } }), staleTime: 300_000 })) });
  return answers.flatMap(({ data }) => (data ? [data] : [])).map((posting) => ({
    id: posting.id,
    text: (
      <Link to="/movements/$postingId" params={{ postingId: posting.id }}>
        {t("moment.handed")}
      </Link>
    ),
    at: posting.recorded_at,
    who: name(posting.actor),
  }));
}
