import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Failure } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import { useFailureText } from "../../ui/problems";
import { StateChip } from "../../ui/StateChip";
import { isUnderway, type Order } from "./order";

/** How the order was handed to the supplier, with what became of each try. */
export function Sendings({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const answer = useQuery({ ...read("/api/v1/purchase-orders/{order_id}/sendings", { path: { order_id: order.id } }), enabled: order.sending !== null, refetchInterval: isUnderway(order) ? 3_000 : false });
  if (order.sending === null) {
    return null;
  }
  return (
    <Section title={t("sending.title")}>
      {answer.error && <Failure state={{ error: answer.error, retry: () => void answer.refetch() }} />}
      <Stack spacing={2}>
        {(answer.data ?? []).map((sending) => (
          <Sending key={sending.number} order={order} sending={sending} />
        ))}
      </Stack>
    </Section>
  );
}

function Sending({ order, sending }: { order: Order; sending: Schemas["SendingReport"] }) {
  const { t } = useTranslation("purchases");
  const { can } = useSession();
  const { time } = useFormats();
  const failure = useFailureText();
  return (
    <Paper variant="outlined" sx={{ p: 3 }}>
      <Stack direction="row" spacing={2} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <Typography sx={{ fontWeight: 600 }}>{t(`sending.by.${sending.channel}` as "sending.by.mail", { defaultValue: sending.channel })}</Typography>
        <StateChip state={sending.state} label={t(`sending.state.${sending.state}`)} />
        <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
          {`${time(sending.requested_at)} · ${sending.requested_by.name}`}
        </Typography>
        {can("cost:read") && (
          <Button component="a" size="small" href={`/api/v1/purchase-orders/${order.id}/document?sending=${sending.number}`} target="_blank" rel="noopener">
            {t("sending.document")}
          </Button>
        )}
      </Stack>
      {sending.tries.length > 0 && (
        <Box component="ol" sx={{ m: 0, mt: 2, pl: 5, fontSize: "0.875rem", overflowWrap: "anywhere" }}>
          {sending.tries.map((one) => (
            <li key={one.number}>
              {time(one.at)} · {t(`sending.outcome.${one.outcome}`)}
              {one.why && ` · ${failure(one.why)}`}
            </li>
          ))}
        </Box>
      )}
    </Paper>
  );
}
