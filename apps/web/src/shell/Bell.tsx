import Badge from "@mui/material/Badge";
import IconButton from "@mui/material/IconButton";
import NotificationsIcon from "@mui/icons-material/NotificationsOutlined";
import { useQuery } from "@tanstack/react-query";
import { createLink } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { read } from "../api/query";

const LinkIcon = createLink((props: { href?: string; "aria-label": string; children: React.ReactNode }) => <IconButton component="a" {...props} />);

/** How many notifications are unread, and the way to them. */
export function Bell() {
  const { t } = useTranslation();
  const answer = useQuery(read("/api/v1/notifications", { query: { unread: true, limit: 1 } }));
  const unread = answer.data?.unread ?? 0;
  return (
    <LinkIcon to={"/notifications" as "/"} aria-label={t("notifications", { count: unread })}>
      <Badge badgeContent={unread} color="error" max={99}>
        <NotificationsIcon />
      </Badge>
    </LinkIcon>
  );
}
