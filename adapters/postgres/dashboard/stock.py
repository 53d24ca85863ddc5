"""How the stock stands: at each site, and what is low or gone."""

from decimal import Decimal
from uuid import UUID

from adapters.postgres.engine import Row
from core.domain.values import normal
from core.queries.dashboard import LowStock, SiteFigures

MOST_LOW = 8

_HERE = "(%(sites)s::uuid[] IS NULL OR {}.site_id = ANY (%(sites)s::uuid[]))"
_FREE = "min(floor((s.allocatable - s.promised) / c.quantity))"
# Low and out mean what they mean in the list of products: low at some site; of no site anything, or of a kit not one.
STOCK = f"""
    WITH held AS MATERIALIZED (
        SELECT k.product_id, k.site_id, k.on_hand, k.allocatable, k.promised, k.is_low, k.value FROM site_stock k
        WHERE k.company_id = %(company)s AND {_HERE.format("k")}
    ),
    low AS MATERIALIZED (
        SELECT h.product_id, h.site_id, p.sku, p.sku_key, p.name, h.on_hand <= 0 AS is_out, h.allocatable - h.promised AS available
        FROM held h JOIN product p ON p.company_id = %(company)s AND p.id = h.product_id AND p.active WHERE h.is_low
    ),
    shown AS (
        SELECT l.*, r.minimum, r.target, s.code FROM low l
        JOIN site s ON s.company_id = %(company)s AND s.id = l.site_id
        LEFT JOIN reorder_policy r ON r.company_id = %(company)s AND r.product_id = l.product_id AND r.site_id = l.site_id
        ORDER BY l.is_out DESC, l.available / nullif(r.minimum, 0), l.sku_key, s.code LIMIT %(low)s
    ),
    place AS (
        SELECT h.site_id, count(*) FILTER (WHERE h.on_hand > 0) AS products, count(*) FILTER (WHERE h.is_low) AS low,
               count(*) FILTER (WHERE h.on_hand <= 0) AS gone, sum(h.value) AS value FROM held h GROUP BY h.site_id
    )
    SELECT (SELECT count(DISTINCT l.product_id) FROM low l),
           (SELECT count(*) FROM product p WHERE p.company_id = %(company)s AND p.active AND p.kind = 'unit'
              AND NOT EXISTS (SELECT FROM held h WHERE h.product_id = p.id AND h.on_hand > 0))
         + (SELECT count(*) FROM product p WHERE p.company_id = %(company)s AND p.active AND p.kind = 'kit' AND NOT EXISTS (
              SELECT FROM kit_component c JOIN site_stock s ON s.company_id = %(company)s AND s.product_id = c.component_id AND {_HERE.format("s")}
              WHERE c.company_id = %(company)s AND c.kit_id = p.id GROUP BY s.site_id
              HAVING {_FREE} >= 1 AND count(*) = (SELECT count(*) FROM kit_component e WHERE e.company_id = %(company)s AND e.kit_id = p.id))),
           (SELECT coalesce(json_agg(json_build_array(w.product_id, w.sku, w.name, w.code, w.is_out, w.available::text, w.minimum::text, w.target::text)
                            ORDER BY w.is_out DESC, w.available / nullif(w.minimum, 0), w.sku_key, w.code), '[]') FROM shown w),
           (SELECT coalesce(json_agg(json_build_array(s.id, s.code, s.name, coalesce(g.products, 0), coalesce(g.low, 0), coalesce(g.gone, 0),
                                                      CASE WHEN %(costs)s THEN coalesce(g.value, 0)::text END) ORDER BY s.code), '[]')
            FROM site s LEFT JOIN place g ON g.site_id = s.id
            WHERE s.company_id = %(company)s AND s.active AND (%(sites)s::uuid[] IS NULL OR s.id = ANY (%(sites)s::uuid[])))
"""


def low_stock(row: Row) -> list[LowStock]:
    return [
        LowStock(UUID(product), sku, name, site, is_out, normal(Decimal(available)), _figure(minimum), _figure(target))
        for product, sku, name, site, is_out, available, minimum, target in row[2]
    ]


def site_figures(row: Row) -> list[SiteFigures]:
    return [
        SiteFigures(UUID(id), code, name, products, low, out, _figure(value))
        for id, code, name, products, low, out, value in row[3]
    ]


def _figure(text: str | None) -> Decimal | None:
    return None if text is None else normal(Decimal(text))
