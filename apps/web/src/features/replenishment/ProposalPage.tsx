import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink, Link } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { QuantityField } from "../../ui/QuantityField";
import { StateChip } from "../../ui/StateChip";
import { useForm } from "../../ui/useForm";
import { Facts, type Fact } from "../stock/Facts";
import { SupplierPicker, type SupplierRef } from "../suppliers/SupplierPicker";
import { DismissDrawer } from "./DismissDrawer";
import { rough, sumUp, TOUCHED, type Choice, type Proposal } from "./proposal";
import { Document } from "./ProposalsPage";
import { useMayAccept, useMayDecide, useToldAccepted } from "./useDecisions";

const route = getRouteApi("/shell/replenishment/$proposalId");

/** One proposal, with every number that led to it. */
export function ProposalPage() {
  const { t } = useTranslation("replenishment");
  const { proposalId } = route.useParams();
  const answer = useQuery(read("/api/v1/replenishment/proposals/{proposal_id}", { path: { proposal_id: proposalId } }));
  if (answer.data) {
    return <Shown key={`${proposalId}/${answer.data.version}`} proposal={answer.data} />;
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
    <BackLink to="/replenishment" search={{}}>
      {common("nav.replenishment")}
    </BackLink>
  );
}

function Shown({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation("replenishment");
  const mayAccept = useMayAccept()(proposal);
  const mayDecide = useMayDecide()(proposal);
  const { why } = proposal;
  const isOpen = proposal.state === "proposed";
  return (
    <Page
      title={proposal.name}
      above={<BackToList />}
      subtitle={
        <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <StateChip state={proposal.state} label={t(`state.${proposal.state}`)} />
          <Link to="/products/$productId" params={{ productId: proposal.product }} search={{ tab: "stock" }}>
            {proposal.sku}
          </Link>
          <span>{proposal.site}</span>
        </Stack>
      }
    >
      {proposal.reason && (
        <Alert severity="warning" sx={{ mb: 4 }}>
          {t(`reason.${proposal.reason}`)}
        </Alert>
      )}
      {(isOpen || proposal.state === "blocked") && mayDecide && <Decide proposal={proposal} mayAccept={isOpen && mayAccept} />}
      <Outcome proposal={proposal} />
      <Section title={t("position")}>
        <Position why={why} />
      </Section>
      <Forecast why={why} />
      {why.chosen && (
        <Section title={t("choice")}>
          <Choices chosen={why.chosen} runnerUp={why.runner_up ?? null} />
        </Section>
      )}
      <SupplierMinimum why={why} />
    </Page>
  );
}

/** To order it as it is proposed, or otherwise, or not now. */
function Decide({ proposal, mayAccept }: { proposal: Proposal; mayAccept: boolean }) {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const told = useToldAccepted();
  const [isDismissing, setDismissing] = useState(false);
  const proposed: SupplierRef | null = proposal.supplier;
  const form = useForm({
    initial: { quantity: proposal.quantity ?? "", supplier: proposed },
    touches: TOUCHED,
    done: told,
    send: ({ quantity, supplier }, key) =>
      data(
        api.POST("/api/v1/replenishment/proposals/{proposal_id}/accept", {
          params: { path: { proposal_id: proposal.id }, header: { ...ifUnchanged(proposal.version), ...once(key) } },
          body: { ...(quantity !== proposal.quantity ? { quantity: quantity || "0" } : {}), ...(supplier && supplier.id !== proposed?.id ? { supplier: supplier.id } : {}) },
        }),
      ),
  });
  const { values, set, fault } = form;
  return (
    <Paper variant="outlined" component="form" ref={form.form} onSubmit={form.submit} noValidate sx={{ p: 4, mb: 8 }}>
      {form.above && (
        <Alert severity="error" tabIndex={-1} sx={{ mb: 4 }}>
          {form.above}
        </Alert>
      )}
      <Box sx={{ display: "grid", gap: 3, gridTemplateColumns: { xs: "1fr", sm: mayAccept ? "160px minmax(0, 1fr) auto" : "auto" }, alignItems: "start" }}>
        {mayAccept && (
          <>
            <QuantityField label={common("quantity")} value={values.quantity} set={(value) => set("quantity", value)} error={Boolean(fault("quantity"))} helperText={fault("quantity")} />
            {can("supplier:read") ? (
              <SupplierPicker
                label={proposal.source ? t("orBuy", { site: proposal.source.code }) : common("supplier")}
                product={proposal.product}
                value={values.supplier}
                set={(supplier) => set("supplier", supplier ?? proposed)}
                error={Boolean(fault("supplier"))}
                helperText={fault("supplier")}
              />
            ) : (
              <Typography sx={{ alignSelf: "center" }}>{proposal.supplier?.name ?? proposal.source?.name}</Typography>
            )}
          </>
        )}
        <Stack direction="row" spacing={2} sx={{ justifyContent: "flex-end", minHeight: 40, alignItems: "center" }}>
          <Button onClick={() => setDismissing(true)}>{t("dismiss.open")}</Button>
          {mayAccept && (
            <Button type="submit" variant="contained" loading={form.busy}>
              {t(proposal.source && !values.supplier ? "acceptTransfer" : "acceptOrder")}
            </Button>
          )}
        </Stack>
      </Box>
      {isDismissing && <DismissDrawer proposals={[proposal]} close={() => setDismissing(false)} />}
    </Paper>
  );
}

/** What became of it. */
function Outcome({ proposal }: { proposal: Proposal }) {
  const { t } = useTranslation("replenishment");
  const { quantity, time, day } = useFormats();
  const facts: Fact[] = [
    [t("proposedAt"), time(proposal.proposed_at)],
    proposal.quantity !== null && [t("quantityProposed"), quantity(proposal.quantity)],
    proposal.decided_by !== null && [t("decidedBy"), `${proposal.decided_by.name} · ${time(proposal.decided_at)}`],
    (proposal.purchase_order ?? proposal.transfer) !== null && [t("document"), <Document key="document" proposal={proposal} />],
    proposal.is_edited && [t("edited"), t("editedHint")],
    proposal.dismissed_until !== null && [t("dismissedUntil"), day(proposal.dismissed_until)],
    proposal.dismissed_change !== null && [t("dismissedChange"), `${quantity(proposal.dismissed_change)} %`],
    proposal.is_filler && [t("fillerTitle"), t("filler")],
  ];
  return <Facts facts={facts} />;
}

/** A short table of names and numbers. */
function Numbers({ name, rows }: { name: string; rows: readonly (readonly [string, ReactNode, boolean?])[] }) {
  return (
    <TableContainer component={Paper} variant="outlined" sx={{ maxWidth: 520 }} tabIndex={0} role="region" aria-label={name}>
      <Table size="small">
        <caption hidden>{name}</caption>
        <TableBody>
          {rows.map(([text, value, isSum]) => (
            <TableRow key={text}>
              <TableCell component="th" scope="row" sx={{ fontWeight: isSum ? 650 : 400 }}>
                {text}
              </TableCell>
              <TableCell align="right" className="figures" sx={{ fontWeight: isSum ? 650 : 400 }}>
                {value}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function Position({ why }: { why: Proposal["why"] }) {
  const { t } = useTranslation("replenishment");
  const { quantity } = useFormats();
  return (
    <Numbers
      name={t("position")}
      rows={[
        [t("number.on_hand"), quantity(why.on_hand)],
        ...sumUp(why).map(([name, sign, value]) => [t(`number.${name}`), `${sign} ${quantity(value)}`] as const),
        [t("number.position"), quantity(why.position), true],
        [t("number.minimum", { source: t(`levels.${why.level_source}`) }), quantity(why.minimum)],
        [t("number.target"), quantity(why.target)],
        [t("number.needed"), quantity(why.needed), true],
      ]}
    />
  );
}

function Forecast({ why }: { why: Proposal["why"] }) {
  const { t } = useTranslation("replenishment");
  const { quantity, percent, day } = useFormats();
  const { basis } = why;
  if (why.daily_demand == null && !basis) {
    return null;
  }
  return (
    <Section title={t("forecast")}>
      <Numbers
        name={t("forecast")}
        rows={[
          [t("number.demand"), quantity(rough(why.daily_demand))],
          [t("number.stockOut"), day(why.stock_out_on)],
          [t("number.asOf"), day(why.forecast_as_of)],
          ...(basis
            ? ([
                [t("number.serviceLevel"), percent(basis.service_level)],
                [t("number.lead", { source: t(`lead.${basis.lead_source}` as "lead.declared", { defaultValue: basis.lead_source }), supplier: basis.supplier ?? "–" }), t("days", { count: 2, days: `${quantity(rough(basis.lead_days))} ± ${quantity(rough(basis.lead_spread))}` })],
                [t("number.review"), t("days", { count: basis.review_days, days: quantity(basis.review_days) })],
                [t("number.cover"), t("days", { count: basis.cover_days, days: quantity(basis.cover_days) })],
                [t("number.expected"), quantity(rough(basis.expected))],
                [t("number.quantile"), quantity(rough(basis.quantile))],
                [t("number.safety"), quantity(rough(basis.safety))],
                [t("number.expectedOfCover"), quantity(rough(basis.expected_of_cover))],
              ] as const)
            : []),
        ]}
      />
    </Section>
  );
}

/** Where it comes from, beside what would have been next. */
function Choices({ chosen, runnerUp }: { chosen: Choice; runnerUp: Choice | null }) {
  const { t } = useTranslation("replenishment");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity, money, day } = useFormats();
  const both = runnerUp ? [chosen, runnerUp] : [chosen];
  const all: (readonly [string, (one: Choice) => ReactNode] | false)[] = [
    [common("quantity"), (one) => quantity(one.quantity)],
    [t("arrives"), (one) => day(one.arrives_on)],
    [t("inTime"), (one) => common(one.in_time ? "yes" : "no")],
    [t("remaining"), (one) => quantity(rough(one.remaining))],
    [t("leadDays"), (one) => `${quantity(rough(one.lead_days))} ± ${quantity(rough(one.lead_spread))} · ${t(`lead.${one.lead_source}` as "lead.declared", { defaultValue: one.lead_source })}`],
    [t("least"), (one) => quantity(one.minimum_order_quantity)],
    [t("multiple"), (one) => quantity(one.order_multiple)],
    [t("surplus"), (one) => quantity(one.surplus)],
    can("cost:read") && [common("price"), (one) => money(one.unit_price, one.currency ?? undefined)],
    can("cost:read") && [t("unitCost"), (one) => money(one.cost)],
  ];
  const rows = all.filter((row) => row !== false);
  return (
    <TableContainer component={Paper} variant="outlined" sx={{ maxWidth: 720 }} tabIndex={0} role="region" aria-label={t("choice")}>
      <Table size="small">
        <caption hidden>{t("choice")}</caption>
        <TableHead>
          <TableRow>
            <TableCell />
            {both.map((one, index) => (
              <TableCell key={`${one.kind}/${one.code}`} scope="col" align="right">
                {`${t(index === 0 ? "chosen" : "runnerUp")}: ${one.kind === "transfer" ? t("fromSite", { site: one.code }) : one.code}`}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(([name, value]) => (
            <TableRow key={name}>
              <TableCell component="th" scope="row">
                {name}
              </TableCell>
              {both.map((one) => (
                <TableCell key={`${one.kind}/${one.code}`} align="right" className="figures">
                  {value(one)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function SupplierMinimum({ why }: { why: Proposal["why"] }) {
  const { t } = useTranslation("replenishment");
  const { sum } = useFormats();
  const least = why.supplier_minimum;
  if (!least) {
    return null;
  }
  return <Alert severity="info">{t("supplierMinimum", { minimum: sum(least.minimum_order_value, least.currency), proposed: sum(least.proposed_value, least.currency) })}</Alert>;
}
