import Button from "@mui/material/Button";
import UndoIcon from "@mui/icons-material/UndoOutlined";
import { getRouteApi } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink, Link, LinkButton } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { useReason } from "../../ui/places";
import { Page, Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { useToast } from "../../ui/toasts";
import { Attachments } from "./Attachments";
import { Facts, type Fact } from "./Facts";
import { useActorName } from "./people";
import { PostingLines } from "./PostingLines";
import type { DocumentType, PostingKind } from "./posting";
import { TOUCHED, type Posting } from "./useRecord";

const route = getRouteApi("/shell/movements/$postingId");

/** What reverses a posting or takes back some of it. */
export function useCorrections(posting: string) {
  const answer = useQuery(read("/api/v1/stock/postings", { query: { corrects: posting, limit: 100 } }));
  return (answer.data?.items ?? []).filter((one) => one.reversal_of === posting || one.return_of === posting);
}

/** One posting: what moved, on which document's word, and what became of it. */
export function PostingPage() {
  const { postingId } = route.useParams();
  const answer = useQuery(read("/api/v1/stock/postings/{posting_id}", { path: { posting_id: postingId } }));
  const { t } = useTranslation("stock");
  if (answer.data) {
    return <Shown key={postingId} posting={answer.data} />;
  }
  return (
    <Page title={t("posting.title")} above={<BackToList />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

function BackToList() {
  const { t } = useTranslation("stock");
  return (
    <BackLink to="/movements/documents">
      {t("tab.documents")}
    </BackLink>
  );
}

function Shown({ posting }: { posting: Posting }) {
  const { t } = useTranslation("stock");
  const maySeeSale = useMay("sale:read");
  const corrections = useCorrections(posting.id);
  const isSale = posting.kind === "sale" && posting.reversal_of === null;
  const title = [t(`kind.${posting.kind as PostingKind}`), posting.document.number].filter(Boolean).join(" ");
  return (
    <Page
      title={posting.reversal_of ? `${t("reversal")}: ${title}` : title}
      above={<BackToList />}
      actions={
        <>
          {isSale && maySeeSale && (
            <LinkButton to="/sales/$saleId" params={{ saleId: posting.id }}>
              {t("posting.asSale")}
            </LinkButton>
          )}
          <Reverse posting={posting} corrections={corrections} />
        </>
      }
    >
      <PostingFacts posting={posting} corrections={corrections} />
      <Section title={t("posting.lines")}>
        <PostingLines posting={posting} />
      </Section>
      <Attachments subject={posting.id} />
    </Page>
  );
}

/** Undoes it by the movement the other way, with a reason; offered where that is the way to do it. */
export function Reverse({ posting, corrections }: { posting: Posting; corrections: readonly Posting[] }) {
  const { t } = useTranslation("stock");
  const toast = useToast();
  const mayReverse = useMay("stock:reverse");
  const [isAsking, setAsking] = useState(false);
  const act = useAct(
    (reason: string, key) => data(api.POST("/api/v1/stock/postings/{posting_id}/reverse", { params: { path: { posting_id: posting.id }, header: once(key) }, body: { reason } })),
    {
      touches: TOUCHED,
      quiet: true,
      done: () => {
        setAsking(false);
        toast({ text: t("posting.reversed") });
      },
    },
  );
  const isOwn = posting.reversal_of === null && posting.transfer === null && posting.source !== "purchase_order";
  if (!mayReverse || !isOwn || corrections.some((one) => one.reversal_of)) {
    return null;
  }
  return (
    <>
      <Button variant="outlined" startIcon={<UndoIcon />} onClick={() => setAsking(true)}>
        {t("posting.reverse")}
      </Button>
      <ReasonDialog open={isAsking} title={t("posting.reverse")} text={t("posting.reverseText")} action={t("posting.reverse")} reason={t("posting.why")} close={() => setAsking(false)} act={(reason) => act.mutate(reason)} busy={act.isPending} problem={act.error} />
    </>
  );
}

/** Where else this leads: what it undoes, what undid it, the transfer it is a part of. */
export function PostingFacts({ posting, corrections }: { posting: Posting; corrections: readonly Posting[] }) {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { day, time } = useFormats();
  const name = useActorName();
  const reason = useReason();
  const { document } = posting;
  const toPosting = (id: string, text: string) => (
    <Link key={id} to="/movements/$postingId" params={{ postingId: id }}>
      {text}
    </Link>
  );
  const facts: Fact[] = [
    [common("date"), time(posting.effective_at)],
    posting.recorded_at !== posting.effective_at && [t("column.recorded"), time(posting.recorded_at)],
    [t("who.header"), name(posting.actor)],
    [t("document.type"), [t(`documentType.${document.type as DocumentType}`), document.number, document.date && day(document.date)].filter(Boolean).join(" · ")],
    document.party !== "" && [t("document.party"), document.party],
    posting.reason !== "" && [common("reason"), reason(posting.reason, document.type)],
    posting.note !== "" && [common("note"), posting.note],
    posting.transfer !== null && [
      t("kind.transfer"),
      <Link key="transfer" to={"/transfers/$transferId" as "/"} params={{ transferId: posting.transfer } as never}>
        {t("posting.transfer")}
      </Link>,
    ],
    posting.reversal_of !== null && [t("posting.undoes"), toPosting(posting.reversal_of, t("posting.original"))],
    posting.return_of !== null && [t("posting.returnOf"), toPosting(posting.return_of, t("posting.original"))],
    ...corrections.map((one): Fact => [one.reversal_of ? t("posting.undoneBy") : t("kind.customer_return"), toPosting(one.id, `${time(one.effective_at)}${one.reason ? ` · ${one.reason}` : ""}`)]),
  ];
  return <Facts facts={facts} />;
}
