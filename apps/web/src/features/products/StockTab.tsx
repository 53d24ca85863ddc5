import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useTranslation } from "react-i18next";
import { useSession } from "../../session/session";
import { useFormats } from "../../ui/formats";
import { Nothing } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import type { Product } from "./draft";
import { useMayRecord } from "./recording";
import { SiteStock, useBalances } from "./SiteStock";

/** Where it lies: by site, and by place and lot where that says more. */
export function StockTab({ product, record }: { product: Product; record: (site: string) => void }) {
  const { t } = useTranslation(["products", "common"]);
  const { worksAt } = useSession();
  const mayRecord = useMayRecord() && product.active;
  const { quantity, day } = useFormats();
  const places = useBalances(product).flatMap((balance) => (balance.places ?? []).map((place) => ({ ...place, site: balance.site })));
  const saysMore = product.tracking !== "none" || places.some(({ role }) => role !== "stock");
  const idOf = new Map(product.stock.map((site) => [site.code, site.site]));
  if (product.stock.length === 0) {
    return <Nothing title={t("noStock.title")} hint={mayRecord ? t("noStock.hint") : undefined} />;
  }
  return (
    <>
      <Section title={t("tabs.stock")}>
        <SiteStock
          product={product}
          {...(mayRecord && {
            action: (site: string) =>
              worksAt(idOf.get(site) ?? "") && (
                <Button size="small" onClick={() => record(site)} aria-label={`${t("adjust")} (${site})`}>
                  {t("adjustShort")}
                </Button>
              ),
          })}
        />
      </Section>
      {saysMore && (
        <Section title={t("places.title")}>
          <TableContainer component={Paper} variant="outlined" tabIndex={0} role="region" aria-label={t("places.title")}>
            <Table size="small">
              <caption hidden>{t("places.title")}</caption>
              <TableHead>
                <TableRow>
                  <TableCell scope="col">{t("places.place")}</TableCell>
                  <TableCell scope="col">{t("places.role")}</TableCell>
                  <TableCell scope="col">{t("places.lot")}</TableCell>
                  <TableCell scope="col">{t("places.expires")}</TableCell>
                  <TableCell scope="col" align="right">{t("common:onHand")}</TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {places.map((place) => (
                  <TableRow key={`${place.location} ${place.lot ?? ""}`}>
                    <TableCell component="th" scope="row">{place.location}</TableCell>
                    <TableCell>{t(`roles.${place.role}` as "roles.stock", { defaultValue: place.role })}</TableCell>
                    <TableCell>{place.lot ?? "–"}</TableCell>
                    <TableCell>{day(place.expires_on)}</TableCell>
                    <TableCell align="right">{quantity(place.on_hand)}</TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </TableContainer>
        </Section>
      )}
    </>
  );
}
