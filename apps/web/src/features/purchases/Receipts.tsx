import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemText from "@mui/material/ListItemText";
import Paper from "@mui/material/Paper";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, ifUnchanged, once } from "../../api/client";
import { useAct } from "../../api/query";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Section } from "../../ui/Page";
import { ReasonDialog } from "../../ui/ReasonDialog";
import { allows, TOUCHED, type Order } from "./order";

type Receipt = Order["receipts"][number];

/** What came when, and the way back if it was a mistake. */
export function Receipts({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  const { can, worksAt } = useSession();
  const { time, quantity } = useFormats();
  const [back, setBack] = useState<Receipt | null>(null);
  const act = useAct(
    ({ receipt, reason }: { receipt: Receipt; reason: string }, key) =>
      data(api.POST("/api/v1/purchase-orders/{order_id}/receipts/{posting_id}/reverse", { params: { path: { order_id: order.id, posting_id: receipt.posting }, header: { ...ifUnchanged(order.version), ...once(key) } }, body: { reason } })),
    { touches: TOUCHED, quiet: true, done: () => setBack(null) },
  );
  if (order.receipts.length === 0) {
    return null;
  }
  const mayTakeBack = allows(order.state, "takeBack") && worksAt(order.site.id) && can("purchase:receive") && can("stock:reverse");
  const nameOf = (number: number) => order.lines.find(({ line }) => line === number)?.name ?? String(number);
  const title = (receipt: Receipt) => [t("receipt.numbered", { number: receipt.number }), receipt.document_number].filter(Boolean).join(" · ");
  return (
    <Section title={t("receipt.title")}>
      <Paper variant="outlined">
        <List disablePadding>
          {order.receipts.map((receipt) => (
            <ListItem
              key={receipt.posting}
              divider
              sx={{ flexWrap: "wrap", gap: 2 }}
            >
              <ListItemText
                sx={{ flex: "1 1 240px" }}
                primary={
                  can("stock:read") ? (
                    <Link to="/movements/$postingId" params={{ postingId: receipt.posting }}>
                      {title(receipt)}
                    </Link>
                  ) : (
                    title(receipt)
                  )
                }
                secondary={`${time(receipt.received_at)} · ${receipt.received_by.name} · ${receipt.lines.map(({ line, quantity: came }) => `${quantity(came)} × ${nameOf(line)}`).join(", ")}`}
              />
              {receipt.reversal ? (
                <Chip size="small" variant="outlined" label={t("receipt.takenBack")} />
              ) : (
                mayTakeBack && (
                  <Button size="small" onClick={() => setBack(receipt)}>
                    {t("receipt.takeBack")}
                  </Button>
                )
              )}
            </ListItem>
          ))}
        </List>
      </Paper>
      <ReasonDialog open={back !== null} title={t("receipt.takeBack")} text={t("receipt.takeBackText")} action={t("receipt.takeBack")} reason={t("receipt.why")} close={() => { setBack(null); act.reset(); }} act={(reason) => back && act.mutate({ receipt: back, reason })} busy={act.isPending} problem={act.error} />
    </Section>
  );
}
