import Big from "big.js";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import DownloadIcon from "@mui/icons-material/DownloadOutlined";
import Stack from "@mui/material/Stack";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { stringifySearch } from "../../router/search";
import { useMay, useSession } from "../../session/session";
import { Chart } from "../../ui/Chart";
import { DataTable, type Column } from "../../ui/DataTable";
import { compare, useFormats } from "../../ui/formats";
import { SitePicker } from "../../ui/pickers";
import { useList, type Item } from "../../ui/useList";
import { useReason } from "../../ui/places";
import { balanceByDay } from "./kardex";
import type { Product } from "./draft";

type Move = Item<"/api/v1/stock/moves">;

/** The kárdex: every movement with the balance after it, and how the balance went. */
export function MovementsTab({ product }: { product: Product }) {
  const { t } = useTranslation(["products", "common"]);
  const navigate = useNavigate();
  const { site } = useSearch({ from: "/shell/products/$productId" });
  const { quantity, day } = useFormats();
  const { profile, can } = useSession();
  const list = useList("/api/v1/stock/moves", { query: { product: product.id, ...(site && { site }) } }, { size: 50 });
  const columns = useColumns();
  const mayReport = can("export:read") && can("report:read");
  const chosen = (to: string) => void navigate({ to: "/products/$productId", params: { productId: product.id }, search: { tab: "movements", site: to || undefined }, replace: true, resetScroll: false });
  const line = balanceByDay(list.items, profile.time_zone ?? profile.customs?.time_zone ?? "UTC");
  return (
    <>
      {line.length > 1 && (
        <Box sx={{ mb: 6 }}>
          <Chart
            name={t("kardex.chart", { name: product.name, from: day(line[0]!.day), to: day(line.at(-1)!.day) })}
            labels={line.map((point) => day(point.day))}
            series={[{ label: t("kardex.balance"), values: line.map(({ balance }) => balance), kind: "line", colour: "primary" }]}
            format={quantity}
            height={200}
          />
        </Box>
      )}
      <DataTable
        table="kardex"
        caption={t("tabs.movements")}
        columns={columns}
        rows={list.items}
        rowId={(move) => `${move.posting}/${move.line}`}
        list={list}
        empty={{ title: t("kardex.empty") }}
        narrowed={site ? { clear: () => chosen("") } : null}
        toolbar={
          <Stack direction="row" spacing={2} useFlexGap sx={{ flexWrap: "wrap" }}>
            <Box sx={{ width: 220 }}>
              <SitePicker label={t("common:site")} all={t("common:allSites")} value={site ?? ""} set={chosen} />
            </Box>
            {mayReport &&
              (["pdf", "xlsx"] as const).map((format) => (
                <Button key={format} component="a" startIcon={<DownloadIcon />} href={`/api/v1/reports/kardex.${format}${stringifySearch({ product: product.id, site })}`} download>
                  {t(`kardex.${format}`)}
                </Button>
              ))}
          </Stack>
        }
      />
    </>
  );
}

function useColumns(): readonly Column<Move>[] {
  const { t } = useTranslation(["products", "common"]);
  const { quantity, money, time } = useFormats();
  const seesCost = useMay("cost:read");
  const reason = useReason();
  const place = (address: string) => (address.startsWith(":") ? t(`partners.${address.slice(1)}` as "partners.supplier", { defaultValue: address.slice(1) }) : address.replace(":TRANSIT", ` (${t("inTransit")})`));
  return [
    {
      id: "when",
      header: t("common:date"),
      cell: (move) => (
        <Box component="span" sx={{ whiteSpace: "nowrap" }}>
          {time(move.effective_at)}
        </Box>
      ),
    },
    {
      id: "kind",
      header: t("kardex.kind"),
      cell: (move) => t(move.reversal_of ? "kardex.reversalOf" : "kardex.plain", { kind: t(`moves.${move.kind}` as "moves.sale", { defaultValue: move.kind }) }),
    },
    { id: "document", header: t("kardex.document"), cell: (move) => move.document_number || "–" },
    { id: "way", header: t("kardex.way"), cell: (move) => `${place(move.from)} → ${place(move.to)}` },
    { id: "lot", header: t("places.lot"), hidden: true, card: "none", cell: (move) => move.lot ?? "–" },
    { id: "reason", header: t("common:reason"), hidden: true, card: "none", cell: (move) => reason(move.reason, move.document_type) },
    {
      id: "change",
      header: t("kardex.change"),
      align: "right",
      card: "figure",
      cell: (move) => (
        <Box component="span" sx={{ color: compare(move.change, "0") < 0 ? "error.main" : "success.main", fontWeight: 600 }}>
          {compare(move.change, "0") > 0 ? `+${quantity(move.change)}` : quantity(move.change)}
        </Box>
      ),
    },
    { id: "balance", header: t("kardex.balance"), align: "right", cell: (move) => <strong>{quantity(move.balance)}</strong> },
    { id: "price", header: t("kardex.unitPrice"), align: "right", card: "none", cell: (move) => money(move.unit_price) },
    ...(seesCost ? [{ id: "cost", header: t("common:cost"), align: "right", card: "none", cell: (move: Move) => money(move.cost && new Big(move.cost).round(2).toFixed()) } as const] : []),
  ];
}
