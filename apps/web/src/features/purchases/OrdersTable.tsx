import { useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { OrderChip } from "./OrderChip";
import type { OrderState } from "./order";

type Summary = Schemas["OrderSummary"];
type Props = {
  narrowedTo: { state?: OrderState[]; supplier?: string; site?: string; product?: string };
  empty: { title: string; hint?: string; action?: ReactNode };
  /** Where the list has filters of its own. */
  narrowed?: { clear: () => void } | null;
  toolbar?: ReactNode;
};

/** Orders to suppliers, the newest first. */
export function OrdersTable({ narrowedTo, empty, narrowed = null, toolbar }: Props) {
  const { t } = useTranslation("purchases");
  const isOfSupplier = Boolean(narrowedTo.supplier) && !toolbar;
  const { size } = useTableChoice("purchases");
  const list = useList("/api/v1/purchase-orders", { query: narrowedTo }, { size: isOfSupplier ? 25 : size });
  const columns = useColumns();
  return (
    <DataTable
      {...(isOfSupplier ? {} : { table: "purchases" })}
      caption={t("caption")}
      columns={isOfSupplier ? columns.filter(({ id }) => id !== "supplier") : columns}
      rows={list.items}
      rowId={({ id }) => id}
      list={list}
      empty={empty}
      narrowed={narrowed}
      toolbar={toolbar}
    />
  );
}

function useColumns(): readonly Column<Summary>[] {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { sum, day, quantity } = useFormats();
  return useMemo<Column<Summary>[]>(
    () => [
      {
        id: "number",
        header: t("one"),
        cell: (order) => (
          <Link to="/purchases/$orderId" params={{ orderId: order.id }} sx={{ fontWeight: 600, color: "text.primary", whiteSpace: "nowrap" }}>
            {t("numbered", { number: order.number })}
          </Link>
        ),
      },
      { id: "supplier", header: common("supplier"), cell: ({ supplier }) => supplier.name },
      { id: "state", header: common("status"), cell: ({ state }) => <OrderChip state={state} /> },
      { id: "site", header: common("site"), cell: ({ site }) => site.code },
      { id: "lines", header: t("lines"), align: "right", card: "none", cell: ({ lines }) => quantity(lines) },
      { id: "total", header: common("total"), align: "right", card: "figure", cell: (order) => <span className="figures">{sum(order.total, order.currency)}</span> },
      { id: "due", header: t("due"), cell: ({ due_on }) => day(due_on) },
      { id: "made", header: t("made"), cell: ({ created_at }) => day(created_at) },
      { id: "note", header: common("note"), hidden: true, card: "none", cell: ({ note }) => note || "–" },
    ],
    [common, day, quantity, sum, t],
  );
}
