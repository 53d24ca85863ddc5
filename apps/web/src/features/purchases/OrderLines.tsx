import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, CustomsContext, plus, times, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { today } from "../../ui/moments";
import { allows, type Order, type OrderLine } from "./order";

const READ = { isPending: false, error: null, retry: () => undefined };

/** What was ordered, what came of it and what is still to come. */
export function OrderLines({ order }: { order: Order }) {
  const { t } = useTranslation("purchases");
  return <DataTable bare caption={t("lines")} columns={useColumns(order)} rows={order.lines} rowId={({ line }) => String(line)} list={READ} empty={{ title: t("noLines") }} />;
}

function useColumns(order: Order): readonly Column<OrderLine>[] {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { can } = useSession();
  const { quantity, money, sum, day } = useFormats();
  const { timeZone } = useContext(CustomsContext);
  const isSent = order.sent_at !== null;
  const isOpen = allows(order.state, "receive");
  const figures = (text: string) => <span className="figures">{text}</span>;
  const columns: (Column<OrderLine> | false)[] = [
    {
      id: "product",
      header: common("product"),
      cell: (line) => (
        <>
          <Link to="/products/$productId" params={{ productId: line.product }}>
            {line.name}
          </Link>
          <Typography variant="caption" color="textSecondary" component="div">
            {[line.sku, line.supplier_sku].filter(Boolean).join(" · ")}
          </Typography>
        </>
      ),
    },
    { id: "ordered", header: t("ordered"), align: "right", cell: (line) => figures(quantity(line.quantity)) },
    isSent && {
      id: "received",
      header: t("received"),
      align: "right",
      cell: (line) => (
        <>
          {figures(quantity(plus(line.received, line.over_received)))}
          {compare(line.over_received, "0") > 0 && (
            <Typography variant="caption" color="textSecondary" component="div">
              {t("over", { quantity: quantity(line.over_received) })}
            </Typography>
          )}
          <LinearProgress variant="determinate" aria-hidden value={Math.min(100, (Number(line.received) / Number(line.quantity)) * 100)} sx={{ mt: 1, minWidth: 64, ml: "auto", maxWidth: 120 }} />
        </>
      ),
    },
    isSent && {
      id: "left",
      header: t("left"),
      align: "right",
      card: "figure",
      cell: (line) => (
        <>
          {figures(quantity(line.open))}
          {compare(line.cancelled, "0") > 0 && (
            <Typography variant="caption" color="textSecondary" component="div">
              {t("cancelledOf", { quantity: quantity(line.cancelled) })}
            </Typography>
          )}
        </>
      ),
    },
    can("cost:read") && { id: "price", header: t("price"), align: "right", cell: (line) => figures(money(line.unit_price, order.currency)) },
    can("cost:read") && { id: "amount", header: t("amount"), align: "right", card: isSent ? "line" : "figure", cell: (line) => figures(line.unit_price === null ? "–" : sum(times(line.quantity, line.unit_price), order.currency)) },
    {
      id: "due",
      header: t("due"),
      cell: (line) => {
        const due = line.promised_on ?? line.expected_on;
        const isLate = isOpen && due !== null && due < today(timeZone) && compare(line.open, "0") > 0;
        return (
          <>
            {day(due)}
            {due && (
              <Typography variant="caption" component="div" color={isLate ? "error" : "textSecondary"}>
                {isLate ? t("late") : t(line.promised_on ? "promised" : "expectedOn")}
              </Typography>
            )}
          </>
        );
      },
    },
  ];
  return columns.filter((column) => column !== false);
}
