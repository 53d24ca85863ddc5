import AddIcon from "@mui/icons-material/AddOutlined";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay, useSession } from "../../session/session";
import { LinkButton } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { LOOKS_EVERY } from "./job";
import type { ReportName } from "./report";
import { ReportsFrame } from "./ReportsFrame";
import { draftOf, isUnderWay, NEW, type Draft } from "./schedule";
import { ScheduleCard } from "./ScheduleCard";

const ScheduleDrawer = lazy(() => import("./ScheduleDrawer").then((module) => ({ default: module.ScheduleDrawer })));
const Received = lazy(() => import("./Received").then((module) => ({ default: module.Received })));
const route = getRouteApi("/shell/reports/schedules");

/** Reports that come by mail: those that one has sent, and those that one is sent. */
export function SchedulesPage() {
  const { t } = useTranslation("reports");
  const maySend = useMay("report:schedule");
  return (
    <ReportsFrame
      tab="schedules"
      actions={
        maySend && (
          <LinkButton to="/reports/schedules" search={{ new: "any" }} variant="contained" startIcon={<AddIcon />}>
            {t("schedule.new")}
          </LinkButton>
        )
      }
    >
      {maySend && <Sending />}
      <Suspense>
        <Received />
      </Suspense>
    </ReportsFrame>
  );
}

function Sending() {
  const { t } = useTranslation("reports");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { profile } = useSession();
  const answer = useQuery({ ...read("/api/v1/report-schedules"), refetchInterval: ({ state }) => ((state.data ?? []).some(isUnderWay) ? LOOKS_EVERY : false) });
  const schedules = answer.data ?? [];
  const edited = schedules.find(({ id, owner_id }) => id === search.edit && owner_id === profile.id);
  const close = () => void navigate({ search: {}, replace: true });
  const draft: Draft = { ...NEW, report: search.new && search.new !== "any" ? (search.new as ReportName) : "", site: search.site ?? "", category: search.category ?? "", product: search.product ?? "", readers: [profile.id], language: profile.locale.startsWith("en") ? "en" : "es" };
  return (
    <Box sx={{ mb: 8 }}>
      <Listing
        state={{ isPending: answer.isPending, error: answer.error, retry: () => void answer.refetch(), readAt: answer.dataUpdatedAt }}
        isEmpty={schedules.length === 0}
        empty={{
          title: t("schedule.none"),
          hint: t("schedule.noneHint"),
          action: (
            <LinkButton to="/reports/schedules" search={{ new: "any" }} variant="outlined">
              {t("schedule.new")}
            </LinkButton>
          ),
        }}
        narrowed={null}
      >
        <Stack component="ul" spacing={3} aria-label={t("tab.schedules")} sx={{ listStyle: "none", m: 0, p: 0 }}>
          {schedules.map((schedule) => (
            <ScheduleCard key={schedule.id} schedule={schedule} />
          ))}
        </Stack>
      </Listing>
      <Suspense>
        {search.new && <ScheduleDrawer key={search.new} schedule={null} draft={draft} close={close} />}
        {edited && <ScheduleDrawer key={edited.id} schedule={edited} draft={draftOf(edited)} close={close} />}
      </Suspense>
    </Box>
  );
}
