import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, data, once, type Schemas } from "../../api/client";
import { useFormats } from "../../ui/formats";
import { BackLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { SitePicker } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useWares } from "../sales/wares";
import { useAvailable } from "./availability";
import { asQuantity, isShort, withMore, type GoodsLine } from "./goods";
import { GoodsEditor } from "./GoodsEditor";
import { useOwnSite } from "./ownSite";

const route = getRouteApi("/shell/transfers/new");

type Draft = { source: string; destination: string; lines: GoodsLine[]; note: string; state: "draft" | "pending" };

const bodyOf = ({ source, destination, lines, note, state }: Draft): Schemas["StartTransfer"] => ({
  source,
  destination,
  state,
  note: note.trim(),
  lines: lines.map(({ ware, quantity, lot }) => ({ product: ware.id, quantity: asQuantity(quantity), ...(lot.trim() ? { lot: lot.trim() } : {}) })),
});

/** Goods for another site: scan them, say from where and to where. */
export function NewTransferPage() {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { quantity } = useFormats();
  const asked = route.useSearch();
  const navigate = route.useNavigate();
  const toast = useToast();
  const own = useOwnSite();
  const { byId } = useWares();
  const form = useForm<Draft, Schemas["TransferView"]>({
    initial: { source: asked.source ?? "", destination: asked.destination ?? "", lines: [], note: "", state: "pending" },
    touches: ["transfers", "stock", "products", "dashboard"],
    send: (draft, key) => data(api.POST("/api/v1/transfers", { params: { header: once(key) }, body: bodyOf({ ...draft, source: draft.source || (own ?? "") }) })),
    done: ({ id, number, state }) => {
      toast({ text: t(state === "draft" ? "new.kept" : "new.made", { number }) });
      void navigate({ to: "/transfers/$transferId", params: { transferId: id } });
    },
  });
  const { values, set, setValues } = form;
  const source = values.source || (own ?? "");
  const available = useAvailable(values.lines.map(({ ware }) => ware.id));

  const isPreset = useRef(false);
  useEffect(() => {
    if (asked.product && !isPreset.current) {
      isPreset.current = true;
      void byId(asked.product).then((ware) => setValues((draft) => ({ ...draft, lines: withMore(draft.lines, ware) })), () => undefined);
    }
  }, [asked.product, byId, setValues]);

  const isReady = values.lines.length > 0 && source !== "" && values.destination !== "";
  return (
    <Page title={t("new.title")} above={<BackLink to="/transfers">{common("nav.transfers")}</BackLink>}>
      <Box component="form" ref={form.form} noValidate onSubmit={form.submit} sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 320px" }, alignItems: "start" }}>
        <Paper variant="outlined" sx={{ p: 4, order: { md: 2 } }}>
          <Stack spacing={4}>
            <SitePicker mine required label={t("new.from")} value={source} set={(code) => set("source", code)} error={Boolean(form.fault("source"))} helperText={form.fault("source")} />
            <SitePicker required label={t("new.to")} value={values.destination} set={(code) => set("destination", code)} error={Boolean(form.fault("destination"))} helperText={form.fault("destination")} />
            <TextField {...form.field("note")} label={common("note")} multiline minRows={2} />
          </Stack>
        </Paper>
        <Stack spacing={3}>
          {form.above && (
            <Alert severity="error" tabIndex={-1}>
              {form.above}
            </Alert>
          )}
          <GoodsEditor
            lots
            lines={values.lines}
            change={(to) => setValues((draft) => ({ ...draft, lines: to(draft.lines) }))}
            fault={form.fault}
            note={({ ware, quantity: wanted }) => {
              const there = available.get(ware.id)?.get(source);
              return source && there !== undefined ? (
                <Typography variant="body2" className="figures" color={isShort(wanted, there) ? "error" : "text.secondary"}>
                  {t("new.available", { quantity: quantity(there), site: source })}
                </Typography>
              ) : null;
            }}
          />
          {/* The first button is the one that Enter presses. */}
          <Stack direction="row-reverse" useFlexGap spacing={2} sx={{ flexWrap: "wrap" }}>
            <Button type="submit" variant="contained" loading={form.busy} disabled={!isReady} onClick={() => set("state", "pending")}>
              {t("new.make")}
            </Button>
            <Button type="submit" disabled={!isReady || form.busy} onClick={() => set("state", "draft")}>
              {t("new.keep")}
            </Button>
          </Stack>
        </Stack>
      </Box>
    </Page>
  );
}
