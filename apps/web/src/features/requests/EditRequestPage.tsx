import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormLabel from "@mui/material/FormLabel";
import Paper from "@mui/material/Paper";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useContext, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once, type Schemas } from "../../api/client";
import { read } from "../../api/query";
import { CustomsContext, useFormats } from "../../ui/formats";
import { Failure, LateSkeleton } from "../../ui/Listing";
import { today } from "../../ui/moments";
import { Page } from "../../ui/Page";
import { SitePicker } from "../../ui/pickers";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useWares } from "../sales/wares";
import { useAvailable } from "../transfers/availability";
import { asQuantity, isShort, withMore, type GoodsLine } from "../transfers/goods";
import { GoodsEditor } from "../transfers/GoodsEditor";
import { useOwnSite } from "../transfers/ownSite";
import { Back } from "./RequestPage";
import type { Request } from "./whence";

const newRoute = getRouteApi("/shell/requests/new");
const editRoute = getRouteApi("/shell/requests/$requestId/edit");

type Kind = Schemas["RequestKind"];
type Draft = { kind: Kind; site: string; lines: GoodsLine[]; reason: string; needed_on: string };

/** Asks for goods. */
export function NewRequestPage() {
  const { kind = "restock", site = "", product } = newRoute.useSearch();
  return <Form initial={{ kind, site, lines: [], reason: "", needed_on: "" }} product={product} />;
}

/** Changes what one asked for, while nobody has decided. */
export function EditRequestPage() {
  const { requestId } = editRoute.useParams();
  const { t } = useTranslation("requests");
  const answer = useQuery({ ...read("/api/v1/requests/{request_id}", { path: { request_id: requestId } }), staleTime: 0 });
  const request = answer.data;
  if (!request) {
    return (
      <Page title={t("one")} above={<Back />}>
        {answer.error ? <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} /> : <LateSkeleton />}
      </Page>
    );
  }
  return <Form key={request.id} initial={draftOf(request)} request={request} />;
}

function draftOf({ kind, site, lines, reason, needed_on }: Request): Draft {
  const goods = lines.map(({ product, sku, name, quantity }): GoodsLine => ({ key: product, ware: { id: product, sku, name, unit: "", tracking: "none", kind: "unit" }, quantity, lot: "" }));
  return { kind, site: site.code, lines: goods, reason, needed_on: needed_on ?? "" };
}

const linesOf = (lines: readonly GoodsLine[]): Schemas["RequestedLine"][] => lines.map(({ ware, quantity }) => ({ product: ware.id, quantity: asQuantity(quantity) }));

function useSend(request: Request | undefined, own: string | undefined) {
  return ({ kind, site, lines, reason, needed_on }: Draft, key: string): Promise<Request> => {
    const said = { site: site || (own ?? ""), lines: linesOf(lines), reason: reason.trim(), needed_on: needed_on || null };
    return request
      ? data(api.PATCH("/api/v1/requests/{request_id}", { params: { path: { request_id: request.id }, header: ifUnchanged(request.version) }, body: said }))
      : data(api.POST("/api/v1/requests", { params: { header: once(key) }, body: { kind, ...said } }));
  };
}

function Form({ initial, request: now, product }: { initial: Draft; request?: Request; product?: string | undefined }) {
  const [request] = useState(now); // what one changes is what one saw, whatever becomes of it meanwhile
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { quantity } = useFormats();
  const { timeZone } = useContext(CustomsContext);
  const navigate = useNavigate();
  const toast = useToast();
  const own = useOwnSite();
  const { byId } = useWares();
  const form = useForm<Draft, Request>({
    initial,
    touches: ["requests", "dashboard"],
    send: useSend(request, own),
    done: ({ id, number }) => {
      toast({ text: t(request ? "did.change" : "did.create", { number }) });
      void navigate({ to: "/requests/$requestId", params: { requestId: id } });
    },
  });
  const { values, set, setValues } = form;
  const site = values.site || (own ?? "");
  const available = useAvailable(values.lines.map(({ ware }) => ware.id));
  const isPreset = useRef(false);
  useEffect(() => {
    if (product && !isPreset.current) {
      isPreset.current = true;
      void byId(product).then((ware) => setValues((draft) => ({ ...draft, lines: withMore(draft.lines, ware) })), () => undefined);
    }
  }, [product, byId, setValues]);
  const heading = useId();
  const isOrder = values.kind === "customer_order";
  return (
    <Page title={request ? t("edit.title", { number: request.number }) : t("new.title")} above={<Back />}>
      <Box component="form" ref={form.form} noValidate onSubmit={form.submit} sx={{ display: "grid", gap: 4, gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "minmax(0, 1fr) 320px" }, alignItems: "start" }}>
        <Paper variant="outlined" sx={{ p: 4, order: { md: 2 } }}>
          <Stack spacing={4}>
            {!request && (
              <div>
                <FormLabel id={heading}>{t("new.kind")}</FormLabel>
                <RadioGroup aria-labelledby={heading} value={values.kind} onChange={(event) => set("kind", event.target.value as Kind)}>
                  <FormControlLabel value="restock" control={<Radio />} label={t("new.restock")} />
                  <FormControlLabel value="customer_order" control={<Radio />} label={t("new.customerOrder")} />
                </RadioGroup>
              </div>
            )}
            <SitePicker mine required label={t(isOrder ? "new.sellsAt" : "new.needsAt")} value={site} set={(code) => set("site", code)} error={Boolean(form.fault("site"))} helperText={form.fault("site")} />
            <TextField {...form.field("reason")} label={common("reason")} required multiline minRows={2} />
            <TextField {...form.field("needed_on")} type="date" label={t("column.needed")} slotProps={{ inputLabel: { shrink: true }, htmlInput: { min: today(timeZone) } }} />
          </Stack>
        </Paper>
        <Stack spacing={3}>
          {form.above && (
            <Alert severity="error" tabIndex={-1}>
              {form.above}
            </Alert>
          )}
          <GoodsEditor
            lines={values.lines}
            change={(to) => setValues((draft) => ({ ...draft, lines: to(draft.lines) }))}
            fault={form.fault}
            note={({ ware, quantity: wanted }) => {
              const there = available.get(ware.id)?.get(site);
              return site && there !== undefined ? (
                <Typography variant="body2" className="figures" color={isOrder && isShort(wanted, there) ? "error" : "text.secondary"}>
                  {t("thereAt", { quantity: quantity(there), site })}
                </Typography>
              ) : null;
            }}
          />
          <Stack direction="row" sx={{ justifyContent: "flex-end" }}>
            <Button type="submit" variant="contained" loading={form.busy} disabled={values.lines.length === 0 || site === "" || values.reason.trim() === ""}>
              {request ? common("save") : t("new.make")}
            </Button>
          </Stack>
        </Stack>
      </Box>
    </Page>
  );
}
