import { getRouteApi } from "@tanstack/react-router";
import { useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import Typography from "@mui/material/Typography";
import type { Schemas } from "../../api/client";
import { DataTable, type Column } from "../../ui/DataTable";
import { CustomsContext, useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { today } from "../../ui/moments";
import { useList } from "../../ui/useList";
import { Filters, ProductFilter, SiteFilter } from "../stock/Filters";
import { OrderChip } from "./OrderChip";
import { PurchasesFrame } from "./PurchasesFrame";

const route = getRouteApi("/shell/purchases/incoming");
type Incoming = Schemas["Incoming"];

/** What was ordered and has not come, by the day on which it should. */
export function IncomingPage() {
  const { t } = useTranslation("purchases");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: typeof search) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const list = useList("/api/v1/purchase-orders/incoming", { query: search });
  return (
    <PurchasesFrame at="incoming">
      <DataTable
        caption={t("stage.incoming")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ order, line }) => `${order}/${line}`}
        list={list}
        empty={{ title: t("none.incoming"), hint: t("none.incomingHint") }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <SiteFilter site={search.site} set={(site) => set({ site })} />
            <ProductFilter product={search.product} set={(product) => set({ product })} />
          </Filters>
        }
      />
    </PurchasesFrame>
  );
}

function useColumns(): readonly Column<Incoming>[] {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { quantity, day } = useFormats();
  const { timeZone } = useContext(CustomsContext);
  return useMemo<Column<Incoming>[]>(
    () => [
      {
        id: "order",
        header: t("one"),
        cell: (one) => (
          <Link to="/purchases/$orderId" params={{ orderId: one.order }} sx={{ whiteSpace: "nowrap" }}>
            {t("numbered", { number: one.number })}
          </Link>
        ),
      },
      {
        id: "product",
        header: common("product"),
        cell: (one) => (
          <Link to="/products/$productId" params={{ productId: one.product }}>
            {one.sku}
          </Link>
        ),
      },
      { id: "quantity", header: t("toCome"), align: "right", card: "figure", cell: (one) => <span className="figures">{quantity(one.quantity)}</span> },
      { id: "site", header: common("site"), cell: ({ site }) => site },
      {
        id: "due",
        header: t("due"),
        cell: ({ due_on }) => (
          <>
            {day(due_on)}
            {due_on && due_on < today(timeZone) && (
              <Typography component="span" variant="body2" color="error">
                {` · ${t("late")}`}
              </Typography>
            )}
          </>
        ),
      },
      { id: "state", header: common("status"), cell: ({ state }) => <OrderChip state={state} /> },
    ],
    [common, day, quantity, t, timeZone],
  );
}
