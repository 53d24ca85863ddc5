import Avatar from "@mui/material/Avatar";
import Chip from "@mui/material/Chip";
import BrokenIcon from "@mui/icons-material/ErrorOutlined";
import ChatIcon from "@mui/icons-material/NotificationsOutlined";
import ExtensionIcon from "@mui/icons-material/ExtensionOutlined";
import MailIcon from "@mui/icons-material/MailOutlined";
import OffIcon from "@mui/icons-material/RadioButtonUncheckedOutlined";
import OnIcon from "@mui/icons-material/CheckCircleOutlined";
import SmsIcon from "@mui/icons-material/SmsOutlined";
import StoreIcon from "@mui/icons-material/StorefrontOutlined";
import SupplierIcon from "@mui/icons-material/FactoryOutlined";
import WarningIcon from "@mui/icons-material/WarningAmberOutlined";
import type { SvgIconComponent } from "@mui/icons-material";
import { useTranslation } from "react-i18next";
import { standingOf, type Plugin } from "./plugin";

const LOOKS = {
  on: { color: "success", icon: <OnIcon /> },
  off: { color: "default", icon: <OffIcon /> },
  attention: { color: "warning", icon: <WarningIcon /> },
  broken: { color: "error", icon: <BrokenIcon /> },
} as const;

/** On, off, needs attention or broken: by word, icon and colour. */
export function Standing({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation("apps");
  const standing = standingOf(plugin);
  return <Chip size="small" variant="outlined" {...LOOKS[standing]} label={t(`standing.${standing}`)} />;
}

const ICONS: Record<string, SvgIconComponent> = { storefront: StoreIcon, message_sender: SmsIcon, mail_sender: MailIcon, supplier_ordering: SupplierIcon, notification_channel: ChatIcon };

export function KindIcon({ kind }: { kind: string }) {
  const Icon = ICONS[kind] ?? ExtensionIcon;
  return (
    <Avatar variant="rounded" sx={{ bgcolor: "action.selected", color: "text.primary", width: 40, height: 40 }} aria-hidden>
      <Icon />
    </Avatar>
  );
}
