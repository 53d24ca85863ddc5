import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { Filters, ProductFilter, SiteFilter } from "../stock/Filters";
import { SupplierFilter } from "../suppliers/SupplierPicker";
import { STATES_OF } from "./order";
import { OrdersTable } from "./OrdersTable";
import { NewOrder, PurchasesFrame } from "./PurchasesFrame";

const route = getRouteApi("/shell/purchases");

/** What was ordered of suppliers. */
export function PurchasesPage() {
  const { t } = useTranslation("purchases");
  const { t: common } = useTranslation();
  const { stage, ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const maySeeSuppliers = useMay("supplier:read");
  const set = (change: typeof filters) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <PurchasesFrame at={stage ?? "all"}>
      <OrdersTable
        key={stage}
        narrowedTo={{ ...(stage ? { state: STATES_OF[stage] } : {}), ...filters }}
        empty={{ title: stage ? t(`none.${stage}`) : t("none.all"), hint: stage ? "" : t("none.hint"), action: stage ? undefined : <NewOrder variant="outlined" /> }}
        narrowed={Object.keys(filters).length > 0 ? { clear: () => void navigate({ search: stage ? { stage } : {}, replace: true }) } : null}
        toolbar={
          <Filters>
            {maySeeSuppliers && <SupplierFilter label={common("supplier")} supplier={filters.supplier} set={(supplier) => set({ supplier })} />}
            <SiteFilter site={filters.site} set={(site) => set({ site })} />
            <ProductFilter product={filters.product} set={(product) => set({ product })} />
          </Filters>
        }
      />
    </PurchasesFrame>
  );
}
