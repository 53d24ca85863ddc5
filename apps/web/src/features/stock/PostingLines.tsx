import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../session/session";
import { DataTable, type Column } from "../../ui/DataTable";
import { useFormats } from "../../ui/formats";
import { Link } from "../../ui/links";
import { usePlace } from "../../ui/places";
import { useProductNames } from "./productNames";
import type { Posting } from "./useRecord";

type Line = Posting["lines"][number];
const READ = { isPending: false, error: null, retry: () => undefined };

/** What moved: each line from where to where, at which price. */
export function PostingLines({ posting }: { posting: Posting }) {
  const { t } = useTranslation("stock");
  const columns = useColumns(posting);
  return <DataTable bare caption={t("posting.lines")} columns={columns} rows={posting.lines} rowId={({ line }) => String(line)} list={READ} empty={{ title: t("posting.noLines") }} />;
}

function useColumns(posting: Posting): Column<Line>[] {
  const { t } = useTranslation("stock");
  const { t: common } = useTranslation();
  const { quantity, money, sum } = useFormats();
  const place = usePlace();
  const maySeeCost = useMay("cost:read");
  const names = useProductNames(posting.lines);
  return useMemo(() => {
    const isPriced = posting.lines.some((line) => line.unit_price !== null || line.total !== null);
    const hasLots = posting.lines.some((line) => line.lot);
    const columns: (Column<Line> | false)[] = [
      {
        id: "product",
        header: common("product"),
        cell: (line) => (
          <Link to={"/products/$productId" as "/"} params={{ productId: line.product } as never}>
            {names.get(line.product) ? `${names.get(line.product)} · ${line.sku}` : line.sku}
          </Link>
        ),
      },
      { id: "quantity", header: common("quantity"), align: "right", card: "figure", cell: (line) => <span className="figures">{quantity(line.quantity)}</span> },
      { id: "places", header: t("column.places"), cell: (line) => `${place(line.from)} → ${place(line.to)}` },
      hasLots && { id: "lot", header: t("record.lot"), cell: (line) => line.lot ?? "–" },
      isPriced && { id: "price", header: common("price"), align: "right", cell: (line) => <span className="figures">{money(line.unit_price, posting.currency)}</span> },
      isPriced && { id: "total", header: common("total"), align: "right", cell: (line) => <span className="figures">{sum(line.total, posting.currency)}</span> },
      maySeeCost && { id: "cost", header: common("cost"), align: "right", cell: (line) => <span className="figures">{sum(line.cost, posting.currency)}</span> },
    ];
    return columns.filter((column) => column !== false);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the names are a new map each time; what they hold follows their number
  }, [common, maySeeCost, money, names.size, place, posting, quantity, sum, t]);
}
