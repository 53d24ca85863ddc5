import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../ui/formats";
import { Link, LinkButton } from "../../ui/links";
import { usePlace } from "../../ui/places";
import { Block, Quiet } from "./Block";
import type { BlockProps } from "./blocks";

type Row = { key: string; first: ReactNode; others: ReactNode[] };

/** A short table: what it is about at the left, figures at the right. */
function Short({ title, action, head, rows, nothing }: { title: string; action?: ReactNode; head: string[]; rows: Row[]; nothing: string }) {
  return (
    <Block title={title} action={action} flush>
      {rows.length === 0 ? (
        <Quiet>{nothing}</Quiet>
      ) : (
        <TableContainer tabIndex={0} role="region" aria-label={title}>
          <Table size="small" sx={{ "& tr:last-of-type > *": { borderBottom: 0 } }}>
            <caption hidden>{title}</caption>
            <TableHead>
              <TableRow>
                {head.map((name, at) => (
                  <TableCell key={name} scope="col" align={at === 0 ? "left" : "right"} sx={{ pl: at === 0 ? 4 : undefined }}>
                    {name}
                  </TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {rows.map(({ key, first, others }) => (
                <TableRow key={key} hover>
                  <TableCell component="th" scope="row" sx={{ pl: 4, fontWeight: 400 }}>
                    {first}
                  </TableCell>
                  {others.map((cell, at) => (
                    <TableCell key={at} align="right" sx={{ whiteSpace: "nowrap" }}>
                      {cell}
                    </TableCell>
                  ))}
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </Block>
  );
}

function Product({ id, name, detail }: { id: string; name: string; detail: string }) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <Link to={"/products/$productId" as "/"} params={{ productId: id } as never}>
        {name}
      </Link>
      <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>{detail}</Box>
    </Box>
  );
}

export function BestSellers({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { quantity, money } = useFormats();
  return (
    <Short
      title={t("block.best_sellers")}
      action={<LinkButton to={"/reports/sales_by_product" as "/"} size="small">{t("report")}</LinkButton>}
      head={[t("product"), t("sold"), t("income")]}
      nothing={t("nothing.best_sellers")}
      rows={(dashboard.best_sellers ?? []).map((one) => ({
        key: one.product,
        first: <Product id={one.product} name={one.name} detail={one.sku} />,
        others: [quantity(one.quantity), money(one.income)],
      }))}
    />
  );
}

export function LowStock({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { quantity } = useFormats();
  return (
    <Short
      title={t("block.low_stock")}
      action={<LinkButton to={"/products" as "/"} search={{ low: true } as never} size="small">{t("all")}</LinkButton>}
      head={[t("product"), t("available"), t("minimum")]}
      nothing={t("nothing.low_stock")}
      rows={(dashboard.low_stock ?? []).map((one) => ({
        key: `${one.product} ${one.site}`,
        first: <Product id={one.product} name={one.name} detail={`${one.sku} · ${one.site}`} />,
        others: [
          one.is_out ? <Chip size="small" color="error" variant="outlined" label={t("out")} /> : quantity(one.available),
          quantity(one.minimum),
        ],
      }))}
    />
  );
}

export function Depletions({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { quantity, day } = useFormats();
  return (
    <Short
      title={t("block.depletions")}
      action={<LinkButton to={"/reports/depletion" as "/"} size="small">{t("report")}</LinkButton>}
      head={[t("product"), t("onHand"), t("atRiskOn"), t("depletesOn")]}
      nothing={t("nothing.depletions")}
      rows={(dashboard.depletions ?? []).map((one) => ({
        key: `${one.product} ${one.site}`,
        first: <Product id={one.product} name={one.name} detail={`${one.sku} · ${one.site}`} />,
        others: [quantity(one.on_hand), day(one.at_risk_on), day(one.depletes_on)],
      }))}
    />
  );
}

export function Movements({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { t: tc } = useTranslation();
  const place = usePlace();
  const { quantity, ago } = useFormats();
  return (
    <Short
      title={t("block.movements")}
      action={<LinkButton to={"/movements" as "/"} size="small">{t("all")}</LinkButton>}
      head={[t("movement"), tc("quantity"), t("when")]}
      nothing={t("nothing.movements")}
      rows={(dashboard.movements ?? []).map((move) => ({
        key: `${move.posting} ${move.line}`,
        first: (
          <Box>
            <Link to={"/movements/$postingId" as "/"} params={{ postingId: move.posting } as never}>
              {t(`kind.${move.kind}` as "kind.sale", { defaultValue: move.kind })}
            </Link>
            <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
              {move.sku} · {place(move.from)} → {place(move.to)}
            </Box>
          </Box>
        ),
        others: [quantity(move.quantity), ago(move.effective_at)],
      }))}
    />
  );
}

export function Sites({ dashboard }: BlockProps) {
  const { t } = useTranslation("home");
  const { quantity, roundMoney } = useFormats();
  const sites = dashboard.sites ?? [];
  const hasValue = sites.some(({ value }) => value !== null);
  return (
    <Short
      title={t("block.sites")}
      head={[t("site"), t("products"), t("low"), t("out"), ...(hasValue ? [t("value")] : [])]}
      nothing={t("nothing.sites")}
      rows={sites.map((site) => ({
        key: site.id,
        first: (
          <Link to="/" search={{ site: site.code }}>
            {site.name}
          </Link>
        ),
        others: [quantity(site.products), quantity(site.low), quantity(site.out), ...(hasValue ? [roundMoney(site.value)] : [])],
      }))}
    />
  );
}
