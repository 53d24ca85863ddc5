import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { useAct } from "../../api/query";
import { useMay } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useSiteNames } from "../../ui/SitesField";
import { useToast } from "../../ui/toasts";
import { useList, type Item } from "../../ui/useList";
import { ItemState } from "./ItemState";
import { TOUCHED, useReason, type Plugin } from "./plugin";
import { StateFilter } from "./StateFilter";

const route = getRouteApi("/shell/apps/$pluginId");
const STATES = ["attention", "refused", "dirty", "pushing", "clean"] as const;
type Level = Item<"/api/v1/channels/{plugin_id}/links">;

/** What the shop shows of each product at each location, and what it should. */
export function LevelsTab({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation(["apps", "common"]);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { quantity, time } = useFormats();
  const sites = useSiteNames();
  const reason = useReason();
  const toast = useToast();
  const mayWrite = useMay("plugin:write");
  const state = STATES.find((one) => one === search.state);
  const list = useList("/api/v1/channels/{plugin_id}/links", { path: { plugin_id: plugin.id }, query: state ? { state } : {} });
  const resolve = useAct(({ level, keep }: { level: Level; keep: "ours" | "theirs" }) => api.POST("/api/v1/channels/{plugin_id}/links/{link_id}/resolve", { params: { path: { plugin_id: plugin.id, link_id: level.id } }, body: { keep } }), {
    touches: TOUCHED,
    done: (_, { keep }) => toast({ text: t(`level.kept.${keep}`) }),
  });
  const narrow = (to: string | undefined) => void navigate({ search: { tab: "levels", state: to }, replace: true });
  return (
    <DataTable
      caption={t("tab.levels")}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={{ title: t("level.empty"), hint: t("level.emptyHint") }}
      narrowed={state ? { clear: () => narrow(undefined) } : null}
      toolbar={<StateFilter states={STATES} words={(one) => t(`level.state.${one}`)} value={state} set={narrow} />}
      columns={[
        {
          id: "product",
          header: t("common:product"),
          cell: (level) => (
            <Box>
              <Link to="/products/$productId" params={{ productId: level.product.id }} sx={{ fontWeight: 600, color: "text.primary" }}>
                {level.product.name}
              </Link>
              <Typography variant="caption" color="textSecondary" component="p">
                {level.product.sku}
              </Typography>
            </Box>
          ),
        },
        { id: "site", header: t("common:site"), cell: (level) => sites([level.site]) },
        { id: "wanted", header: t("level.wanted"), align: "right", card: "figure", cell: (level) => quantity(level.wanted) },
        { id: "shown", header: t("level.shown"), align: "right", cell: (level) => quantity(level.shown) },
        { id: "state", header: t("common:status"), cell: (level) => <ItemState of="level" state={level.state} /> },
        { id: "why", header: t("common:reason"), cell: (level) => (level.error ? reason(level.error) : level.reason ? t(`level.reason.${level.reason}` as "level.reason.drift", { defaultValue: level.reason }) : "–") },
        { id: "tried", header: t("level.tried"), card: "none", cell: (level) => time(level.tried_at) },
        ...(mayWrite
          ? [
              {
                id: "act",
                header: "",
                align: "right" as const,
                cell: (level: Level) =>
                  level.state === "attention" && (
                    <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
                      {(["ours", "theirs"] as const).map((keep) => (
                        <Button key={keep} size="small" aria-label={`${t(`level.keep.${keep}`)}: ${level.product.sku}`} onClick={() => resolve.mutate({ level, keep })}>
                          {t(`level.keep.${keep}`)}
                        </Button>
                      ))}
                    </Stack>
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}
