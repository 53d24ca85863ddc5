import Typography from "@mui/material/Typography";
import Box from "@mui/material/Box";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { FormDrawer } from "../../ui/FormDrawer";
import { useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useToast } from "../../ui/toasts";
import { useForm } from "../../ui/useForm";
import { asQuantity } from "./goods";
import { TOUCHED, type Transfer } from "./useTransferDeeds";

type Values = { lines: { line: number; quantity: string }[] };

/** Sends less than was asked for. */
export function DispatchDrawer({ transfer, close }: { transfer: Transfer; close: () => void }) {
  const { t } = useTranslation("transfers");
  const { t: common } = useTranslation();
  const { quantity } = useFormats();
  const toast = useToast();
  const form = useForm<Values, Transfer>({
    initial: { lines: transfer.lines.map(({ line, requested }) => ({ line, quantity: requested })) },
    touches: TOUCHED,
    send: ({ lines }, key) =>
      data(
        api.POST("/api/v1/transfers/{transfer_id}/dispatch", {
          params: { path: { transfer_id: transfer.id }, header: { ...once(key), ...ifUnchanged(transfer.version) } },
          body: { lines: lines.map((line) => ({ line: line.line, quantity: asQuantity(line.quantity || "0") })) },
        }),
      ),
    done: () => {
      toast({ text: t("did.dispatch", { number: transfer.number }) });
      close();
    },
  });
  const set = (index: number, typed: string) => form.set("lines", form.values.lines.map((line, other) => (other === index ? { ...line, quantity: typed } : line)));
  return (
    <FormDrawer open title={t("deed.dispatchSome")} close={close} form={form} action={t("deed.dispatch")}>
      <Typography variant="body2" color="textSecondary">
        {t("dispatch.hint")}
      </Typography>
      {form.fault("lines") && (
        <Typography variant="body2" color="error" role="alert">
          {form.fault("lines")}
        </Typography>
      )}
      {transfer.lines.map((line, index) => (
        <Box key={line.line}>
          <Typography sx={{ fontWeight: 600, mb: 2, overflowWrap: "anywhere" }}>{line.name}</Typography>
          <QuantityField
            label={common("quantity")}
            value={form.values.lines[index]?.quantity ?? ""}
            set={(typed) => set(index, typed)}
            error={Boolean(form.fault(`lines/${index}/quantity`) ?? form.fault(`lines/${index}`))}
            helperText={form.fault(`lines/${index}/quantity`) ?? form.fault(`lines/${index}`) ?? t("dispatch.of", { quantity: quantity(line.requested) })}
          />
        </Box>
      ))}
    </FormDrawer>
  );
}
