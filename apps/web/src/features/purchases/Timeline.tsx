import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { Section } from "../../ui/Page";
import type { Order } from "./order";

type Step = { what: string; at: string; who?: string | undefined };

/** What was done with the order, the latest last. */
export function Timeline({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { time } = useFormats();
  const channel = order.sent_by_channel && t(`sending.by.${order.sent_by_channel}` as "sending.by.mail", { defaultValue: order.sent_by_channel });
  const steps: Step[] = [
    { what: t("step.made"), at: order.created_at, who: order.created_by.name },
    ...(order.submitted_at ? [{ what: t("step.submitted"), at: order.submitted_at, who: order.submitted_by?.name }] : []),
    ...(order.approved_at ? [{ what: t(order.approved_by ? "step.approved" : "step.approvedAlone"), at: order.approved_at, who: order.approved_by?.name }] : []),
    ...(order.sent_at ? [{ what: channel ? t("step.sentBy", { channel }) : t("step.sent"), at: order.sent_at, who: order.sent_by?.name }] : []),
    ...(order.acknowledged_at ? [{ what: t("step.acknowledged"), at: order.acknowledged_at }] : []),
    ...order.receipts.map((receipt) => ({ what: t("receipt.numbered", { number: receipt.number }), at: receipt.received_at, who: receipt.received_by.name })),
    ...(order.ended_at ? [{ what: t(order.state === "cancelled" ? "state.cancelled" : "state.closed"), at: order.ended_at }] : []),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return (
    <Section title={t("timeline")}>
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {steps.map((step, index) => (
          <Box component="li" key={`${step.what}/${step.at}`} sx={{ position: "relative", pl: 6, pb: index === steps.length - 1 ? 0 : 4, "&::before": { content: '""', position: "absolute", left: 4, top: 7, width: 9, height: 9, borderRadius: "50%", bgcolor: "primary.main" }, ...(index < steps.length - 1 ? { "&::after": { content: '""', position: "absolute", left: 8, top: 20, bottom: -4, width: "1px", bgcolor: "divider" } } : {}) }}>
            <Typography>{step.what}</Typography>
            <Typography variant="body2" color="textSecondary">
              {[time(step.at), step.who].filter(Boolean).join(" · ")}
            </Typography>
          </Box>
        ))}
      </Box>
    </Section>
  );
}
