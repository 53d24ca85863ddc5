import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import DismissIcon from "@mui/icons-material/ArchiveOutlined";
import IconButton from "@mui/material/IconButton";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, type Schemas } from "../../api/client";
import { useAct } from "../../api/query";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { PageFooter, type Paging } from "../../ui/PageFooter";
import { useList } from "../../ui/useList";
import { placeOf } from "./places";

type News = Schemas["NotificationView"];
const route = getRouteApi("/shell/notifications");

/** What happened that concerns this person, the newest first. */
export function NotificationsPage() {
  const { t } = useTranslation("notifications");
  const { unread, kind } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useList("/api/v1/notifications", { query: { ...(unread ? { unread: true } : {}), ...(kind ? { kind: kind as News["kind"] } : {}) } }, { size: 25 });
  const readAll = useAct(() => api.POST("/api/v1/notifications/read", { body: {} }), { touches: ["notifications", "dashboard"] });
  const hasUnread = list.items.some(({ read_at }) => read_at === null);
  return (
    <Page
      title={t("title")}
      actions={
        <>
          <Button onClick={() => readAll.mutate(undefined)} disabled={!hasUnread} loading={readAll.isPending}>
            {t("readAll")}
          </Button>
          <LinkButton to="/notifications/wishes">{t("wishes.title")}</LinkButton>
        </>
      }
    >
      <Stack direction="row" spacing={2} sx={{ mb: 3 }}>
        {[false, true].map((only) => (
          <Chip
            key={String(only)}
            label={t(only ? "unread" : "all")}
            color={Boolean(unread) === only ? "primary" : "default"}
            variant={Boolean(unread) === only ? "filled" : "outlined"}
            aria-pressed={Boolean(unread) === only}
            onClick={() => void navigate({ search: only ? { unread: true } : {} })}
          />
        ))}
        {kind && <Chip label={t(`kind.${kind}` as "kind.low_stock")} onDelete={() => void navigate({ search: ({ kind: _, ...rest }) => rest })} />}
      </Stack>
      <Listing
        state={list}
        isEmpty={list.items.length === 0}
        empty={{ title: t("empty"), hint: t("emptyHint") }}
        narrowed={unread || kind ? { clear: () => void navigate({ search: {} }) } : null}
      >
        <Paper variant="outlined">
          <List disablePadding aria-label={t("title")}>
            {list.items.map((news) => (
              <Item key={news.id} news={news} />
            ))}
          </List>
        </Paper>
        <PageFooter paging={list as Paging} count={list.items.length} />
      </Listing>
    </Page>
  );
}

function Item({ news }: { news: News }) {
  const { t } = useTranslation("notifications");
  const { ago, time } = useFormats();
  const touches = ["notifications", "dashboard"];
  const read = useAct(() => api.POST("/api/v1/notifications/{notification_id}/read", { params: { path: { notification_id: news.id } } }), { touches });
  const dismiss = useAct(() => api.POST("/api/v1/notifications/{notification_id}/dismiss", { params: { path: { notification_id: news.id } } }), { touches });
  const isUnread = news.read_at === null;
  const opened = () => isUnread && read.mutate(undefined);
  const rest = news.count - news.items.length;
  return (
    <ListItem divider sx={{ alignItems: "flex-start", gap: 3, py: 3, px: { xs: 3, sm: 4 }, bgcolor: isUnread ? "action.hover" : undefined }}>
      <Box aria-hidden="true" sx={{ width: 8, height: 8, borderRadius: "50%", bgcolor: isUnread ? "primary.main" : "transparent", mt: 2, flexShrink: 0 }} />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "baseline" }}>
          <Typography component="h2" sx={{ fontWeight: isUnread ? 650 : 400 }}>
            {news.title}
          </Typography>
          {news.site && <Chip size="small" variant="outlined" label={news.site} />}
          <Tooltip title={time(news.created_at)}>
            <Typography component="time" dateTime={news.created_at} variant="caption" color="textSecondary">
              {ago(news.created_at)}
            </Typography>
          </Tooltip>
        </Stack>
        <Box component="ul" sx={{ m: 0, mt: 1, pl: 0, listStyle: "none" }}>
          {news.items.map((item) => {
            const place = placeOf(item);
            return (
              <Box component="li" key={`${item.subject_id} ${item.created_at}`} sx={{ py: 0.5, overflowWrap: "anywhere" }}>
                {place ? (
                  <Link to={place as "/"} variant="body2" onClick={opened}>
                    {item.text}
                  </Link>
                ) : (
                  <Typography variant="body2">{item.text}</Typography>
                )}
              </Box>
            );
          })}
          {rest > 0 && (
            <Typography component="li" variant="body2" color="textSecondary">
              {t("more", { count: rest })}
            </Typography>
          )}
        </Box>
        {isUnread && (
          <Button size="small" onClick={() => read.mutate(undefined)} sx={{ mt: 1, ml: -1 }}>
            {t("read")}
          </Button>
        )}
      </Box>
      <Tooltip title={t("dismiss")}>
        <IconButton aria-label={`${t("dismiss")}: ${news.title}`} onClick={() => dismiss.mutate(undefined)} size="small">
          <DismissIcon fontSize="small" />
        </IconButton>
      </Tooltip>
    </ListItem>
  );
}
