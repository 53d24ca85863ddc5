import Alert from "@mui/material/Alert";
import AssignmentReturnIcon from "@mui/icons-material/AssignmentReturnOutlined";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { compare, useFormats } from "../../ui/formats";
import { BackLink } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { Attachments } from "../stock/Attachments";
import { PostingFacts, Reverse, useCorrections } from "../stock/PostingPage";
import { PostingLines } from "../stock/PostingLines";
import type { Posting } from "../stock/useRecord";
import { ReturnDrawer } from "./ReturnDrawer";
import { outside, postedTotal } from "./sale";

const route = getRouteApi("/shell/sales/$saleId");

/** One sale, and what came back of it. */
export function SalePage() {
  const { saleId } = route.useParams();
  const { t } = useTranslation("sales");
  const answer = useQuery(read("/api/v1/stock/postings/{posting_id}", { path: { posting_id: saleId } }));
  if (answer.data) {
    return <Shown key={saleId} sale={answer.data} />;
  }
  return (
    <Page title={t("one.title")} above={<Back />}>
      {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
    </Page>
  );
}

function Back() {
  const { t } = useTranslation();
  return (
    <BackLink to="/sales">
      {t("nav.sales")}
    </BackLink>
  );
}

function Shown({ sale }: { sale: Posting }) {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { money } = useFormats();
  const mayReturn = useMay("stock:post");
  const [isReturning, setReturning] = useState(false);
  const corrections = useCorrections(sale.id);
  const returns = corrections.filter((one) => one.return_of === sale.id);
  const isReversed = corrections.some((one) => one.reversal_of === sale.id);
  const left = outside(sale.lines, returns.map(({ lines }) => lines));
  const isOut = sale.kind === "sale" && !isReversed && left.some((one) => compare(one.left, "0") > 0);
  return (
    <Page
      title={[t("one.title"), sale.document.number].filter(Boolean).join(" ")}
      above={<Back />}
      actions={
        <>
          {mayReturn && isOut && (
            <Button variant="contained" startIcon={<AssignmentReturnIcon />} onClick={() => setReturning(true)}>
              {t("return.title")}
            </Button>
          )}
          <Reverse posting={sale} corrections={corrections} />
        </>
      }
    >
      {isReversed && (
        <Alert severity="info" sx={{ mb: 4 }}>
          {t("one.reversed")}
        </Alert>
      )}
      {!isReversed && returns.length > 0 && (
        <Alert severity="info" sx={{ mb: 4 }}>
          {t(isOut ? "one.partlyReturned" : "one.allReturned")}
        </Alert>
      )}
      <PostingFacts posting={sale} corrections={corrections} />
      <Section title={t("one.lines")}>
        <PostingLines posting={sale} />
        <Stack direction="row" spacing={4} sx={{ justifyContent: "flex-end", alignItems: "baseline", mt: 3 }}>
          <Typography color="textSecondary">{common("total")}</Typography>
          <Typography className="figures" sx={{ fontSize: "1.5rem", fontWeight: 650 }}>
            {money(postedTotal(sale), sale.currency)}
          </Typography>
        </Stack>
      </Section>
      <Attachments subject={sale.id} />
      {isReturning && <ReturnDrawer sale={sale} left={left} close={() => setReturning(false)} />}
    </Page>
  );
}
