import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { BackLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { SitePicker } from "../../ui/pickers";
import { useForm } from "../../ui/useForm";
import { FileField } from "../stock/FileField";
import { TOUCHED, useRecord, useRecordedToast, type Recorded } from "../stock/useRecord";
import { useUnsentReady } from "../unsent/ready";
import { LastSale } from "./LastSale";
import { added, bodyOf, emptySale, saleTotal, type SaleDraft } from "./sale";
import { SaleLines } from "./SaleLines";
import { useCounterSite } from "./useCounterSite";
import { useScans } from "./useScans";
import { WareField } from "./WareField";
import { useWares } from "./wares";

const route = getRouteApi("/shell/sales/new");

/** The counter: scan or type, see the total, register. Made to be worked by the keyboard or a scanner alone. */
export function NewSalePage() {
  const { t } = useTranslation("sales");
  const { t: common } = useTranslation();
  const { product, site: asked } = route.useSearch();
  const { can } = useSession();
  const { money } = useFormats();
  const { site, choose } = useCounterSite(asked);
  const wares = useWares();
  useUnsentReady();
  const field = useRef<HTMLInputElement>(null);
  const record = useRecord();
  const tell = useRecordedToast();
  const [last, setLast] = useState<{ recorded: Recorded; draft: SaleDraft } | null>(null);

  const form = useForm<SaleDraft, Recorded>({
    initial: emptySale(""),
    touches: TOUCHED,
    send: (draft, key) => record({ path: "sales", body: bodyOf({ ...draft, site: draft.site || site }), title: titleOf(draft), files: draft.files }, key),
    done: (recorded, draft) => {
      setLast({ recorded, draft });
      tell(recorded, titleOf(draft), () => setLast(null));
      form.reset(emptySale(draft.site));
      scans.forget();
      field.current?.focus();
    },
  });
  const { values, set, setValues } = form;
  const titleOf = (draft: SaleDraft) => t("new.recorded", { total: money(saleTotal(draft.lines)) });
  const scans = useScans(wares, ({ ware, quantity, lot }) => setValues((draft) => ({ ...draft, lines: added(draft.lines, ware, quantity, lot) })));
  const { byId } = wares;
  const isPreset = useRef(false);
  useEffect(() => {
    if (product && !isPreset.current) {
      isPreset.current = true;
      void byId(product).then((ware) => setValues((draft) => ({ ...draft, lines: added(draft.lines, ware) })), () => undefined);
    }
  }, [product, byId, setValues]);

  const chosenSite = values.site || site;
  const isReady = values.lines.length > 0 && chosenSite !== "" && scans.pending === 0;
  const register = () => {
    if (isReady && !form.busy) {
      form.submit();
    }
  };
  const total = saleTotal(values.lines);
  const currency = values.lines[0]?.ware.currency;
  return (
    <Page title={t("new.title")} above={<BackLink to="/sales">{common("nav.sales")}</BackLink>}>
      <Box
        component="form"
        ref={form.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          register();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            register();
          }
        }}
        sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 340px" }, alignItems: "start" }}
      >
        <Stack spacing={3}>
          <WareField field={field} search={wares.search} choose={(ware) => scans.choose(ware)} scan={scans.scan} enter={register} />
          {scans.unknown && <Unknown unknown={scans.unknown} choose={scans.choose} close={scans.forget} />}
          {form.above && (
            <Alert severity="error" tabIndex={-1}>
              {form.above}
            </Alert>
          )}
          <SaleLines lines={values.lines} set={(lines) => set("lines", lines)} fault={form.fault} site={chosenSite} />
        </Stack>
        <Stack useFlexGap spacing={4} sx={{ display: { xs: "contents", md: "flex" }, position: "sticky", top: 72 }}>
          <Paper variant="outlined" sx={{ p: { xs: 3, md: 4 }, position: { xs: "sticky", md: "static" }, bottom: 64, zIndex: 2, display: "flex", flexDirection: { xs: "row", md: "column" }, gap: 3 }}>
            <Stack direction={{ xs: "column", md: "row" }} sx={{ flex: 1, justifyContent: "space-between", alignItems: { md: "baseline" } }} role="status">
              <Typography color="textSecondary">{common("total")}</Typography>
              <Typography className="figures" sx={{ fontSize: { xs: "1.25rem", md: "1.75rem" }, fontWeight: 650 }}>
                {money(total, currency)}
              </Typography>
            </Stack>
            <Button type="submit" variant="contained" size="large" loading={form.busy} disabled={!isReady} sx={{ minHeight: 48, flex: { xs: 1, md: "none" } }}>
              {t("new.register")}
            </Button>
          </Paper>
          <Paper variant="outlined" sx={{ p: 4 }}>
            <Stack spacing={3}>
              <SitePicker
                mine
                required
                label={common("site")}
                value={chosenSite}
                set={(code) => {
                  choose(code);
                  set("site", code);
                }}
                error={Boolean(form.fault("lines/0/site"))}
                helperText={form.fault("lines/0/site")}
              />
              <TextField label={t("customer")} autoComplete="off" value={values.document.party} onChange={(event) => set("document", { ...values.document, party: event.target.value })} error={Boolean(form.fault("document/party"))} helperText={form.fault("document/party")} />
              <TextField label={t("documentNumber")} autoComplete="off" value={values.document.number} onChange={(event) => set("document", { ...values.document, number: event.target.value })} error={Boolean(form.fault("document/number"))} helperText={form.fault("document/number")} />
              <TextField label={common("note")} value={values.note} onChange={(event) => set("note", event.target.value)} />
              {can("attachment:add") && <FileField files={values.files} set={(files) => set("files", files)} />}
            </Stack>
          </Paper>
          {last && <LastSale recorded={last.recorded} draft={last.draft} />}
        </Stack>
      </Box>
    </Page>
  );
}

/** A code that names no product, with those that may have been meant. */
function Unknown({ unknown, choose, close }: { unknown: NonNullable<ReturnType<typeof useScans>["unknown"]>; choose: ReturnType<typeof useScans>["choose"]; close: () => void }) {
  const { t } = useTranslation("sales");
  return (
    <Alert severity="warning" role="alert" onClose={close}>
      {unknown.isOffline ? t("new.unknownOffline", { code: unknown.code }) : t(unknown.near.length > 0 ? "new.which" : "new.unknown", { code: unknown.code })}
      {unknown.near.length > 0 && (
        <Stack direction="row" useFlexGap spacing={1} sx={{ flexWrap: "wrap", mt: 1 }}>
          {unknown.near.map((ware) => (
            <Button key={ware.id} size="small" variant="outlined" color="inherit" onClick={() => choose(ware)}>
              {ware.sku} · {ware.name}
            </Button>
          ))}
        </Stack>
      )}
    </Alert>
  );
}
