import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { useTableChoice } from "../../ui/tableChoice";
import { useList } from "../../ui/useList";
import { Filters } from "../stock/Filters";
import { useLeadTime, type Supplier } from "./leadTime";
import { SupplierDrawer } from "./SupplierDrawer";

const route = getRouteApi("/shell/suppliers");

/** Of whom one buys. */
export function SuppliersPage() {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { new: isNew, ...search } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay("supplier:write");
  const set = (change: Partial<ReturnType<typeof route.useSearch>>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { q, active } = search;
  const { size } = useTableChoice("suppliers");
  const list = useList("/api/v1/suppliers", { query: { ...(q ? { q } : {}), ...(active ? { active: active === "true" } : {}) } }, { size });
  const add = mayWrite && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => set({ new: true })}>
      {t("add")}
    </Button>
  );
  return (
    <Page title={common("nav.suppliers")} actions={add}>
      <DataTable
        table="suppliers"
        caption={common("nav.suppliers")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("empty"), hint: t("emptyHint"), action: add }}
        narrowed={Object.keys(search).length > 0 ? { clear: () => void navigate({ search: {}, replace: true }) } : null}
        toolbar={
          <Filters>
            <div className="wide">
              <SearchField label={t("search")} value={q ?? ""} set={(text) => set({ q: text || undefined })} />
            </div>
            <TextField select label={common("status")} value={active ?? ""} onChange={({ target }) => set({ active: (target.value || undefined) as typeof active })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{common("all")}</MenuItem>
              <MenuItem value="true">{t("active")}</MenuItem>
              <MenuItem value="false">{t("inactive")}</MenuItem>
            </TextField>
          </Filters>
        }
      />
      {isNew && mayWrite && <SupplierDrawer supplier={null} close={() => set({ new: undefined })} done={({ id }) => void navigate({ to: "/suppliers/$supplierId", params: { supplierId: id }, search: {} })} />}
    </Page>
  );
}

function useColumns(): readonly Column<Supplier>[] {
  const { t } = useTranslation("suppliers");
  const { t: common } = useTranslation();
  const { money, quantity } = useFormats();
  const { days, onTime } = useLeadTime();
  return useMemo<Column<Supplier>[]>(
    () => [
      {
        id: "name",
        header: common("name"),
        cell: (one) => (
          <Link to="/suppliers/$supplierId" params={{ supplierId: one.id }} sx={{ fontWeight: 600, color: "text.primary" }}>
            {one.name}
          </Link>
        ),
      },
      { id: "code", header: common("code"), cell: ({ code }) => code },
      { id: "contact", header: t("contact"), cell: ({ contacts: [first] }) => (first ? [first.name, first.phone].filter(Boolean).join(" · ") : "–") },
      { id: "takes", header: t("learnt.takes"), cell: ({ lead_time }) => days(lead_time) },
      { id: "onTime", header: t("learnt.header"), cell: ({ lead_time }) => onTime(lead_time) },
      { id: "minimum", header: t("minimumOrder"), align: "right", card: "none", cell: (one) => <span className="figures">{money(one.minimum_order_value, one.currency)}</span> },
      { id: "payment", header: t("paymentDays"), align: "right", card: "none", hidden: true, cell: ({ payment_days }) => quantity(payment_days) },
      { id: "state", header: common("status"), cell: ({ active }) => <ActiveChip active={active} /> },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `days` and `onTime` only follow the formats
    [common, money, quantity, t],
  );
}

export function ActiveChip({ active }: { active: boolean }) {
  const { t } = useTranslation("suppliers");
  return <Chip size="small" variant="outlined" color={active ? "success" : "default"} label={t(active ? "active" : "inactive")} />;
}
