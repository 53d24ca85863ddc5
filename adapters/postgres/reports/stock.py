"""Stock as it stands and as it stood."""

from adapters.postgres.reports.common import ASKED

STOCK_ON_HAND = f"""
    WITH {ASKED}
    SELECT p.sku, p.name, p.category_name, s.code, p.unit, b.on_hand, b.promised, b.allocatable - b.promised, r.minimum,
           CASE WHEN b.on_hand <> 0 THEN round(b.value / b.on_hand, 4) END, b.value
    FROM q JOIN site_stock b ON b.company_id = q.company_id JOIN goods p ON p.id = b.product_id
    JOIN site s ON s.company_id = q.company_id AND s.id = b.site_id
    LEFT JOIN reorder_policy r ON r.company_id = q.company_id AND r.product_id = b.product_id AND r.site_id = b.site_id
    WHERE (q.sites IS NULL OR b.site_id = ANY (q.sites)) AND (b.on_hand <> 0 OR b.promised <> 0 OR r.minimum IS NOT NULL)
    ORDER BY p.sku_key, s.code
"""
STOCK_VALUATION = f"""
    WITH {ASKED}
    SELECT p.sku, p.name, p.category_name, s.code, a.on_hand, CASE WHEN a.on_hand <> 0 THEN round(a.value / a.on_hand, 4) END, a.value
    FROM q CROSS JOIN LATERAL stock_as_of(q.until - interval '1 microsecond', NULL, q.sites) a JOIN goods p ON p.id = a.product_id
    JOIN site s ON s.company_id = q.company_id AND s.id = a.site_id
    WHERE a.on_hand <> 0 OR a.value <> 0
    ORDER BY p.sku_key, s.code
"""
LOW_STOCK = f"""
    WITH {ASKED}
    SELECT p.sku, p.name, p.category_name, s.code, CASE WHEN coalesce(b.allocatable, 0) <= 0 THEN 'out' ELSE 'low' END, v.available, r.minimum,
           r.target, greatest(r.target - v.available, 0)
    FROM q JOIN reorder_policy r ON r.company_id = q.company_id AND r.minimum IS NOT NULL JOIN goods p ON p.id = r.product_id AND p.active
    JOIN site s ON s.company_id = q.company_id AND s.id = r.site_id
    LEFT JOIN site_stock b ON b.company_id = q.company_id AND b.product_id = r.product_id AND b.site_id = r.site_id
    CROSS JOIN LATERAL (SELECT coalesce(b.allocatable - b.promised, 0) AS available) v
    WHERE (q.sites IS NULL OR r.site_id = ANY (q.sites)) AND v.available <= r.minimum
    ORDER BY 5 DESC, p.sku_key, s.code
"""
SLOW_MOVERS = f"""
    WITH {ASKED}
    SELECT p.sku, p.name, p.category_name, s.code, b.on_hand, b.value, (i.last AT TIME ZONE q.zone)::date,
           CASE WHEN i.last IS NOT NULL THEN (%(until)s::date - (i.last AT TIME ZONE q.zone)::date) END
    FROM q JOIN site_stock b ON b.company_id = q.company_id AND b.on_hand > 0 JOIN goods p ON p.id = b.product_id
    JOIN site s ON s.company_id = q.company_id AND s.id = b.site_id
    LEFT JOIN LATERAL (
        SELECT max(m.effective_at) AS last FROM move m WHERE m.company_id = q.company_id AND m.product_id = b.product_id
           AND m.from_site_id = b.site_id AND m.to_site_id IS NULL AND m.effective_at < q.until) i ON true
    WHERE (q.sites IS NULL OR b.site_id = ANY (q.sites)) AND (i.last IS NULL OR i.last < q.since)
    ORDER BY i.last NULLS FIRST, p.sku_key, s.code
"""
