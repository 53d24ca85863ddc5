import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Tabs from "@mui/material/Tabs";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { NotFoundPage } from "../../shell/NotFoundPage";
import { useFormats } from "../../ui/formats";
import { BackLink, Link, LinkTab } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { useProblemText } from "../../ui/problems";
import { RowMenu } from "../../ui/RowMenu";
import { useToast } from "../../ui/toasts";
import { isAtWork, standingOf, TOUCHED, usePluginWords, useReason, type Plugin } from "./plugin";
import { RemoveDialog, useDownload } from "./RemoveDialog";
import type { APP_TABS } from "./routes";
import { SettingsTab } from "./SettingsTab";
import { Standing } from "./Standing";

const LogTab = lazy(() => import("./LogTab").then((module) => ({ default: module.LogTab })));
const IncomingTab = lazy(() => import("./IncomingTab").then((module) => ({ default: module.IncomingTab })));
const ShopTab = lazy(() => import("./ShopTab").then((module) => ({ default: module.ShopTab })));
const ItemsTab = lazy(() => import("./ItemsTab").then((module) => ({ default: module.ItemsTab })));
const LocationsTab = lazy(() => import("./LocationsTab").then((module) => ({ default: module.LocationsTab })));
const LevelsTab = lazy(() => import("./LevelsTab").then((module) => ({ default: module.LevelsTab })));

const route = getRouteApi("/shell/apps/$pluginId");
type TabName = (typeof APP_TABS)[number];

/** One app: what it is told, what it did, and what of the shop it is tied to. */
export function AppPage() {
  const { pluginId } = route.useParams();
  const answer = useQuery(read("/api/v1/plugins/{plugin_id}", { path: { plugin_id: pluginId } }));
  if (answer.data) {
    return <Shown key={pluginId} plugin={answer.data} />;
  }
  if (answer.error && asProblem(answer.error).status === 404) {
    return <NotFoundPage />;
  }
  return answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />;
}

function tabsOf(plugin: Plugin): TabName[] {
  if (plugin.state === "built_in" || plugin.state === "quarantined") {
    return [];
  }
  const wasOn = plugin.state !== "installed";
  const shop: TabName[] = plugin.kind === "storefront" && wasOn ? ["shop", "items", "locations", "levels"] : [];
  return ["settings", ...shop, ...(wasOn ? (["log", "incoming"] as const) : [])];
}

function Shown({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const { tab } = route.useSearch();
  const { title, does } = usePluginWords()(plugin);
  const [isRemoving, setRemoving] = useState(false);
  const mayWrite = useMay("plugin:write");
  const download = useDownload(plugin);
  const offered = tabsOf(plugin);
  const at = tab && offered.includes(tab) ? tab : offered[0];
  const isKnown = !["built_in", "installed", "quarantined", "removed"].includes(plugin.state);
  return (
    <Page
      title={title}
      above={<BackLink to="/apps">{t("common:nav.apps")}</BackLink>}
      subtitle={
        <Stack direction="row" spacing={3} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <Standing plugin={plugin} />
          <span>{does}</span>
        </Stack>
      }
      actions={
        mayWrite &&
        isKnown && (
          <>
            {(isAtWork(plugin) || plugin.state === "paused") && <SwitchOff plugin={plugin} />}
            <RowMenu
              label={t("common:more")}
              acts={[
                { label: t("data.download"), act: () => download.mutate(null) },
                { label: t("remove.open"), act: () => setRemoving(true), danger: true },
              ]}
            />
          </>
        )
      }
    >
      <Notices plugin={plugin} />
      {offered.length > 1 && (
        <Tabs value={at ?? false} variant="scrollable" scrollButtons="auto" allowScrollButtonsMobile aria-label={title} sx={{ borderBottom: 1, borderColor: "divider", mb: 4 }}>
          {offered.map((name) => (
            <LinkTab key={name} value={name} label={t(`tab.${name}`)} to="/apps/$pluginId" params={{ pluginId: plugin.id }} search={{ tab: name }} replace resetScroll={false} />
          ))}
        </Tabs>
      )}
      <Suspense fallback={<LateSkeleton />}>
        {at === "settings" && <SettingsTab plugin={plugin} />}
        {at === "shop" && <ShopTab plugin={plugin} />}
        {at === "items" && <ItemsTab plugin={plugin} />}
        {at === "locations" && <LocationsTab plugin={plugin} />}
        {at === "levels" && <LevelsTab plugin={plugin} />}
        {at === "log" && <LogTab plugin={plugin} />}
        {at === "incoming" && <IncomingTab plugin={plugin} />}
      </Suspense>
      {offered.length === 0 && plugin.state === "built_in" && <Alert severity="info">{t("builtIn")}</Alert>}
      {isRemoving && <RemoveDialog plugin={plugin} close={() => setRemoving(false)} />}
    </Page>
  );
}

/** Why it does not run, or not well. */
function Notices({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const { time } = useFormats();
  const reason = useReason();
  const why = plugin.problem ?? plugin.trouble;
  return (
    <Stack spacing={2} sx={{ mb: why || plugin.dead > 0 || plugin.refused > 0 ? 4 : 0 }}>
      {why && (
        <Alert severity={standingOf(plugin) === "broken" ? "error" : "warning"}>
          {plugin.state === "paused" && `${t("notice.paused")} `}
          {plugin.state === "quarantined" && `${t("notice.quarantined")} `}
          {plugin.state === "degraded" && `${t("notice.degraded", { until: time(plugin.retry_at) })} `}
          {reason(why)}
        </Alert>
      )}
      {plugin.dead > 0 && (
        <Alert severity="warning">
          {t("notice.dead", { count: plugin.dead })}{" "}
          <Link to="/apps/$pluginId" params={{ pluginId: plugin.id }} search={{ tab: "log", state: "dead" }} color="inherit" underline="always">
            {t("notice.look")}
          </Link>
        </Alert>
      )}
      {plugin.refused > 0 && (
        <Alert severity="warning">
          {t("notice.refused", { count: plugin.refused })}{" "}
          <Link to="/apps/$pluginId" params={{ pluginId: plugin.id }} search={{ tab: "levels", state: "refused" }} color="inherit" underline="always">
            {t("notice.look")}
          </Link>
        </Alert>
      )}
    </Stack>
  );
}

function SwitchOff({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const toast = useToast();
  const text = useProblemText();
  const { title } = usePluginWords()(plugin);
  const path = { plugin_id: plugin.id };
  const again = useAct(() => api.POST("/api/v1/plugins/{plugin_id}/enable", { params: { path }, body: {} }), { touches: TOUCHED, done: () => toast({ text: t("switchedOn", { title }) }) });
  const off = useAct(() => api.POST("/api/v1/plugins/{plugin_id}/disable", { params: { path } }), {
    touches: TOUCHED,
    quiet: true,
    done: () => toast({ text: t("switchedOff", { title }), action: { label: t("common:undo"), do: () => again.mutate(undefined) } }),
  });
  const refused = (problem: NonNullable<typeof off.error>) =>
    toast({ severity: "error", seconds: 10, text: problem.code === "plugin_required" ? t("requiredBy", { by: (problem.body.by as string[] | undefined)?.join(", ") }) : text(problem) });
  return (
    <Button variant="outlined" loading={off.isPending} onClick={() => off.mutate(undefined, { onError: refused })}>
      {t("switchOff")}
    </Button>
  );
}
