"""How much of each product a site has, and how much is enough: part of the statements that look for too much."""

from collections.abc import Mapping

from core.domain import overstock
from core.domain.forecast import HORIZONS
from core.domain.purchase_order import ON_ORDER

# These take `company` and `now`, and `LEVEL_RULE`.
TODAY = """
    today AS MATERIALIZED (
        SELECT (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date AS day, c.time_zone AS zone, c.currency
        FROM company c WHERE c.id = %(company)s
    )
"""
# The demand until an order arrives and as long beyond as stock may last, on the line between the two horizons about it.
LEVELS = """
    coming AS MATERIALIZED (
        SELECT l.product_id, o.site_id, sum(l.open) AS open
        FROM purchase_order o JOIN purchase_order_line l ON l.company_id = o.company_id AND l.order_id = o.id
        WHERE o.company_id = %(company)s AND o.state = ANY (%(on_order)s) AND l.open > 0 GROUP BY l.product_id, o.site_id
    ),
    learnt AS MATERIALIZED (
        SELECT t.product_id, sum(t.days)::numeric / sum(t.receipts) AS days FROM lead_time_stat t
        WHERE t.company_id = %(company)s AND t.product_id IS NOT NULL AND t.receipts > 0 GROUP BY t.product_id
    ),
    declared AS MATERIALIZED (
        SELECT i.product_id, min(i.lead_time_days) AS days FROM supplier_item i CROSS JOIN today
        WHERE i.company_id = %(company)s AND coalesce(i.valid_from <= today.day, true) AND coalesce(i.valid_to >= today.day, true)
        GROUP BY i.product_id
    ),
    span AS MATERIALIZED (
        SELECT f.product_id, f.site_id, f.q95,
               (coalesce(e.days, d.days, %(lead)s) + coalesce(r.review_days, %(review)s) + %(cover)s) / 7.0 AS weeks
        FROM demand_forecast f CROSS JOIN today
        LEFT JOIN reorder_policy r ON r.company_id = %(company)s AND r.product_id = f.product_id AND r.site_id = f.site_id
        LEFT JOIN learnt e ON e.product_id = f.product_id LEFT JOIN declared d ON d.product_id = f.product_id
        WHERE f.company_id = %(company)s AND f.verdict <> 'too_little_data' AND f.as_of > today.day - %(stale)s::integer
    ),
    forecast AS MATERIALIZED (
        SELECT s.product_id, s.site_id,
               round(h.figure + (s.q95[h.next] - h.figure) * (s.weeks - h.horizon) / (h.upper - h.horizon), 6) AS enough
        FROM span s CROSS JOIN LATERAL (
            SELECT u.next, coalesce(s.q95[u.next - 1], 0) AS figure, coalesce((%(horizons)s::numeric[])[u.next - 1], 0) AS horizon,
                   (%(horizons)s::numeric[])[u.next] AS upper
            FROM (SELECT least(width_bucket(s.weeks, %(horizons)s::numeric[]) + 1, cardinality(%(horizons)s::numeric[])) AS next) u) h
    ),
    level AS MATERIALIZED (
        SELECT s.product_id, s.site_id, s.on_hand + CASE WHEN f.enough IS NULL THEN 0 ELSE coalesce(c.open, 0) END AS stock,
               coalesce(f.enough, r.target) AS enough
        FROM site_stock s
        LEFT JOIN forecast f ON f.product_id = s.product_id AND f.site_id = s.site_id
        LEFT JOIN coming c ON c.product_id = s.product_id AND c.site_id = s.site_id
        LEFT JOIN reorder_policy r ON r.company_id = %(company)s AND r.product_id = s.product_id AND r.site_id = s.site_id
        WHERE s.company_id = %(company)s AND s.on_hand > 0 AND coalesce(f.enough, r.target) IS NOT NULL
    )
"""
LEVEL_RULE: Mapping[str, object] = {
    "on_order": list(ON_ORDER),
    "lead": overstock.USUAL_LEAD_DAYS,
    "review": overstock.USUAL_REVIEW_DAYS,
    "cover": overstock.COVER_DAYS,
    "stale": overstock.STALE_DAYS,
    "ends": overstock.ENDS_BELOW,
    "horizons": list(HORIZONS),
}
