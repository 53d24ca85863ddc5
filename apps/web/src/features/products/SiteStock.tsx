import Paper from "@mui/material/Paper";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { compare, useFormats } from "../../ui/formats";
import type { Product } from "./draft";
import { statusOf, StockStatus } from "./status";

export type Balance = Schemas["Balance"];

/** The stock of a product at each site, with its places and lots, as far as one may see it. */
export function useBalances(product: Product): readonly Balance[] {
  const mayRead = useMay("stock:read");
  const answer = useQuery({
    ...read("/api/v1/stock/balances", { query: { product: product.id, lots: true, limit: 100 } }),
    enabled: mayRead && product.kind !== "kit",
  });
  return answer.data?.items ?? NONE;
}

const NONE: readonly Balance[] = [];

/** A row for each site. `brief` leaves out what a glance does not need. */
export function SiteStock({ product, brief = false, action }: { product: Product; brief?: boolean; action?: (site: string) => ReactNode }) {
  const { t } = useTranslation(["products", "common"]);
  const { quantity } = useFormats();
  const balances = new Map(useBalances(product).map((balance) => [balance.site, balance]));
  const knowsLevels = [...balances.values()].some(({ minimum }) => minimum !== null);
  return (
    <TableContainer component={Paper} variant="outlined" tabIndex={0} role="region" aria-label={t("tabs.stock")}>
      <Table size="small" sx={{ "& thead th": { whiteSpace: "nowrap" }, "& th, & td": { px: 3 } }}>
        <caption hidden>{t("tabs.stock")}</caption>
        <TableHead>
          <TableRow>
            <TableCell scope="col">{t("common:site")}</TableCell>
            <TableCell scope="col" align="right">{t("common:onHand")}</TableCell>
            {!brief && <TableCell scope="col" align="right">{t("common:reserved")}</TableCell>}
            <TableCell scope="col" align="right">{t("available")}</TableCell>
            {!brief && <TableCell scope="col" align="right">{t("inTransit")}</TableCell>}
            {knowsLevels && <TableCell scope="col" align="right">{t("common:minimum")}</TableCell>}
            {!brief && knowsLevels && <TableCell scope="col" align="right">{t("target")}</TableCell>}
            {!brief && <TableCell scope="col">{t("common:status")}</TableCell>}
            {!brief && action && <TableCell />}
          </TableRow>
        </TableHead>
        <TableBody>
          {product.stock.map((site) => {
            const balance = balances.get(site.code);
            return (
              <TableRow key={site.site}>
                <TableCell component="th" scope="row" sx={{ minWidth: 120 }}>
                  {brief ? site.code : `${site.code} · ${site.name}`}
                </TableCell>
                <TableCell align="right" sx={{ fontWeight: 600 }}>{quantity(site.on_hand)}</TableCell>
                {!brief && <TableCell align="right">{zeroIsQuiet(site.promised, quantity)}</TableCell>}
                <TableCell align="right">{quantity(site.available)}</TableCell>
                {!brief && <TableCell align="right">{zeroIsQuiet(site.in_transit, quantity)}</TableCell>}
                {knowsLevels && <TableCell align="right">{quantity(balance?.minimum)}</TableCell>}
                {!brief && knowsLevels && <TableCell align="right">{quantity(balance?.target)}</TableCell>}
                {!brief && (
                  <TableCell>
                    <StockStatus status={statusOf({ ...product, on_hand: site.on_hand, low: balance?.low ?? false })} />
                  </TableCell>
                )}
                {!brief && action && <TableCell align="right">{action(site.code)}</TableCell>}
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function zeroIsQuiet(value: string, quantity: (value: string) => string): string {
  return compare(value, "0") === 0 ? "–" : quantity(value);
}
