import AddIcon from "@mui/icons-material/AddOutlined";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { Page } from "../../ui/Page";
import { StateChip } from "../../ui/StateChip";
import { useList } from "../../ui/useList";
import { Filters, SiteFilter } from "../stock/Filters";
import { PlanDrawer } from "./PlanDrawer";

const route = getRouteApi("/shell/counts");
type Summary = Schemas["CountSummary"];
const STATES = ["planned", "counting", "submitted", "posted", "cancelled"] as const;

/** The counts of one's sites, the newest first. */
export function CountsPage() {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const { site, state } = route.useSearch();
  const navigate = route.useNavigate();
  const mayPlan = useMay("count:plan");
  const [isPlanning, setPlanning] = useState(false);
  const set = (change: object) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const list = useList("/api/v1/stock/counts", { query: { ...(site ? { site } : {}), ...(state ? { state: [state] } : {}) } });
  const plan = mayPlan && (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setPlanning(true)}>
      {t("plan.title")}
    </Button>
  );
  return (
    <Page title={common("nav.counts")} actions={plan}>
      <DataTable
        table="counts"
        caption={common("nav.counts")}
        columns={useColumns()}
        rows={list.items}
        rowId={({ id }) => id}
        list={list}
        empty={{ title: t("list.empty"), hint: t("list.emptyHint"), action: plan || undefined }}
        narrowed={site || state ? { clear: () => set({ site: undefined, state: undefined }) } : null}
        toolbar={
          <Filters>
            <SiteFilter site={site} set={(code) => set({ site: code })} />
            <TextField select label={common("status")} value={state ?? ""} onChange={(event) => set({ state: event.target.value || undefined })} slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}>
              <MenuItem value="">{common("all")}</MenuItem>
              {STATES.map((one) => (
                <MenuItem key={one} value={one}>
                  {common(`state.${one}`)}
                </MenuItem>
              ))}
            </TextField>
          </Filters>
        }
      />
      {isPlanning && <PlanDrawer close={() => setPlanning(false)} done={({ id }) => void navigate({ to: "/counts/$countId", params: { countId: id } })} />}
    </Page>
  );
}

function useColumns(): Column<Summary>[] {
  const { t } = useTranslation("counts");
  const { t: common } = useTranslation();
  const { time } = useFormats();
  return useMemo(
    () => [
      {
        id: "number",
        header: t("column.count"),
        cell: (one) => (
          <Link to="/counts/$countId" params={{ countId: one.id }}>
            {t("name", { number: one.number })}
          </Link>
        ),
      },
      { id: "state", header: common("status"), cell: ({ state }) => <StateChip state={state} /> },
      { id: "site", header: common("site"), cell: ({ site }) => `${site.code} · ${site.name}` },
      { id: "scope", header: t("column.scope"), cell: ({ scope, blind }) => [t(`scope.${scope}`), blind && t("blind")].filter(Boolean).join(" · ") },
      { id: "note", header: common("note"), card: "none", cell: ({ note }) => note || "–" },
      { id: "round", header: t("column.round"), hidden: true, card: "none", align: "right", cell: ({ round }) => round },
      { id: "changed", header: t("column.changed"), cell: ({ updated_at }) => time(updated_at) },
      { id: "who", header: t("column.who"), hidden: true, card: "none", cell: ({ created_by }) => created_by.name },
    ],
    [common, t, time],
  );
}
