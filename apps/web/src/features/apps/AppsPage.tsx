import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/query";
import { Link } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { Page, Section } from "../../ui/Page";
import { KindIcon, Standing } from "./Standing";
import { standingOf, usePluginWords, useReason, type Plugin } from "./plugin";

/** What the shop is connected with, and what else it could be. */
export function AppsPage() {
  const { t } = useTranslation(["apps", "common"]);
  const answer = useQuery(read("/api/v1/plugins"));
  const all = answer.data?.items ?? [];
  const groups = [
    { name: "inUse", plugins: all.filter((one) => one.state !== "built_in" && standingOf(one) !== "off") },
    { name: "offered", plugins: all.filter((one) => standingOf(one) === "off") },
    { name: "builtIn", plugins: all.filter((one) => one.state === "built_in") },
  ] as const;
  return (
    <Page title={t("common:nav.apps")} subtitle={t("subtitle")}>
      <Listing
        state={{ isPending: answer.isPending, error: answer.error, retry: () => void answer.refetch(), readAt: answer.dataUpdatedAt }}
        isEmpty={all.length === 0}
        empty={{ title: t("empty"), hint: t("emptyHint") }}
        narrowed={null}
      >
        {groups.map(
          ({ name, plugins }) =>
            plugins.length > 0 && (
              <Section key={name} title={t(`group.${name}`)}>
                <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 4, gridTemplateColumns: { xs: "1fr", sm: "repeat(auto-fill, minmax(300px, 1fr))" } }}>
                  {plugins.map((plugin) => (
                    <AppCard key={plugin.id} plugin={plugin} />
                  ))}
                </Box>
              </Section>
            ),
        )}
      </Listing>
    </Page>
  );
}

function AppCard({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const { title, does } = usePluginWords()(plugin);
  const reason = useReason();
  const why = plugin.problem ?? plugin.trouble;
  return (
    <Card component="li" data-row="" sx={{ p: 4, display: "flex", flexDirection: "column", gap: 2, position: "relative", "&:hover": { borderColor: "primary.main" } }}>
      <Stack direction="row" spacing={3} sx={{ alignItems: "flex-start" }}>
        <KindIcon kind={plugin.kind} />
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Link
            to="/apps/$pluginId"
            params={{ pluginId: plugin.id }}
            sx={{ fontWeight: 650, color: "text.primary", overflowWrap: "anywhere", "&::after": { content: '""', position: "absolute", inset: 0 } }}
          >
            {title}
          </Link>
          <Typography variant="caption" color="textSecondary" component="p">
            {t("version", { version: plugin.version })}
          </Typography>
        </Box>
        <Standing plugin={plugin} />
      </Stack>
      <Typography variant="body2" color="textSecondary">
        {does}
      </Typography>
      {why && (
        <Typography variant="body2" color={standingOf(plugin) === "broken" ? "error" : "textPrimary"} sx={{ overflowWrap: "anywhere" }}>
          {reason(why)}
        </Typography>
      )}
      {plugin.dead + plugin.refused > 0 && <Typography variant="body2">{t("stuck", { count: plugin.dead + plugin.refused })}</Typography>}
    </Card>
  );
}
