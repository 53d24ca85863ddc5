import Button from "@mui/material/Button";
import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, plus, useFormats } from "../../ui/formats";
import { BackLink, Link } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { StateChip } from "../../ui/StateChip";
import { Timeline, type Moment } from "../../ui/Timeline";
import { useActorName } from "../stock/people";
import { DispatchDrawer } from "./DispatchDrawer";
import { ReceiveDrawer } from "./ReceiveDrawer";
import { useUnsentReady } from "../unsent/ready";
import { useMayDo, useReceive, useReceivedToast, useTransferDeed, TOUCHED, type Transfer } from "./useTransferDeeds";

const route = getRouteApi("/shell/transfers/$transferId");

/** One transfer: what of it left, what came, and what is to be done about it now. */
export function TransferPage() {
  const { transferId } = route.useParams();
  const { t } = useTranslation("transfers");
  const answer = useQuery(read("/api/v1/transfers/{transfer_id}", { path: { transfer_id: transferId } }));
  if (answer.data) {
    return <Shown key={transferId} transfer={answer.data} />;
  }
  return (
    <Page title={t("one")} above={<Back />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

function Back() {
  const { t } = useTranslation();
  return (
    <BackLink to="/transfers">
      {t("nav.transfers")}
    </BackLink>
  );
}

function Shown({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const { source, destination } = transfer;
  return (
    <Page
      title={t("name", { number: transfer.number })}
      above={<Back />}
      subtitle={
        <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <StateChip state={transfer.state} />
          <span>{t("way", { from: `${source.code} · ${source.name}`, to: `${destination.code} · ${destination.name}` })}</span>
          {transfer.note && <span>{transfer.note}</span>}
        </Stack>
      }
      actions={<Deeds transfer={transfer} />}
    >
      <Box sx={{ display: "grid", gap: 6, gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) 300px" }, alignItems: "start" }}>
        <Lines transfer={transfer} />
        <Section title={t("timeline")}>
          <History transfer={transfer} />
        </Section>
      </Box>
    </Page>
  );
}

/** What can be done next; the most likely first. */
function Deeds({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const may = useMayDo(transfer);
  const isPending = transfer.state === "pending";
  const [open, setOpen] = useState<"receive" | "dispatch" | "recall" | "cancel" | null>(null);
  const close = () => setOpen(null);
  const submit = useTransferDeed(transfer, "submit");
  const dispatch = useTransferDeed(transfer, "dispatch");
  const cancel = useTransferDeed(transfer, "cancel", close);
  const recall = useTransferDeed(transfer, "recall", close);
  const receive = useReceive(transfer);
  const tell = useReceivedToast(transfer);
  useUnsentReady();
  const receiveAll = useAct((_: void, key) => receive({}, key), { touches: TOUCHED, done: tell });
  // What the source has not sent yet can be taken in at once, but that is not what one does first.
  const receiveLook = isPending ? "outlined" : "contained";
  return (
    <>
      {may.cancel && <Button onClick={() => setOpen("cancel")}>{t("deed.cancel")}</Button>}
      {may.recall && <Button onClick={() => setOpen("recall")}>{t("deed.recall")}</Button>}
      {may.dispatch && <Button onClick={() => setOpen("dispatch")}>{t("deed.dispatchSome")}</Button>}
      {may.receive && <Button onClick={() => setOpen("receive")}>{t("deed.receiveSome")}</Button>}
      {may.receive && (
        <Button variant={receiveLook} loading={receiveAll.isPending} onClick={() => receiveAll.mutate()}>
          {t("deed.receive")}
        </Button>
      )}
      {may.dispatch && (
        <Button variant="contained" loading={dispatch.isPending} onClick={() => dispatch.mutate()}>
          {t("deed.dispatch")}
        </Button>
      )}
      {may.submit && (
        <Button variant="contained" loading={submit.isPending} onClick={() => submit.mutate()}>
          {t("deed.submit")}
        </Button>
      )}
      {open === "receive" && <ReceiveDrawer transfer={transfer} close={close} />}
      {open === "dispatch" && <DispatchDrawer transfer={transfer} close={close} />}
      <ReasonDialog open={open === "recall"} title={t("deed.recall")} text={t("deed.recallText", { site: transfer.source.code })} action={t("deed.recall")} close={close} act={() => recall.mutate()} busy={recall.isPending} problem={recall.error} />
      <ReasonDialog open={open === "cancel"} title={t("deed.cancel")} text={t("deed.cancelText")} action={t("deed.cancel")} close={close} act={() => cancel.mutate()} busy={cancel.isPending} problem={cancel.error} />
    </>
  );
}

type Line = Transfer["lines"][number];

function Lines({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  return (
    <DataTable
      caption={t("lines")}
      columns={useLineColumns(transfer)}
      rows={transfer.lines}
      rowId={({ line }) => String(line)}
      list={{ isPending: false, error: null, retry: () => undefined }}
      empty={{ title: t("noLines") }}
    />
  );
}

function useLineColumns({ state, lines }: Transfer): Column<Line>[] {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { quantity, sum } = useFormats();
  const maySeeProducts = useMay("product:read");
  const hasLots = lines.some(({ lot }) => lot);
  const hasLoss = lines.some(({ resolved }) => compare(resolved, "0") > 0);
  const hasCost = lines.some(({ shipped_cost }) => shipped_cost !== null && compare(shipped_cost, "0") > 0);
  const hasLeft = state !== "draft" && state !== "pending" && state !== "cancelled";
  return useMemo(() => {
    const figure = (id: string, header: string, of: (line: Line) => string, more: Partial<Column<Line>> = {}): Column<Line> => ({ id, header, align: "right", cell: (line) => <span className="figures">{quantity(of(line))}</span>, ...more });
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
            <Box component="span" sx={{ display: "block", fontSize: "0.75rem", color: "text.secondary" }}>
              {sku}
            </Box>
          </>
        ),
      },
      ...(hasLots ? [{ id: "lot", header: t("goods.lot"), cell: ({ lot }: Line) => lot ?? "–" }] : []),
      figure("requested", t("column.requested"), ({ requested }) => requested, hasLeft ? {} : { card: "figure" }),
      ...(hasLeft
        ? [
            figure("shipped", t("column.shipped"), ({ shipped }) => shipped),
            figure("received", t("column.received"), ({ received }) => received, { card: "figure" }),
            figure("transit", t("column.inTransit"), ({ in_transit }) => in_transit),
          ]
        : []),
      ...(hasLoss ? [figure("resolved", t("column.resolved"), ({ resolved }) => resolved)] : []),
      ...(hasCost ? [{ id: "cost", header: t("column.cost"), align: "right" as const, card: "none" as const, cell: ({ shipped_cost }: Line) => <span className="figures">{sum(shipped_cost)}</span> }] : []),
    ];
  }, [common, hasCost, hasLeft, hasLoss, hasLots, maySeeProducts, quantity, sum, t]);
}

/** What happened to it, by the movements that it led to. */
function History({ transfer }: { transfer: Transfer }) {
  const { t } = useTranslation("transfers");
  const { quantity } = useFormats();
  const name = useActorName();
  const mayRead = useMay("stock:read");
  // Of another site's movements one sees nothing: what must have happened there is told, with its hour where it was the last.
  const answer = useQuery({ ...read("/api/v1/stock/postings", { query: { document: String(transfer.number), limit: 200 } }), enabled: mayRead && transfer.postings.length > 0 });
  const own = (answer.data?.items ?? []).filter((posting) => posting.transfer === transfer.id).reverse();
  const happened = (reason: string, did: boolean, at: string | null): Moment[] =>
    did && !answer.isPending && !own.some((posting) => posting.reason === reason) ? [{ id: reason, text: t(`moved.${reason}` as "moved.received"), at }] : [];
  const some = (of: (line: Line) => string) => transfer.lines.some((line) => compare(of(line), "0") > 0);
  const moves = own.map(
    (posting): Moment => ({
      id: posting.id,
      at: posting.recorded_at,
      who: name(posting.actor),
      text: (
        <Link to="/movements/$postingId" params={{ postingId: posting.id }}>
          {t(`moved.${posting.reason}` as "moved.received", { defaultValue: posting.reason })}
        </Link>
      ),
      more: t("moved.units", { quantity: quantity(plus("0", ...posting.lines.map((line) => line.quantity))) }),
    }),
  );
  const moments: Moment[] = [
    { id: "created", text: t("moved.created"), at: transfer.created_at, who: name(transfer.created_by) },
    ...happened("dispatched", some(({ shipped }) => shipped), null),
    ...moves,
    ...happened("received", some(({ received }) => received), transfer.state === "confirmed" ? transfer.updated_at : null),
    ...happened("recalled", transfer.state === "recalled", transfer.updated_at),
    ...(transfer.state === "cancelled" ? [{ id: "cancelled", text: t("moved.cancelled"), at: transfer.updated_at }] : []),
  ];
  return <Timeline name={t("timeline")} moments={moments} />;
}
