import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import CountIcon from "@mui/icons-material/FactCheckOutlined";
import FormControlLabel from "@mui/material/FormControlLabel";
import LookUpIcon from "@mui/icons-material/SearchOutlined";
import Paper from "@mui/material/Paper";
import PlaceIcon from "@mui/icons-material/PlaceOutlined";
import ReceiveIcon from "@mui/icons-material/MoveToInboxOutlined";
import SaleIcon from "@mui/icons-material/PointOfSaleOutlined";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import TransferIcon from "@mui/icons-material/LocalShippingOutlined";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { SvgIconComponent } from "@mui/icons-material";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { keepParts } from "../../offline/serviceWorker";
import { useSession } from "../../session/session";
import { compare, typedNumber, useFormats } from "../../ui/formats";
import { LinkButton } from "../../ui/links";
import { Page } from "../../ui/Page";
import { SitePicker } from "../../ui/pickers";
import { CountChooser, OrderChooser, TransferChooser } from "./Choosers";
import { CodeField } from "./CodeField";
import { DocumentPanel } from "./DocumentPanel";
import { GoodsCard, GoodsHead } from "./GoodsCard";
import { Latest } from "./Latest";
import { amountOf } from "./log";
import { firstMode, modesFor, type Mode } from "./modes";
import { UnknownCard } from "./UnknownCard";
import { useScan, type Scanning } from "./useScan";
import { Viewfinder } from "./Viewfinder";

const route = getRouteApi("/shell/scan");
const ICONS: Readonly<Record<Mode, SvgIconComponent>> = { "look-up": LookUpIcon, sale: SaleIcon, receive: ReceiveIcon, count: CountIcon, transfer: TransferIcon };
const LAST = "pirwa-scan-mode";

/** One place for everything that is done by scanning. */
export function ScanPage() {
  const { t } = useTranslation("scan");
  const { can } = useSession();
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  const [first] = useState(() => firstMode(can, asked.mode, localStorage.getItem(LAST), Boolean(asked.code)));
  const modes = modesFor(can);
  const mode = asked.mode && modes.includes(asked.mode) ? asked.mode : first;
  const go = (to: Mode) => {
    localStorage.setItem(LAST, to);
    void navigate({ search: (before) => ({ ...before, mode: to, code: undefined, document: undefined }), replace: true });
  };
  const scan = useScan(mode, go, asked.site);
  const { hear, open, result } = scan;
  const isPhone = useMediaQuery("(max-width: 899px)");

  const came = useRef("");
  useEffect(() => {
    const kind = asked.mode === "transfer" ? "transfer" : "order";
    const what = asked.document ? `${kind}/${asked.document}` : (asked.code ?? "");
    if (!what || came.current === what) {
      return;
    }
    came.current = what;
    if (asked.document) {
      void open(kind, asked.document);
    } else {
      hear(what, false); // a link alone never records anything
    }
  }, [asked.code, asked.document, asked.mode, hear, open]);
  useEffect(keepParts, []);

  return (
    <Page title={t("title")}>
      <Box sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) minmax(0, 1fr)" }, alignItems: "start" }}>
        <Stack spacing={3}>
          {modes.length > 1 && (
            <Modes
              modes={modes}
              mode={mode}
              go={(to) => {
                scan.hush();
                go(to);
              }}
            />
          )}
          <Context scan={scan} />
          <Viewfinder seen={hear} flash={useFlash(result)} />
          {!isPhone && <CodeField enter={hear} />}
        </Stack>
        <Stack spacing={3}>
          <Told scan={scan} />
          <Matter scan={scan} go={go} />
          {isPhone && <CodeField enter={hear} />}
          <Latest entries={scan.entries} undo={(entry) => void scan.undo(entry)} again={(code) => hear(code, false)} clear={() => scan.dispatch({ do: "clear" })} />
        </Stack>
      </Box>
    </Page>
  );
}

function Modes({ modes, mode, go }: { modes: readonly Mode[]; mode: Mode; go: (mode: Mode) => void }) {
  const { t } = useTranslation("scan");
  return (
    <ToggleButtonGroup exclusive fullWidth value={mode} onChange={(_, to: Mode | null) => to && go(to)} aria-label={t("modes")}>
      {modes.map((one) => {
        const Icon = ICONS[one];
        return (
          <ToggleButton
            key={one}
            value={one}
            sx={{ flexDirection: { xs: "column", sm: "row" }, gap: { xs: 0, sm: 2 }, minHeight: 52, px: 1, py: 1, fontSize: { xs: "0.75rem", sm: "0.875rem" }, lineHeight: 1.2, textTransform: "none", color: "text.primary", "&.Mui-selected, &.Mui-selected:hover": { bgcolor: "primary.main", color: "primary.contrastText" } }}
          >
            <Icon fontSize="small" />
            {t(`mode.${one}`)}
          </ToggleButton>
        );
      })}
    </ToggleButtonGroup>
  );
}

/** Where it is recorded, and whether every scan is recorded at once. */
function Context({ scan }: { scan: Scanning }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { mode, site, place, count } = scan;
  const needsSite = mode === "sale" || (mode === "receive" && scan.isLoose && !scan.order);
  return (
    <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center", minHeight: 40 }}>
      {needsSite && (
        <SitePicker
          mine
          label={common("site")}
          value={site}
          set={(code) => {
            scan.chooseSite(code);
            scan.setPlace("");
          }}
          sx={{ width: 220 }}
        />
      )}
      {mode === "count" && count && <Chip label={t("document.count", { number: count.number })} onDelete={() => scan.setCount(null)} color="primary" variant="outlined" />}
      {place && mode !== "look-up" && <Chip icon={<PlaceIcon />} label={t("place", { place })} onDelete={() => scan.setPlace("")} variant="outlined" />}
      <Box sx={{ flex: 1 }} />
      {mode !== "look-up" && <FormControlLabel control={<Switch checked={scan.isContinuous} onChange={(_, to) => scan.setContinuous(to)} />} label={t("continuous")} sx={{ mr: 0 }} />}
    </Stack>
  );
}

/** What the last scan came to: seen, heard, and read aloud. */
function Told({ scan: { result, mode, pending } }: { scan: Scanning }) {
  const { t } = useTranslation("scan");
  return (
    <Box aria-live="assertive" aria-atomic="true" data-testid="scan-result">
      {result ? (
        <Alert key={result.number} role="presentation" severity={result.tone === "good" ? "success" : "warning"} variant="outlined" sx={{ bgcolor: "background.paper", fontWeight: 600, overflowWrap: "anywhere" }}>
          {result.text}
        </Alert>
      ) : (
        <Alert role="presentation" severity="info" variant="outlined" sx={{ bgcolor: "background.paper" }}>
          {pending > 0 ? t("looking") : t(`hint.${mode}`)}
        </Alert>
      )}
    </Box>
  );
}

/** What one is about to do. */
function Matter({ scan, go }: { scan: Scanning; go: (mode: Mode) => void }) {
  const { t } = useTranslation("scan");
  const { can } = useSession();
  const { money, quantity } = useFormats();
  const { mode, card, unknown, named, order, transfer, count } = scan;
  const paper = mode === "receive" ? order : mode === "transfer" ? transfer : null;
  const setPaper = mode === "receive" ? scan.setOrder : scan.setTransfer;
  const showsCard = card !== null && !paper && (mode === "look-up" || mode === "sale" || (mode === "receive" && scan.isLoose) || (mode === "count" && count !== null));
  const units = card && typedNumber(card.quantity);
  const isWrong = card !== null && (units === null || (compare(units, "0") <= 0 && !(mode === "count" && scan.countMode === "set")) || scan.needsLot(card.goods, card.lot.trim()));
  const amount = card && units && amountOf(card.goods, units);
  return (
    <>
      {unknown && <UnknownCard unknown={unknown} again={(code) => scan.hear(code, false)} ignore={() => scan.setUnknown(null)} keep={scan.keepable ? { label: t(`unknown.keep.${scan.keepable}`), act: () => void scan.keepCode() } : null} />}
      {named && <Named named={named} close={() => scan.setNamed(null)} />}
      {showsCard && mode === "look-up" && (
        <Paper variant="outlined" component="section" aria-label={card.goods.name} sx={{ p: 4 }}>
          <Stack spacing={3}>
            <GoodsHead goods={card.goods} code={card.code} here={scan.site} close={scan.forget} />
            {card.lot && <Typography variant="body2">{t("card.lotRead", { lot: card.lot })}</Typography>}
            {can("sale:record") && (
              <Button variant="outlined" startIcon={<SaleIcon />} onClick={() => go("sale")} sx={{ alignSelf: "flex-start", minHeight: 48 }}>
                {t("card.sell")}
              </Button>
            )}
          </Stack>
        </Paper>
      )}
      {showsCard && mode !== "look-up" && (
        <GoodsCard
          card={card}
          here={scan.site}
          set={(to) => scan.setCard({ ...card, ...to })}
          close={scan.forget}
          act={() => void scan.act()}
          busy={scan.isBusy}
          disabled={isWrong || (mode !== "count" && !scan.site)}
          fault={scan.fault}
          comesIn={mode === "receive"}
          action={
            mode === "sale"
              ? [t("card.registerSale"), amount && money(amount, card.goods.currency)].filter(Boolean).join(" · ")
              : mode === "count"
                ? t(scan.countMode === "add" ? "card.countAdd" : "card.countSet", { quantity: quantity(units ?? "0") })
                : t("card.receive", { quantity: quantity(units ?? "0") })
          }
        >
          {mode !== "count" && !scan.site && <Alert severity="info">{t("card.siteFirst")}</Alert>}
          {mode === "count" && (
            <ToggleButtonGroup exclusive size="small" value={scan.countMode} onChange={(_, to: "add" | "set" | null) => to && scan.setCountMode(to)} aria-label={t("card.countHow")}>
              <ToggleButton value="add" sx={{ textTransform: "none" }}>{t("card.add")}</ToggleButton>
              <ToggleButton value="set" sx={{ textTransform: "none" }}>{t("card.setTo")}</ToggleButton>
            </ToggleButtonGroup>
          )}
        </GoodsCard>
      )}
      {paper && (
        <DocumentPanel
          doc={paper.doc}
          tally={paper.tally}
          latest={paper.latest}
          set={(tally) => setPaper({ ...paper, tally })}
          settle={() => void scan.settle()}
          busy={scan.isBusy}
          fault={scan.fault}
          close={() => setPaper(null)}
        />
      )}
      {mode === "receive" && !order && !scan.isLoose && <OrderChooser open={scan.orders} choose={(id) => void scan.open("order", id)} loose={scan.mayBring ? () => scan.setLoose(true) : null} />}
      {mode === "receive" && !order && scan.isLoose && (
        <Button onClick={() => scan.setLoose(false)} sx={{ alignSelf: "flex-start" }}>
          {t("choose.byOrder")}
        </Button>
      )}
      {mode === "transfer" && !transfer && <TransferChooser open={scan.transfers} choose={(id) => void scan.open("transfer", id)} />}
      {mode === "count" && !count && <CountChooser open={scan.counts} choose={scan.setCount} />}
    </>
  );
}

const WHERE = {
  transfer: (id: string) => `/transfers/${id}`,
  purchase_order: (id: string) => `/purchases/${id}`,
  posting: (id: string) => `/movements/${id}`,
  category: () => "/products",
} as const;
const NEEDS = { transfer: "transfer:read", purchase_order: "purchase:read", posting: "stock:read", category: "product:read" } as const;

/** A document, or what else has this code. */
function Named({ named, close }: { named: NonNullable<Scanning["named"]>; close: () => void }) {
  const { t } = useTranslation("scan");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { kind, id, label } = named;
  return (
    <Paper variant="outlined" component="section" sx={{ p: 4 }}>
      <Stack spacing={3}>
        <Typography variant="h2">{t(`named.${kind}`, { label })}</Typography>
        <Stack direction="row" spacing={2}>
          {can(NEEDS[kind]) && (
            <LinkButton to={WHERE[kind](id) as "/"} search={(kind === "category" ? { category: id } : {}) as never} variant="contained">
              {t("named.open")}
            </LinkButton>
          )}
          <Button onClick={close}>{common("close")}</Button>
        </Stack>
      </Stack>
    </Paper>
  );
}

/** The colour of the frame for a moment after each scan. */
function useFlash(result: Scanning["result"]): "good" | "bad" | null {
  const [shown, setShown] = useState<number | null>(null);
  const number = result?.number ?? null;
  useEffect(() => {
    setShown(number);
    const timer = setTimeout(() => setShown(null), 700);
    return () => clearTimeout(timer);
  }, [number]);
  return result && shown === result.number ? result.tone : null;
}
