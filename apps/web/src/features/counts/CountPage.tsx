import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import LinearProgress from "@mui/material/LinearProgress";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Fault } from "../../api/problem";
import { read, refresh } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, useFormats } from "../../ui/formats";
import { BackLink, Link, LinkChip } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { usePlace } from "../../ui/places";
import { useFaultText } from "../../ui/problems";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { StateChip } from "../../ui/StateChip";
import { Timeline, type Moment } from "../../ui/Timeline";
import { useList } from "../../ui/useList";
import { Facts } from "../stock/Facts";
import { Filters, ProductFilter } from "../stock/Filters";
import { useProductNames } from "../stock/productNames";
import { CountEntry, signed, type Target } from "./CountEntry";
import type { Count } from "./plan";
import { PlanDrawer } from "./PlanDrawer";
import { useApprove, useCancel, useDelete, useMayDo, useRecount, useSubmit, type CountLine } from "./useCountDeeds";

const route = getRouteApi("/shell/counts/$countId");
/** How often one looks what others have counted: their figures make no event. */
const OTHERS = 10_000;

/** One count: how far it is, where one counts, and what differs. */
export function CountPage() {
  const { countId } = route.useParams();
  const { t } = useTranslation("counts");
  const answer = useQuery({
    ...read("/api/v1/stock/counts/{count_id}", { path: { count_id: countId } }),
    refetchInterval: ({ state }) => (state.data?.state === "counting" ? OTHERS : false),
  });
  if (answer.data) {
    return <Shown key={countId} count={answer.data} />;
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
    <BackLink to="/counts">
      {t("nav.counts")}
    </BackLink>
  );
}

function Shown({ count }: { count: Count }) {
  const { t } = useTranslation("counts");
  const may = useMayDo(count);
  const [target, setTarget] = useState<Target | null>(null);
  const [refused, setRefused] = useState<readonly Fault[]>([]);
  const { site, scope, state, blind, round, note } = count;
  return (
    <Page
      title={t("name", { number: count.number })}
      above={<Back />}
      subtitle={
        <Stack direction="row" useFlexGap spacing={2} sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <StateChip state={state} />
          <span>{[`${site.code} · ${site.name}`, t(`scope.${scope.kind}`), blind && t("blind"), round > 1 && t("round", { round }), note].filter(Boolean).join(" · ")}</span>
        </Stack>
      }
      actions={<Deeds count={count} refuse={setRefused} />}
    >
      {refused.length > 0 && <NotPostable faults={refused} close={() => setRefused([])} />}
      <Progress count={count} />
      {may.count && <CountEntry count={count} target={target} setTarget={setTarget} />}
      <Lines count={count} {...(may.count ? { aim: setTarget } : {})} />
      <Box sx={{ mt: 6 }}>
        <Section title={t("timeline")}>
          <History count={count} />
        </Section>
      </Box>
    </Page>
  );
}

/** Why nothing could be posted: every line that stands in the way. */
function NotPostable({ faults, close }: { faults: readonly Fault[]; close: () => void }) {
  const { t } = useTranslation("counts");
  const text = useFaultText();
  return (
    <Alert severity="error" onClose={close} sx={{ mb: 4 }}>
      {t("notPostable")}
      <ul>
        {faults.map((fault, index) => (
          <li key={index}>{[fault.sku, fault.location, fault.lot, text(fault)].filter(Boolean).join(" · ")}</li>
        ))}
      </ul>
    </Alert>
  );
}

function Progress({ count }: { count: Count }) {
  const { t } = useTranslation("counts");
  const { quantity, sum } = useFormats();
  const heading = useId();
  const { lines, open, differing, large, surplus, shortage } = count.progress;
  const counted = lines - open;
  const maySeeCost = useMay("cost:read");
  return (
    <Box sx={{ mb: 6 }}>
      <Typography id={heading} sx={{ mb: 1 }} role="status">
        {t("progress", { counted: quantity(counted), count: lines, lines: quantity(lines) })}
      </Typography>
      <LinearProgress variant="determinate" aria-labelledby={heading} value={lines === 0 ? 100 : (counted / lines) * 100} sx={{ height: 8, borderRadius: 1, mb: 4 }} />
      {differing !== null && counted > 0 && (
        <Facts
          facts={[
            [t("figure.differing"), quantity(differing)],
            [t("figure.large"), quantity(large)],
            maySeeCost && surplus !== null && [t("figure.surplus"), sum(surplus, count.currency)],
            maySeeCost && shortage !== null && [t("figure.shortage"), sum(shortage, count.currency)],
          ]}
        />
      )}
    </Box>
  );
}

function Deeds({ count, refuse }: { count: Count; refuse: (faults: readonly Fault[]) => void }) {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const navigate = route.useNavigate();
  const may = useMayDo(count);
  const [open, setOpen] = useState<"change" | "delete" | "cancel" | "submit" | "approve" | null>(null);
  const close = () => setOpen(null);
  const submit = useSubmit(count, close);
  const recount = useRecount(count);
  const approve = useApprove(count, close);
  const cancel = useCancel(count, close);
  const remove = useDelete(count, () => void navigate({ to: "/counts" }));
  const names = useProductNames((count.scope.products ?? []).map((product) => ({ product })));
  const agree = (reason: string) =>
    approve.mutate(reason, {
      onError: (problem) => {
        if (problem.code === "count_not_postable") {
          refuse(problem.faults);
          close();
        }
      },
    });
  const { large } = count.progress;
  return (
    <>
      {may.change && <Button onClick={() => setOpen("change")}>{common("edit")}</Button>}
      {may.change && <Button onClick={() => setOpen("delete")}>{common("delete")}</Button>}
      {may.cancel && <Button onClick={() => setOpen("cancel")}>{t("deed.cancel")}</Button>}
      {may.recount && large !== null && large > 0 && (
        <Button variant="outlined" loading={recount.isPending} onClick={() => recount.mutate(null)}>
          {t("deed.recountLarge")}
        </Button>
      )}
      {may.submit && (
        <Button variant="contained" loading={submit.isPending} onClick={() => (count.progress.open > 0 ? setOpen("submit") : submit.mutate(null))}>
          {t("deed.submit")}
        </Button>
      )}
      {may.approve && (
        <Button variant="contained" onClick={() => setOpen("approve")}>
          {t("deed.approve")}
        </Button>
      )}
      {open === "change" && <PlanDrawer count={count} names={names} close={close} />}
      {open === "submit" && <Uncounted count={count} busy={submit.isPending} close={close} choose={(what) => submit.mutate(what)} />}
      <ReasonDialog open={open === "delete"} title={t("deed.delete")} text={t("deed.deleteText")} action={common("delete")} close={close} act={() => remove.mutate()} busy={remove.isPending} problem={remove.error} />
      <ReasonDialog open={open === "cancel"} title={t("deed.cancel")} text={t("deed.cancelText")} action={t("deed.cancel")} reason={common("reason")} close={close} act={(reason) => cancel.mutate(reason)} busy={cancel.isPending} problem={cancel.error} />
      <ReasonDialog open={open === "approve"} title={t("deed.approve")} text={t("deed.approveText")} action={t("deed.approve")} reason={common("reason")} close={close} act={agree} busy={approve.isPending} problem={approve.error} />
    </>
  );
}

/** What becomes of the lines that nobody counted. */
function Uncounted({ count, busy, close, choose }: { count: Count; busy: boolean; close: () => void; choose: (what: "zero" | "keep") => void }) {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const heading = useId();
  return (
    <Dialog open onClose={close} fullWidth maxWidth="xs" aria-labelledby={heading}>
      <DialogTitle id={heading}>{t("deed.submit")}</DialogTitle>
      <DialogContent>
        <DialogContentText>{t("uncounted.text", { count: count.progress.open })}</DialogContentText>
      </DialogContent>
      <DialogActions sx={{ flexWrap: "wrap", gap: 1 }}>
        <Button onClick={close}>{common("cancel")}</Button>
        <Button loading={busy} variant="outlined" onClick={() => choose("zero")}>
          {t("uncounted.zero")}
        </Button>
        <Button loading={busy} variant="contained" onClick={() => choose("keep")}>
          {t("uncounted.keep")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Lines({ count, aim }: { count: Count; aim?: (target: Target) => void }) {
  const { t } = useTranslation("counts");
  const { show, product } = route.useSearch();
  const navigate = route.useNavigate();
  const client = useQueryClient();
  const may = useMayDo(count);
  const isHidden = count.progress.differing === null;
  const filter = isHidden && (show === "differing" || show === "large") ? undefined : show;
  const list = useList("/api/v1/stock/counts/{count_id}/lines", {
    path: { count_id: count.id },
    query: {
      ...(filter === "open" ? { state: ["open"] } : filter === "counted" ? { state: ["counted", "zero"] } : filter === "differing" ? { differing: true } : filter === "large" ? { large: true } : {}),
      ...(product ? { product } : {}),
    },
  });
  // What others count shows in the figures first.
  const figures = JSON.stringify([count.progress, count.round, count.state]);
  const seen = useRef(figures);
  useEffect(() => {
    if (seen.current !== figures) {
      seen.current = figures;
      void refresh(client, ["stock/counts/{count_id}/lines"]);
    }
  }, [client, figures]);
  const recount = useRecount(count);
  const set = (change: object) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const chips = [undefined, "open", "counted", ...(isHidden ? [] : (["differing", "large"] as const))] as const;
  return (
    <DataTable
      table="count_lines"
      caption={t("lines")}
      columns={useColumns(count, aim)}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={{ title: t("linesEmpty") }}
      narrowed={filter || product ? { clear: () => set({ show: undefined, product: undefined }) } : null}
      {...(may.recount
        ? {
            selection: (chosen: CountLine[], clear: () => void) => (
              <Button size="small" variant="contained" loading={recount.isPending} onClick={() => recount.mutate(chosen.map(({ id }) => id), { onSuccess: clear })}>
                {t("deed.recount")}
              </Button>
            ),
          }
        : {})}
      toolbar={
        <Stack spacing={3} sx={{ flex: "1 1 100%" }}>
          <Stack component="nav" direction="row" useFlexGap spacing={1} aria-label={t("show.name")} sx={{ flexWrap: "wrap" }}>
            {chips.map((one) => (
              <LinkChip
                key={one ?? "all"}
                to="/counts/$countId"
                params={{ countId: count.id }}
                search={{ ...(product ? { product } : {}), ...(one ? { show: one } : {}) }}
                replace
                resetScroll={false}
                label={t(`show.${one ?? "all"}`)}
                color={one === filter ? "primary" : "default"}
                variant={one === filter ? "filled" : "outlined"}
                {...(one === filter ? { "aria-current": "true" as const } : {})}
              />
            ))}
          </Stack>
          <Filters>
            <ProductFilter product={product} set={(id) => set({ product: id })} />
          </Filters>
        </Stack>
      }
    />
  );
}

function useColumns(count: Count, aim: ((target: Target) => void) | undefined): Column<CountLine>[] {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const { quantity, sum } = useFormats();
  const place = usePlace();
  const maySeeProducts = useMay("product:read");
  const maySeeCost = useMay("cost:read");
  const isHidden = count.progress.differing === null;
  const { currency } = count;
  return useMemo(
    () => [
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
      { id: "place", header: t("column.place"), cell: ({ location, lot }) => [place(location), lot].filter(Boolean).join(" · ") },
      ...(isHidden ? [] : [{ id: "expected", header: t("column.expected"), align: "right" as const, cell: ({ expected }: CountLine) => <span className="figures">{quantity(expected)}</span> }]),
      { id: "counted", header: t("column.counted"), align: "right", card: "figure", cell: ({ counted }) => <span className="figures">{quantity(counted)}</span> },
      ...(isHidden
        ? []
        : [
            {
              id: "variance",
              header: t("column.variance"),
              align: "right" as const,
              cell: ({ variance, large }: CountLine) => (
                <Box component="span" className="figures" sx={{ fontWeight: large ? 650 : 400, color: large ? "error.main" : "inherit" }}>
                  {variance === null ? "–" : compare(variance, "0") === 0 ? "0" : signed(variance, quantity)}
                  {large && ` · ${t("isLarge")}`}
                </Box>
              ),
            },
          ]),
      ...(isHidden || !maySeeCost ? [] : [{ id: "value", header: t("column.value"), align: "right" as const, cell: ({ value }: CountLine) => <span className="figures">{sum(value, currency)}</span> }]),
      { id: "state", header: common("status"), cell: ({ state, planned }) => [t(`line.${state}`), !planned && t("unplanned")].filter(Boolean).join(" · ") },
      { id: "who", header: t("column.countedBy"), hidden: true, card: "none", cell: ({ counted_by }) => counted_by?.name ?? "–" },
      ...(aim
        ? [
            {
              id: "count",
              header: "",
              cell: ({ product, name, lot, location, state }: CountLine) =>
                state === "open" || count.round === 1 ? (
                  <Button size="small" aria-label={t("entry.countOne", { name })} onClick={() => aim({ product, name, tracking: lot ? "lot" : "none", lot: lot ?? "", location: location.split(":")[1] ?? "" })}>
                    {t("entry.count")}
                  </Button>
                ) : null,
            },
          ]
        : []),
    ],
    [aim, common, count.round, currency, isHidden, maySeeCost, maySeeProducts, place, quantity, sum, t],
  );
}

function History({ count }: { count: Count }) {
  const { t } = useTranslation("counts");
  const { state } = count;
  const postings = count.postings.map((id, index) => (
    <Link key={id} to="/movements/$postingId" params={{ postingId: id }} sx={{ mr: 2 }}>
      {t("moment.posting", { number: index + 1 })}
    </Link>
  ));
  const maySeePostings = useMay("stock:read");
  const moments: Moment[] = [
    { id: "planned", text: t("moment.planned"), at: count.created_at, who: count.created_by.name },
    ...(count.started_at ? [{ id: "started", text: t("moment.started"), at: count.started_at }] : []),
    ...(count.submitted_at ? [{ id: "submitted", text: t("moment.submitted"), at: count.submitted_at, ...(count.submitted_by ? { who: count.submitted_by.name } : {}) }] : []),
    ...(count.decided_at
      ? [
          {
            id: "decided",
            text: t(state === "cancelled" ? "moment.cancelled" : "moment.posted"),
            at: count.decided_at,
            ...(count.decided_by ? { who: count.decided_by.name } : {}),
            more: (
              <>
                {count.reason}
                {maySeePostings && postings.length > 0 && <Box>{postings}</Box>}
              </>
            ),
          },
        ]
      : []),
  ];
  return <Timeline name={t("timeline")} moments={moments} />;
}
