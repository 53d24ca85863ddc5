import Box from "@mui/material/Box";
import CloseIcon from "@mui/icons-material/Close";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { sendAgain, type Unsent } from "../../offline/outbox";
import { FormDrawer } from "../../ui/FormDrawer";
import { CustomsContext, typedNumber } from "../../ui/formats";
import { momentOf } from "../../ui/moments";
import { SitePicker } from "../../ui/pickers";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { useProductNames } from "../stock/productNames";
import { linesOf, withLines, type PlainLine } from "./lines";

/** What can be mended before it is sent again: sales and postings. */
export const isEditable = (deed: Unsent): boolean => ["sales", "stock/postings"].includes(deed.path) && linesOf(deed.body).length > 0;

type Body = { lines: PlainLine[]; reason?: string; effective_at?: string | null; [more: string]: unknown };
type Values = { lines: PlainLine[]; reason: string; when: string };

/** Mends what the server would not take: its quantities, lots, site, reason and time. */
export function EditDrawer({ deed, close }: { deed: Unsent; close: () => void }) {
  const { t } = useTranslation("unsent");
  const { t: common } = useTranslation();
  const toast = useToast();
  const { timeZone } = useContext(CustomsContext);
  const body = deed.body as Body;
  const names = useProductNames(body.lines);
  const [site, setSite] = useState(body.lines[0]?.site ?? "");
  const form = useForm<Values, void>({
    initial: { lines: body.lines, reason: body.reason ?? "", when: "" },
    touches: [],
    send: async ({ lines, reason, when }) => {
      const { effective_at, ...rest } = body;
      const at = when ? momentOf(when, timeZone) : effective_at;
      const mended = lines.map(({ lot, ...line }) => ({ ...line, quantity: typedNumber(line.quantity) ?? line.quantity, ...(line.site ? { site } : {}), ...(lot?.trim() ? { lot: lot.trim() } : {}) }));
      await sendAgain(deed, { ...withLines(rest, mended), reason: reason.trim(), ...(at ? { effective_at: at } : {}) });
    },
    done: () => {
      close();
      toast({ text: t("sentAgain"), severity: "info" });
    },
  });
  const { values, set } = form;
  const change = (index: number, to: Partial<PlainLine>) => set("lines", values.lines.map((line, other) => (other === index ? { ...line, ...to } : line)));
  return (
    <FormDrawer open title={t("edit")} close={close} form={form} action={t("again")} disabled={values.lines.length === 0}>
      <SitePicker mine label={common("site")} value={site} set={setSite} />
      <Stack component="ol" spacing={3} sx={{ listStyle: "none", m: 0, p: 0 }}>
        {values.lines.map((line, index) => (
          <Box component="li" key={index}>
            <Stack direction="row" sx={{ justifyContent: "space-between", alignItems: "center", mb: 1 }}>
              <Typography sx={{ overflowWrap: "anywhere" }}>{names.get(line.product) ?? line.product}</Typography>
              {values.lines.length > 1 && (
                <IconButton aria-label={t("removeLine", { name: names.get(line.product) ?? line.product })} onClick={() => set("lines", values.lines.filter((_, other) => other !== index))}>
                  <CloseIcon />
                </IconButton>
              )}
            </Stack>
            <Stack direction="row" spacing={2}>
              <QuantityField label={common("quantity")} value={line.quantity} set={(quantity) => change(index, { quantity })} />
              {line.unit_price !== undefined && <QuantityField label={common("price")} value={line.unit_price} set={(unit_price) => change(index, { unit_price })} />}
              {line.lot !== undefined && <TextField label={t("lot")} value={line.lot} onChange={(event) => change(index, { lot: event.target.value })} />}
            </Stack>
          </Box>
        ))}
      </Stack>
      <TextField label={common("reason")} value={values.reason} onChange={(event) => set("reason", event.target.value)} />
      <TextField type="datetime-local" label={t("when")} value={values.when} onChange={(event) => set("when", event.target.value)} helperText={t("whenHint")} slotProps={{ inputLabel: { shrink: true } }} />
    </FormDrawer>
  );
}
