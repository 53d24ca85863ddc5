import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/query";
import { useMay } from "../../session/session";
import { times, useFormats } from "../../ui/formats";
import type { Available } from "../transfers/availability";
import { isShort } from "../transfers/goods";
import type { Request } from "./whence";

const MOST = 20;

/** What one of each product is sold for today; a long request shows its whole value alone. */
export function usePrices(request: Request): ReadonlyMap<string, string> {
  const mayRead = useMay("product:read");
  const ids = mayRead && request.lines.length <= MOST ? request.lines.map(({ product }) => product) : [];
  const answers = useQueries({ queries: ids.map((id) => ({ ...read("/api/v1/products/{product_id}", { path: { product_id: id } }), staleTime: 60_000 })) });
  return new Map(answers.flatMap(({ data }) => (data ? [[data.id, data.price] as const] : [])));
}

/** What is asked for, with what is there of it and what it is worth. */
export function RequestGoods({ request, available, source }: { request: Request; available: Available; source: string | null }) {
  const { t } = useTranslation("requests");
  const { quantity, money } = useFormats();
  const prices = usePrices(request);
  const site = request.site.code;
  return (
    <Box component="ul" aria-label={t("goods")} sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 2 }}>
      {request.lines.map((line) => {
        const places = [site, ...(source ? [source] : [])];
        const price = prices.get(line.product);
        return (
          <Box component="li" key={line.line} sx={{ display: "grid", columnGap: 4, gridTemplateColumns: { xs: "minmax(0, 1fr) auto", sm: "minmax(0, 1fr) minmax(160px, auto) 110px" }, alignItems: "baseline" }}>
            <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
              <Box component="span" className="figures" sx={{ fontWeight: 650 }}>
                {quantity(line.quantity)}
              </Box>{" "}
              × {line.name}
            </Typography>
            <Typography variant="body2" className="figures" sx={{ gridColumn: { xs: "1 / -1", sm: "auto" }, gridRow: { xs: 2, sm: "auto" } }}>
              {places.map((place, index) => {
                const there = available.get(line.product)?.get(place);
                const isDecisive = source ? place === source : request.kind === "customer_order";
                const short = isDecisive && isShort(line.quantity, there);
                return (
                  <Box key={place} component="span" sx={{ color: short ? "error.main" : "text.secondary" }}>
                    {index > 0 && " · "}
                    {there === undefined ? "" : t("thereAt", { quantity: quantity(there), site: place })}
                  </Box>
                );
              })}
            </Typography>
            <Typography variant="body2" className="figures" sx={{ textAlign: "right" }}>
              {price === undefined ? "" : money(times(price, line.quantity), request.currency)}
            </Typography>
          </Box>
        );
      })}
    </Box>
  );
}
