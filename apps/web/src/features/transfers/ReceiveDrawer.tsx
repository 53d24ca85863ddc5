import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { FormDrawer } from "../../ui/FormDrawer";
import { compare, useFormats } from "../../ui/formats";
import { QuantityField } from "../../ui/QuantityField";
import { useForm } from "../../ui/useForm";
import { bodyOf, gapOf, GAPS, leftOf, receiptsOf, type Gap, type Receipt } from "./receipt";
import { TOUCHED, useReceive, useReceivedToast, type Transfer } from "./useTransferDeeds";

/** Takes in line by line what arrived, and says what became of the rest. */
export function ReceiveDrawer({ transfer, close }: { transfer: Transfer; close: () => void }) {
  const { t } = useTranslation("transfers");
  const isPending = transfer.state === "pending";
  const receive = useReceive(transfer);
  const tell = useReceivedToast(transfer);
  const form = useForm<{ lines: Receipt[] }, Awaited<ReturnType<typeof receive>>>({
    initial: { lines: receiptsOf(transfer.lines, isPending) },
    touches: TOUCHED,
    send: ({ lines }, key) => receive(bodyOf(lines), key),
    done: (kept) => {
      tell(kept);
      close();
    },
  });
  const { lines } = form.values;
  const names = new Map(transfer.lines.map((line) => [line.line, line]));
  const set = (index: number, to: Partial<Receipt>) => form.set("lines", lines.map((line, other) => (other === index ? { ...line, ...to } : line)));
  return (
    <FormDrawer open title={t("deed.receiveSome")} close={close} form={form} action={t("receive.confirm")} width={520}>
      <Typography variant="body2" color="textSecondary">
        {t("receive.hint")}
      </Typography>
      {form.fault("lines") && (
        <Typography variant="body2" color="error" role="alert">
          {form.fault("lines")}
        </Typography>
      )}
      {lines.map((line, index) => (
        <ReceiptLine
          key={line.line}
          receipt={line}
          name={names.get(line.line)?.name ?? ""}
          lot={names.get(line.line)?.lot ?? null}
          set={(to) => set(index, to)}
          fault={(name) => form.fault(`lines/${index}${name ? `/${name}` : ""}`)}
          gaps={isPending ? GAPS.filter((gap) => gap !== "coming") : GAPS}
        />
      ))}
    </FormDrawer>
  );
}

type Props = { receipt: Receipt; name: string; lot: string | null; set: (to: Partial<Receipt>) => void; fault: (name: string) => string | undefined; gaps: readonly Gap[] };

function ReceiptLine({ receipt, name, lot, set, fault, gaps }: Props) {
  const { t } = useTranslation("transfers");
  const { quantity } = useFormats();
  const gap = gapOf(receipt);
  const isGap = compare(gap, "0") > 0;
  const left = leftOf(receipt);
  const about = { name };
  const received = fault("received") ?? fault("");
  return (
    <Box role="group" aria-label={name}>
      <Typography sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>{name}</Typography>
      {lot && (
        <Typography variant="caption" color="textSecondary">
          {t("goods.lot")} {lot}
        </Typography>
      )}
      <Stack direction="row" spacing={2} sx={{ mt: 2, alignItems: "flex-start" }}>
        <QuantityField label={t("receive.received")} value={receipt.received} set={(typed) => set({ received: typed })} error={Boolean(received)} helperText={received ?? t("receive.of", { quantity: quantity(receipt.coming) })} sx={{ flex: "0 1 150px" }} />
        {isGap && (
          <TextField select label={t("receive.rest", { quantity: quantity(gap) })} value={receipt.gap} onChange={(event) => set({ gap: event.target.value as Gap })} error={Boolean(fault("resolution"))} helperText={fault("resolution")} slotProps={{ htmlInput: { "aria-label": t("receive.restOf", about) } }}>
            {gaps.map((one) => (
              <MenuItem key={one} value={one}>
                {t(`receive.gap.${one}`)}
              </MenuItem>
            ))}
          </TextField>
        )}
      </Stack>
      {isGap && receipt.gap === "several" && (
        <Stack direction="row" spacing={2} sx={{ mt: 3 }}>
          {(["short", "lost", "damaged"] as const).map((part) => (
            <QuantityField key={part} label={t(`receive.part.${part}`)} value={receipt[part]} set={(typed) => set({ [part]: typed })} error={Boolean(fault(`resolution/${part}`))} helperText={fault(`resolution/${part}`)} />
          ))}
        </Stack>
      )}
      {isGap && receipt.gap === "several" && compare(left, "0") > 0 && (
        <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }} role="status">
          {t("receive.left", { quantity: quantity(left) })}
        </Typography>
      )}
    </Box>
  );
}
