import AppsIcon from "@mui/icons-material/ExtensionOutlined";
import ApprovalIcon from "@mui/icons-material/AssignmentTurnedInOutlined";
import AuditIcon from "@mui/icons-material/HistoryOutlined";
import BusinessIcon from "@mui/icons-material/BusinessOutlined";
import CategoryIcon from "@mui/icons-material/AccountTreeOutlined";
import ChannelIcon from "@mui/icons-material/StorefrontOutlined";
import CountIcon from "@mui/icons-material/FactCheckOutlined";
import ForecastIcon from "@mui/icons-material/QueryStatsOutlined";
import HelpIcon from "@mui/icons-material/HelpOutlineOutlined";
import HomeIcon from "@mui/icons-material/HomeOutlined";
import LabelIcon from "@mui/icons-material/QrCode2Outlined";
import MovementsIcon from "@mui/icons-material/SwapVertOutlined";
import ProductIcon from "@mui/icons-material/Inventory2Outlined";
import PurchaseIcon from "@mui/icons-material/ShoppingCartOutlined";
import RecommendationIcon from "@mui/icons-material/TipsAndUpdatesOutlined";
import ReplenishmentIcon from "@mui/icons-material/AutorenewOutlined";
import ReportIcon from "@mui/icons-material/AssessmentOutlined";
import SaleIcon from "@mui/icons-material/PointOfSaleOutlined";
import ScanIcon from "@mui/icons-material/QrCodeScannerOutlined";
import SettingsIcon from "@mui/icons-material/SettingsOutlined";
import SupplierIcon from "@mui/icons-material/FactoryOutlined";
import TransferIcon from "@mui/icons-material/LocalShippingOutlined";
import UsersIcon from "@mui/icons-material/GroupOutlined";
import type { SvgIconComponent } from "@mui/icons-material";

export type Destination = {
  /** As usage is counted and pins are kept; its name is `nav.<page>` in the words. */
  page: string;
  to: string;
  icon: SvgIconComponent;
  /** One of these permissions shows it; nothing demanded where empty. */
  needs: readonly string[];
  group: "daily" | "stock" | "buying" | "insight" | "company";
};

/** Every page that navigation offers, in its order. The server decides what one may do there. */
export const DESTINATIONS: readonly Destination[] = [
  { page: "home", to: "/", icon: HomeIcon, needs: [], group: "daily" },
  { page: "products", to: "/products", icon: ProductIcon, needs: ["product:read"], group: "daily" },
  { page: "scan", to: "/scan", icon: ScanIcon, needs: ["lookup:read"], group: "daily" },
  { page: "sales", to: "/sales", icon: SaleIcon, needs: ["sale:read"], group: "daily" },
  { page: "requests", to: "/requests", icon: ApprovalIcon, needs: ["request:read", "request:create"], group: "daily" },
  { page: "movements", to: "/movements", icon: MovementsIcon, needs: ["stock:post", "stock:issue"], group: "stock" },
  { page: "transfers", to: "/transfers", icon: TransferIcon, needs: ["transfer:read"], group: "stock" },
  { page: "counts", to: "/counts", icon: CountIcon, needs: ["count:read"], group: "stock" },
  { page: "categories", to: "/categories", icon: CategoryIcon, needs: ["category:write"], group: "stock" },
  { page: "labels", to: "/labels", icon: LabelIcon, needs: ["stock:post", "product:write"], group: "stock" },
  { page: "replenishment", to: "/replenishment", icon: ReplenishmentIcon, needs: ["purchase:write"], group: "buying" },
  { page: "purchases", to: "/purchases", icon: PurchaseIcon, needs: ["purchase:read"], group: "buying" },
  { page: "suppliers", to: "/suppliers", icon: SupplierIcon, needs: ["supplier:read"], group: "buying" },
  { page: "channel_orders", to: "/channel-orders", icon: ChannelIcon, needs: ["channel_order:read"], group: "buying" },
  { page: "reports", to: "/reports", icon: ReportIcon, needs: ["report:read"], group: "insight" },
  { page: "forecasts", to: "/forecasts", icon: ForecastIcon, needs: ["report:read"], group: "insight" },
  { page: "recommendations", to: "/recommendations", icon: RecommendationIcon, needs: ["purchase:write", "policy:write"], group: "insight" },
  { page: "apps", to: "/apps", icon: AppsIcon, needs: ["plugin:read"], group: "company" },
  { page: "users", to: "/users", icon: UsersIcon, needs: ["user:read"], group: "company" },
  { page: "audit", to: "/audit", icon: AuditIcon, needs: ["audit:read"], group: "company" },
  { page: "settings", to: "/settings", icon: SettingsIcon, needs: ["company:write"], group: "company" },
  { page: "companies", to: "/companies", icon: BusinessIcon, needs: ["platform:company"], group: "company" },
  { page: "contact", to: "/contact", icon: HelpIcon, needs: [], group: "company" },
];

/** What a person sees of it. Whoever owns the platform may work in no company, and then has no home in one. */
export function destinationsFor(can: (permission: string) => boolean, isInCompany: boolean): Destination[] {
  return DESTINATIONS.filter(({ page, needs }) => (page === "home" ? isInCompany : needs.length === 0 || needs.some(can)));
}

const PHONE_FIRST = ["home", "scan", "products", "sales", "transfers", "requests", "reports", "companies"];

/** The four of the bar at the foot of a phone. */
export function phoneBar(destinations: readonly Destination[]): Destination[] {
  return PHONE_FIRST.flatMap((page) => destinations.filter((one) => one.page === page)).slice(0, 4);
}
