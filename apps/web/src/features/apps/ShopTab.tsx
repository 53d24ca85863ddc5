import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "../../api/client";
import { read, useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Failure, LateSkeleton, Nothing } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import { useToast } from "../../ui/toasts";
import { TOUCHED, useReason, type Plugin } from "./plugin";

type Channel = Schemas["channels_ChannelView"];

/** How far a shop on the internet has come: what was read of it, and whether it shows what it is to show. */
export function ShopTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const answer = useQuery({ ...read("/api/v1/channels"), refetchInterval: ({ state }) => (state.data?.items.some((one) => one.plugin === plugin.id && one.stage !== "ready") ? 3_000 : 30_000) });
  if (answer.error && !answer.data) {
    return <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} />;
  }
  if (!answer.data) {
    return <LateSkeleton />;
  }
  const channel = answer.data.items.find((one) => one.plugin === plugin.id);
  return channel ? <Shop channel={channel} /> : <Nothing title={t("shop.none")} hint={t("shop.noneHint")} />;
}

function Shop({ channel }: { channel: Channel }) {
  const { t } = useTranslation(["apps", "common"]);
  const { quantity, time } = useFormats();
  const reason = useReason();
  const toast = useToast();
  const mayWrite = useMay("plugin:write");
  const { imported, items, levels } = channel;
  const params = { path: { plugin_id: channel.plugin } };
  const again = useAct(() => api.POST("/api/v1/channels/{plugin_id}/import", { params }), { touches: TOUCHED, done: () => toast({ text: t("shop.importAsked") }) });
  const reconcile = useAct(() => data(api.POST("/api/v1/channels/{plugin_id}/reconcile", { params })), { touches: TOUCHED, done: (result) => toast({ text: t("shop.reconcileAsked", { count: result.levels }) }) });
  const isBusy = channel.stage !== "ready";
  return (
    <>
      <Section
        title={t("shop.import")}
        actions={
          mayWrite && (
            <Button variant="outlined" loading={again.isPending} disabled={isBusy} onClick={() => again.mutate(undefined)}>
              {t("shop.importAgain")}
            </Button>
          )
        }
      >
        <Stack spacing={2}>
          <Typography role="status">{t(`shop.stage.${channel.stage}` as "shop.stage.ready", { count: imported.seen, seen: quantity(imported.seen), when: time(imported.finished_at), defaultValue: channel.stage })}</Typography>
          {isBusy && <LinearProgress aria-label={t("shop.import")} />}
          {imported.problem && <Alert severity="warning">{`${reason(imported.problem)} ${t("shop.nextAt", { when: time(imported.next_at) })}`}</Alert>}
          {channel.price_problem && <Alert severity="warning">{reason(channel.price_problem)}</Alert>}
          <Figures>
            {(["linked", "unmatched", "ambiguous", "ignored", "gone"] as const).map((state) => (
              <Figure key={state} name={t(`item.state.${state}`)} value={<Link to="/apps/$pluginId" params={{ pluginId: channel.plugin }} search={{ tab: "items", state }}>{quantity(items[state] ?? 0)}</Link>} />
            ))}
          </Figures>
        </Stack>
      </Section>
      <Section
        title={t("shop.levels")}
        actions={
          mayWrite && (
            <Button variant="outlined" loading={reconcile.isPending} onClick={() => reconcile.mutate(undefined)}>
              {t("shop.reconcile")}
            </Button>
          )
        }
      >
        <Figures>
          <Figure name={t("shop.total")} value={<Link to="/apps/$pluginId" params={{ pluginId: channel.plugin }} search={{ tab: "levels" }}>{quantity(levels.total ?? 0)}</Link>} />
          <Figure name={t("shop.toPush")} value={<Link to="/apps/$pluginId" params={{ pluginId: channel.plugin }} search={{ tab: "levels", state: "dirty" }}>{quantity(levels.to_push ?? 0)}</Link>} />
          <Figure name={t("shop.attention")} value={<Link to="/apps/$pluginId" params={{ pluginId: channel.plugin }} search={{ tab: "levels", state: "attention" }}>{quantity(levels.attention ?? 0)}</Link>} />
          <Figure name={t("shop.refused")} value={<Link to="/apps/$pluginId" params={{ pluginId: channel.plugin }} search={{ tab: "levels", state: "refused" }}>{quantity(levels.refused ?? 0)}</Link>} />
          <Figure name={t("shop.drifted")} value={t("shop.driftedOf", { drifted: quantity(levels.drifted ?? 0), read: quantity(levels.read ?? 0) })} />
          <Figure name={t("shop.oldest")} value={time(levels.oldest_read_at)} />
        </Figures>
      </Section>
    </>
  );
}

function Figures({ children }: { children: ReactNode }) {
  return (
    <Box component="dl" sx={{ m: 0, display: "grid", gap: 4, gridTemplateColumns: { xs: "1fr 1fr", md: "repeat(6, 1fr)" } }}>
      {children}
    </Box>
  );
}

function Figure({ name, value }: { name: string; value: ReactNode }) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8125rem" }}>
        {name}
      </Box>
      <Box component="dd" className="figures" sx={{ m: 0, fontSize: "1.125rem", fontWeight: 600 }}>
        {value}
      </Box>
    </Box>
  );
}
