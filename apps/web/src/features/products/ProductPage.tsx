import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import ContentCopyIcon from "@mui/icons-material/ContentCopyOutlined";
import DeleteIcon from "@mui/icons-material/DeleteOutlined";
import EditIcon from "@mui/icons-material/EditOutlined";
import IconButton from "@mui/material/IconButton";
import LabelIcon from "@mui/icons-material/QrCode2Outlined";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import MoreIcon from "@mui/icons-material/MoreVert";
import PauseIcon from "@mui/icons-material/PauseCircleOutlined";
import Stack from "@mui/material/Stack";
import StockIcon from "@mui/icons-material/SwapVertOutlined";
import Tabs from "@mui/material/Tabs";
import Tooltip from "@mui/material/Tooltip";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ifUnchanged } from "../../api/client";
import { asProblem } from "../../api/problem";
import { read, useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { NotFoundPage } from "../../shell/NotFoundPage";
import { useFormats } from "../../ui/formats";
import { BackLink, LinkButton, LinkTab } from "../../ui/links";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { isTyping, useShortcutsOn } from "../../ui/shortcuts";
import { useToast } from "../../ui/toasts";
import { useSetActive } from "./BulkActions";
import type { Product } from "./draft";
import { Facts } from "./Facts";
import { Picture } from "./Picture";
import { Recording, useMayRecord, type ToRecord } from "./recording";
import type { PRODUCT_TABS } from "./routes";
import { StockTab } from "./StockTab";
import { statusOf, StockStatus } from "./status";
import { useBalances } from "./SiteStock";

const EditProduct = lazy(() => import("./ProductDrawer").then((module) => ({ default: module.EditProduct })));
const MovementsTab = lazy(() => import("./MovementsTab").then((module) => ({ default: module.MovementsTab })));
const ForecastTab = lazy(() => import("./ForecastTab").then((module) => ({ default: module.ForecastTab })));
const SuppliersTab = lazy(() => import("./SuppliersTab").then((module) => ({ default: module.SuppliersTab })));
const CodesTab = lazy(() => import("./CodesTab").then((module) => ({ default: module.CodesTab })));
const ImagesTab = lazy(() => import("./ImagesTab").then((module) => ({ default: module.ImagesTab })));
const ComponentsTab = lazy(() => import("./ComponentsTab").then((module) => ({ default: module.ComponentsTab })));
const PoliciesTab = lazy(() => import("./PoliciesTab").then((module) => ({ default: module.PoliciesTab })));
const HistoryTab = lazy(() => import("./HistoryTab").then((module) => ({ default: module.HistoryTab })));

type TabName = (typeof PRODUCT_TABS)[number];

/** What each tab needs to be offered. A kit has no stock, movements, forecasts or policies of its own. */
const TABS: Record<TabName, { needs: string; of: "unit" | "kit" | "both" }> = {
  stock: { needs: "product:read", of: "unit" },
  components: { needs: "product:read", of: "kit" },
  movements: { needs: "stock:read", of: "unit" },
  forecast: { needs: "report:read", of: "unit" },
  suppliers: { needs: "supplier:read", of: "unit" },
  policies: { needs: "stock:read", of: "unit" },
  codes: { needs: "product:read", of: "both" },
  images: { needs: "product:read", of: "both" },
  history: { needs: "audit:read", of: "both" },
};

/** Everything about one product. */
export function ProductPage() {
  const { productId } = useParams({ from: "/shell/products/$productId" });
  const answer = useQuery(read("/api/v1/products/{product_id}", { path: { product_id: productId } }));
  if (answer.data) {
    return <Shown key={productId} product={answer.data} />;
  }
  if (answer.error && [404, 422].includes(asProblem(answer.error).status)) {
    return <NotFoundPage />;
  }
  return answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />;
}

function Shown({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const { can } = useSession();
  const { tab, site } = useSearch({ from: "/shell/products/$productId" });
  const { quantity, money } = useFormats();
  const mayRecord = useMayRecord();
  const mayEdit = can("product:write");
  const [isEditing, setEditing] = useState(false);
  const [toRecord, setToRecord] = useState<ToRecord | null>(null);
  const isKit = product.kind === "kit";
  const offered = (Object.keys(TABS) as TabName[]).filter((name) => can(TABS[name].needs) && ["both", product.kind].includes(TABS[name].of));
  const at = tab && offered.includes(tab) ? tab : offered[0];
  const isLow = useBalances(product).some(({ low }) => low);
  useKeyE(mayEdit, () => setEditing(true));

  return (
    <Page
      title={product.name}
      above={<BackLink to="/products">{t("common:nav.products")}</BackLink>}
      subtitle={
        <Stack direction="row" spacing={3} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
          <CopyCode code={product.sku} />
          <span>{product.category?.name}</span>
          <StockStatus status={statusOf({ ...product, low: isLow })} />
        </Stack>
      }
      actions={
        <>
          {mayRecord && product.active && !isKit && (
            <Button variant="contained" startIcon={<StockIcon />} onClick={() => setToRecord({ product })}>
              {t("adjust")}
            </Button>
          )}
          <LinkButton variant="outlined" startIcon={<LabelIcon />} to="/labels" search={{ products: product.id }}>
            {t("common:nav.labels")}
          </LinkButton>
          {mayEdit && (
            <Button variant="outlined" startIcon={<EditIcon />} onClick={() => setEditing(true)}>
              {t("common:edit")}
            </Button>
          )}
          {mayEdit && can("product:delete") && <MoreMenu product={product} />}
        </>
      }
    >
      <Stack direction="row" useFlexGap sx={{ alignItems: "center", mb: 4, gap: { xs: 4, sm: 6 } }}>
        <Picture src={product.images[0]?.thumbnail_url} size={72} />
        <Facts
          facts={[
            ...(isKit ? [] : [[t("common:onHand"), quantity(product.on_hand)] as const]),
            [t("available"), quantity(product.available)],
            [t("common:price"), money(product.price, product.currency)],
            ...(product.cost === null ? [] : [[t("common:cost"), money(product.cost, product.currency)] as const]),
          ]}
        />
      </Stack>
      {product.description && (
        <Box component="p" sx={{ mt: 0, mb: 4, maxWidth: 720, whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
          {product.description}
        </Box>
      )}
      <Tabs value={at ?? false} variant="scrollable" scrollButtons="auto" allowScrollButtonsMobile aria-label={t("tabs.label")} sx={{ borderBottom: 1, borderColor: "divider", mb: 4 }}>
        {offered.map((name) => (
          <LinkTab key={name} value={name} label={t(`tabs.${name}`)} to="/products/$productId" params={{ productId: product.id }} search={{ tab: name, site }} replace resetScroll={false} />
        ))}
      </Tabs>
      <Suspense fallback={<LateSkeleton />}>
        {at === "stock" && <StockTab product={product} record={(site) => setToRecord({ product, site })} />}
        {at === "movements" && <MovementsTab product={product} />}
        {at === "forecast" && <ForecastTab product={product} />}
        {at === "suppliers" && <SuppliersTab product={product} />}
        {at === "codes" && <CodesTab product={product} />}
        {at === "images" && <ImagesTab product={product} />}
        {at === "components" && <ComponentsTab product={product} />}
        {at === "policies" && <PoliciesTab product={product} />}
        {at === "history" && <HistoryTab product={product} />}
      </Suspense>
      <Suspense>{isEditing && <EditProduct product={product} close={() => setEditing(false)} />}</Suspense>
      <Recording what={toRecord} close={() => setToRecord(null)} />
    </Page>
  );
}

function useKeyE(may: boolean, edit: () => void) {
  const isOn = useShortcutsOn() && may;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "e" && !isTyping(event) && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        edit();
      }
    };
    if (isOn) {
      document.addEventListener("keydown", onKey);
    }
    return () => document.removeEventListener("keydown", onKey);
  });
}

function CopyCode({ code }: { code: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const copy = () => void navigator.clipboard?.writeText(code).then(() => toast({ text: t("copied"), seconds: 2 }));
  return (
    <Box component="span" sx={{ display: "inline-flex", alignItems: "center" }}>
      {code}
      {navigator.clipboard && (
        <Tooltip title={t("copy")}>
          <IconButton size="small" aria-label={`${t("copy")} ${code}`} onClick={copy}>
            <ContentCopyIcon sx={{ fontSize: 16 }} />
          </IconButton>
        </Tooltip>
      )}
    </Box>
  );
}

function MoreMenu({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const navigate = useNavigate();
  const toast = useToast();
  const setActive = useSetActive();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const remove = useAct(
    () => api.DELETE("/api/v1/products/{product_id}", { params: { path: { product_id: product.id }, header: ifUnchanged(product.version) } }),
    {
      removes: product.id,
      touches: ["products", "dashboard"],
      quiet: true,
      done: () => {
        toast({ text: t("remove.done", { name: product.name }) });
        void navigate({ to: "/products" });
      },
    },
  );
  return (
    <>
      <IconButton aria-label={t("common:more")} aria-haspopup="menu" onClick={(event) => setAnchor(event.currentTarget)}>
        <MoreIcon />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        <MenuItem
          onClick={() => {
            setAnchor(null);
            setActive.mutate({ products: [product], active: !product.active });
          }}
        >
          <ListItemIcon>
            <PauseIcon fontSize="small" />
          </ListItemIcon>
          {t(product.active ? "deactivate" : "activate")}
        </MenuItem>
        <MenuItem
          onClick={() => {
            setAnchor(null);
            setDeleting(true);
          }}
        >
          <ListItemIcon>
            <DeleteIcon fontSize="small" />
          </ListItemIcon>
          {t("common:delete")}
        </MenuItem>
      </Menu>
      <ReasonDialog
        open={isDeleting}
        title={t("remove.title", { name: product.name })}
        text={t("remove.text")}
        action={t("common:delete")}
        close={() => {
          setDeleting(false);
          remove.reset();
        }}
        act={() => remove.mutate(undefined)}
        busy={remove.isPending}
        problem={remove.error}
      />
    </>
  );
}
