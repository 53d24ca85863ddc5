import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Failure, Listing } from "../../ui/Listing";
import { PageFooter } from "../../ui/PageFooter";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { isTyping, useShortcutsOn } from "../../ui/shortcuts";
import { useList } from "../../ui/useList";
import { Filters, SiteFilter } from "../stock/Filters";
import { ApproveDrawer } from "./ApproveDrawer";
import { RequestGoods } from "./RequestGoods";
import { useApprove, useMayDo, useReasoned, useWhence } from "./useRequestDeeds";
import type { Request } from "./whence";

const route = getRouteApi("/shell/requests");

/** What waits for a decision, each with its goods, their stock and their value, and the decision itself. */
export function Queue({ site }: { site: string | undefined }) {
  const { t } = useTranslation("requests");
  const navigate = route.useNavigate();
  const isOn = useShortcutsOn();
  const list = useList("/api/v1/requests", { query: { state: ["pending"], ...(site ? { site } : {}) } }, { size: 25 });
  const set = (code: string | undefined) => void navigate({ search: (before) => ({ ...before, site: code }), replace: true });
  const queue = useQueueKeys();
  return (
    <>
      <Stack direction="row" useFlexGap spacing={3} sx={{ mb: 4, alignItems: "center", flexWrap: "wrap" }}>
        <Filters>
          <SiteFilter site={site} set={set} />
        </Filters>
        {isOn && list.items.length > 0 && (
          <Typography variant="body2" color="textSecondary" sx={{ display: { xs: "none", md: "block" } }}>
            {t("queue.keys")}
          </Typography>
        )}
      </Stack>
      <Listing state={list} isEmpty={list.items.length === 0} empty={{ title: t("empty.approve"), hint: t("emptyHint.approve") }} narrowed={site ? { clear: () => set(undefined) } : null}>
        <Stack component="ul" spacing={4} aria-label={t("tab.approve")} ref={queue} sx={{ listStyle: "none", m: 0, p: 0, opacity: list.isStale ? 0.6 : 1 }}>
          {list.items.map((one) => (
            <Waiting key={one.id} summary={one} />
          ))}
        </Stack>
      </Listing>
      {list.items.length > 0 && <PageFooter paging={list} count={list.items.length} />}
    </>
  );
}

/** j and k go through the requests; a approves, r rejects the one where one is, or the first. */
function useQueueKeys() {
  const queue = useRef<HTMLUListElement>(null);
  const isOn = useShortcutsOn();
  useEffect(() => {
    if (!isOn) {
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || !["a", "r", "j", "k"].includes(event.key)) {
        return;
      }
      const cards = [...(queue.current?.querySelectorAll<HTMLElement>("[data-request]") ?? [])];
      const at = cards.findIndex((card) => card.contains(document.activeElement));
      if (event.key === "j" || event.key === "k") {
        const next = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), cards.length - 1);
        cards[next]?.querySelector<HTMLElement>("a")?.focus();
      } else {
        cards[Math.max(at, 0)]?.querySelector<HTMLElement>(`[data-deed=${event.key === "a" ? "approve" : "reject"}]`)?.click();
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [isOn]);
  return queue;
}

/** Whether an element has come into sight, so that a long queue is read as one goes down it. */
function useSeen() {
  const element = useRef<HTMLLIElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current || isSeen) {
      return;
    }
    const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && setSeen(true), { rootMargin: "300px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return [element, isSeen] as const;
}

function Waiting({ summary }: { summary: Schemas["RequestSummary"] }) {
  const { t } = useTranslation("requests");
  const { day, ago } = useFormats();
  const [element, isSeen] = useSeen();
  const answer = useQuery({ ...read("/api/v1/requests/{request_id}", { path: { request_id: summary.id } }), enabled: isSeen });
  return (
    <Card component="li" ref={element} data-request="" sx={{ p: 4 }}>
      <Stack direction="row" sx={{ flexWrap: "wrap", alignItems: "baseline", mb: 1, columnGap: 3, rowGap: 0 }}>
        <Link to="/requests/$requestId" params={{ requestId: summary.id }} sx={{ fontWeight: 650 }}>
          {t("name", { number: summary.number })}
        </Link>
        <Typography variant="body2">{t(`kindAt.${summary.kind}`, { site: `${summary.site.code} · ${summary.site.name}` })}</Typography>
        <Typography variant="body2" color="textSecondary">
          {[summary.requested_by.name, ago(summary.created_at), summary.needed_on && t("neededOn", { day: day(summary.needed_on) })].filter(Boolean).join(" · ")}
        </Typography>
      </Stack>
      <Typography sx={{ mb: 3, overflowWrap: "anywhere" }}>{summary.reason}</Typography>
      {answer.data ? <Decision request={answer.data} /> : answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <Skeleton height={summary.lines * 24 + 56} sx={{ transform: "none" }} />}
    </Card>
  );
}

function Decision({ request }: { request: Request }) {
  const { t: common } = useTranslation();
  const { money } = useFormats();
  const { available, atOnce } = useWhence(request);
  return (
    <>
      <RequestGoods request={request} available={available} source={atOnce?.source ?? null} />
      <Stack direction="row" useFlexGap spacing={2} sx={{ mt: 4, flexWrap: "wrap", alignItems: "center", justifyContent: "space-between" }}>
        <Box className="figures">
          {common("total")} <strong>{money(request.value, request.currency)}</strong>
        </Box>
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
          <DecisionButtons request={request} />
        </Stack>
      </Stack>
    </>
  );
}

/** Grants at once what can be granted at once, or asks how; or turns it down. */
export function DecisionButtons({ request }: { request: Request }) {
  const { t } = useTranslation("requests");
  const may = useMayDo(request);
  const { atOnce, available, givers } = useWhence(request);
  const [open, setOpen] = useState<"approve" | "reject" | null>(null);
  const close = () => setOpen(null);
  const approve = useApprove(request);
  const reject = useReasoned(request, "reject", close);
  if (!may.decide) {
    return null;
  }
  return (
    <>
      <Button color="error" data-deed="reject" aria-keyshortcuts="r" onClick={() => setOpen("reject")}>
        {t("deed.reject")}
      </Button>
      {atOnce && <Button onClick={() => setOpen("approve")}>{t("deed.approveSome")}</Button>}
      <Button
        variant="contained"
        data-deed="approve"
        aria-keyshortcuts="a"
        loading={approve.isPending}
        onClick={() => (atOnce ? approve.mutate(atOnce.source ? { source: atOnce.source } : {}) : setOpen("approve"))}
      >
        {atOnce ? (atOnce.source ? t("deed.approveFrom", { site: atOnce.source }) : t("deed.approve")) : t("deed.approveHow")}
      </Button>
      {open === "approve" && <ApproveDrawer request={request} available={available} givers={givers} close={close} />}
      <ReasonDialog open={open === "reject"} title={t("deed.reject")} action={t("deed.reject")} reason={t("why")} close={close} act={(reason) => reject.mutate(reason)} busy={reject.isPending} problem={reject.error} />
    </>
  );
}
