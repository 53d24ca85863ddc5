import Chip from "@mui/material/Chip";
import CloudOffIcon from "@mui/icons-material/CloudOffOutlined";
import { useTranslation } from "react-i18next";
import { useUnsent } from "../offline/outbox";
import { LinkChip } from "../ui/links";

/** What has not reached the server yet, and what it would not take. */
export function SyncState() {
  const { t } = useTranslation();
  const { waiting, toReview, isOnline } = useUnsent();
  return (
    <span role="status">
      {toReview > 0 ? (
        <LinkChip to={"/unsent" as "/"} size="small" color="error" label={t("sync.review", { count: toReview })} />
      ) : waiting > 0 ? (
        <LinkChip to={"/unsent" as "/"} size="small" color="warning" label={t("sync.unsent", { count: waiting })} />
      ) : (
        !isOnline && <Chip size="small" icon={<CloudOffIcon />} label={t("sync.offline")} />
      )}
    </span>
  );
}
