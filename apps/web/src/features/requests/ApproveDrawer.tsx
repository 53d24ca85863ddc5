import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import MenuItem from "@mui/material/MenuItem";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import type { Available } from "../transfers/availability";
import { asQuantity } from "../transfers/goods";
import { approve, TOUCHED, useDecidedToast } from "./useRequestDeeds";
import type { Giver, Request } from "./whence";

type Line = { line: number; quantity: string; unit_price: string };
/** `source` is a site's code; or it is bought of `supplier`. */
type Values = { lines: Line[]; way: "source" | "supplier"; source: string; supplier: string; exchange_rate: string };

const bodyOf = (request: Request, { lines, way, source, supplier, exchange_rate: rate }: Values): Schemas["ApproveRequest"] => {
  const isBought = request.kind === "restock" && way === "supplier";
  return {
    lines: lines.map((line) => ({ line: line.line, quantity: asQuantity(line.quantity || "0"), ...(isBought && line.unit_price.trim() ? { unit_price: asQuantity(line.unit_price) } : {}) })),
    ...(request.kind === "restock" && way === "source" && source ? { source } : {}),
    ...(isBought && supplier ? { supplier } : {}),
    ...(isBought && rate.trim() ? { exchange_rate: asQuantity(rate) } : {}),
  };
};

/** Grants a part of it, or says whence it comes. */
export function ApproveDrawer({ request, available, givers, close }: { request: Request; available: Available; givers: readonly Giver[]; close: () => void }) {
  const { t } = useTranslation("requests");
  const { quantity } = useFormats();
  const decided = useDecidedToast();
  const mayBuy = useMay("purchase:write");
  const isRestock = request.kind === "restock";
  const form = useForm<Values, Request>({
    initial: {
      lines: request.lines.map((line) => ({ line: line.line, quantity: line.quantity, unit_price: "" })),
      way: givers.length === 0 && mayBuy ? "supplier" : "source",
      source: givers[0]?.site ?? "",
      supplier: "",
      exchange_rate: "",
    },
    touches: TOUCHED,
    send: (values, key) => approve(request, bodyOf(request, values), key),
    done: (after) => {
      decided(after);
      close();
    },
  });
  const { values, set } = form;
  const isBought = isRestock && values.way === "supplier";
  const place = isRestock ? values.source : request.site.code;
  const change = (index: number, to: Partial<Line>) => set("lines", values.lines.map((line, other) => (other === index ? { ...line, ...to } : line)));
  return (
    <FormDrawer open title={t("approve.title", { number: request.number })} close={close} form={form} action={t("deed.approve")} width={520}>
      {isRestock && <Whence form={form} givers={givers} mayBuy={mayBuy} />}
      <Typography variant="body2" color="textSecondary">
        {t("approve.hint")}
      </Typography>
      {form.fault("lines") && (
        <Typography variant="body2" color="error" role="alert">
          {form.fault("lines")}
        </Typography>
      )}
      {request.lines.map((line, index) => {
        const there = isBought ? undefined : available.get(line.product)?.get(place);
        const fault = form.fault(`lines/${index}/quantity`) ?? form.fault(`lines/${index}`);
        return (
          <Box key={line.line} role="group" aria-label={line.name}>
            <Stack direction="row" spacing={2} sx={{ justifyContent: "space-between", alignItems: "baseline", mb: 2 }}>
              <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{line.name}</Typography>
              {there !== undefined && (
                <Typography variant="body2" className="figures" color={compare(there, line.quantity) < 0 ? "error" : "text.secondary"} sx={{ whiteSpace: "nowrap" }}>
                  {t("thereAt", { quantity: quantity(there), site: place })}
                </Typography>
              )}
            </Stack>
            <Stack direction="row" spacing={2}>
              <QuantityField label={t("approve.granted")} value={values.lines[index]?.quantity ?? ""} set={(typed) => change(index, { quantity: typed })} error={Boolean(fault)} helperText={fault ?? t("approve.of", { quantity: quantity(line.quantity) })} />
              {isBought && (
                <QuantityField
                  label={t("approve.price")}
                  value={values.lines[index]?.unit_price ?? ""}
                  set={(typed) => change(index, { unit_price: typed })}
                  error={Boolean(form.fault(`lines/${index}/unit_price`))}
                  helperText={form.fault(`lines/${index}/unit_price`) ?? t("approve.priceHint")}
                />
              )}
            </Stack>
          </Box>
        );
      })}
    </FormDrawer>
  );
}

type Form = ReturnType<typeof useForm<Values, Request>>;

/** Where a restock comes from: a site that has it, or a supplier. */
function Whence({ form, givers, mayBuy }: { form: Form; givers: readonly Giver[]; mayBuy: boolean }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const { values, set } = form;
  const heading = useId();
  return (
    <>
      {mayBuy && (
        <Box>
          <FormLabel id={heading}>{t("approve.whence")}</FormLabel>
          <RadioGroup row aria-labelledby={heading} value={values.way} onChange={(event) => set("way", event.target.value as Values["way"])}>
            <FormControlLabel value="source" control={<Radio />} label={t("approve.fromSite")} disabled={givers.length === 0} />
            <FormControlLabel value="supplier" control={<Radio />} label={t("approve.fromSupplier")} />
          </RadioGroup>
        </Box>
      )}
      {values.way === "source" ? (
        <TextField select label={common("from")} value={values.source} onChange={(event) => set("source", event.target.value)} error={Boolean(form.fault("source"))} helperText={form.fault("source")}>
          {givers.map(({ site, covered, lines }) => (
            <MenuItem key={site} value={site}>
              {t("approve.giver", { site, covered, lines })}
            </MenuItem>
          ))}
        </TextField>
      ) : (
        <Supplier form={form} />
      )}
      {values.way === "source" && givers.length === 0 && <FormHelperText error>{t("approve.noGiver")}</FormHelperText>}
    </>
  );
}

function Supplier({ form }: { form: Form }) {
  const { t } = useTranslation("requests");
  const { t: common } = useTranslation();
  const mayRead = useMay("supplier:read");
  const suppliers = useQuery({ ...read("/api/v1/suppliers", { query: { active: true, limit: 200 } }), staleTime: 60_000, enabled: mayRead }).data?.items ?? [];
  return (
    <>
      <TextField select label={common("supplier")} value={suppliers.some(({ id }) => id === form.values.supplier) ? form.values.supplier : ""} onChange={(event) => form.set("supplier", event.target.value)} error={Boolean(form.fault("supplier"))} helperText={form.fault("supplier") ?? t("approve.supplierHint")}>
        {suppliers.map(({ id, code, name }) => (
          <MenuItem key={id} value={id}>
            {code} · {name}
          </MenuItem>
        ))}
      </TextField>
      {form.fault("exchange_rate") !== undefined || form.values.exchange_rate ? (
        <QuantityField label={t("approve.rate")} value={form.values.exchange_rate} set={(typed) => form.set("exchange_rate", typed)} error={Boolean(form.fault("exchange_rate"))} helperText={form.fault("exchange_rate") ?? t("approve.rateHint")} />
      ) : null}
    </>
  );
}
