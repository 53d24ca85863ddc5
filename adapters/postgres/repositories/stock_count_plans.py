"""Which lines a count expects: one statement for each kind of scope, over the site's products."""

from collections.abc import Mapping

from core.domain.stock_count_scope import ScopeKind

# What the site has ever held, with its class of consumption. What comes back from customers was not consumed.
_CLASSED = """
    used AS (
        SELECT m.product_id, sum(CASE WHEN m.from_site_id = %(site)s THEN m.cost WHEN o.role = 'customer' THEN -m.cost ELSE 0 END) AS value
        FROM move m
        JOIN location o ON o.company_id = m.company_id AND o.role IN ('customer', 'production')
             AND o.id = CASE WHEN m.from_site_id = %(site)s THEN m.to_location_id ELSE m.from_location_id END
        WHERE m.company_id = %(company)s AND m.effective_at >= now() - interval '365 days'
          AND (m.from_site_id = %(site)s OR m.to_site_id = %(site)s)
        GROUP BY m.product_id
    ),
    ranked AS (
        SELECT s.product_id, greatest(coalesce(u.value, 0), 0) AS value,
               sum(greatest(coalesce(u.value, 0), 0)) OVER (ORDER BY greatest(coalesce(u.value, 0), 0) DESC, s.product_id) AS upto,
               sum(greatest(coalesce(u.value, 0), 0)) OVER () AS total
        FROM site_stock s LEFT JOIN used u ON u.product_id = s.product_id
        WHERE s.company_id = %(company)s AND s.site_id = %(site)s
    ),
    classed AS (
        SELECT product_id, value, CASE WHEN value = 0 THEN 'C' WHEN upto - value < 0.80 * total THEN 'A'
                                       WHEN upto - value < 0.95 * total THEN 'B' ELSE 'C' END AS class
        FROM ranked
    ),
"""
_LAST_COUNTED = """
    last AS (
        SELECT l.product_id, max(l.counted_at) AS at FROM stock_count c
        JOIN stock_count_line l ON l.company_id = c.company_id AND l.count_id = c.id AND l.counted IS NOT NULL
        WHERE c.company_id = %(company)s AND c.site_id = %(site)s AND c.state = 'posted' GROUP BY l.product_id
    ),
"""
_HELD = "SELECT s.product_id FROM site_stock s WHERE s.company_id = %(company)s AND s.site_id = %(site)s"
_CHOSEN: Mapping[ScopeKind, str] = {
    ScopeKind.SITE: f"chosen AS ({_HELD})",
    ScopeKind.CATEGORY: f"""
        branch AS (
            SELECT c.id FROM category c WHERE c.company_id = %(company)s AND c.id = %(category)s
            UNION ALL
            SELECT c.id FROM category c JOIN branch b ON c.parent_id = b.id WHERE c.company_id = %(company)s
        ),
        chosen AS ({_HELD} AND EXISTS (SELECT FROM product p WHERE p.company_id = s.company_id AND p.id = s.product_id
                                          AND p.category_id IN (SELECT id FROM branch)))
    """,
    ScopeKind.PRODUCTS: "chosen AS (SELECT unnest(%(products)s::uuid[]) AS product_id)",
    ScopeKind.ABC: f"{_CLASSED} chosen AS (SELECT product_id FROM classed WHERE class = ANY (%(classes)s::text[]))",
    ScopeKind.CYCLE: f"""
        {_CLASSED} {_LAST_COUNTED}
        chosen AS (
            SELECT d.product_id FROM classed d JOIN product p ON p.company_id = %(company)s AND p.id = d.product_id AND p.kind = 'unit'
            LEFT JOIN last t ON t.product_id = d.product_id
            WHERE p.active OR EXISTS (SELECT FROM stock_balance b JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
                                      WHERE b.company_id = p.company_id AND b.product_id = p.id AND l.site_id = %(site)s AND b.on_hand <> 0)
            ORDER BY (t.at AT TIME ZONE 'UTC')::date NULLS FIRST, d.class, d.value DESC, d.product_id LIMIT %(size)s)
    """,
}
# What lies there, and where nothing does any more of a product without lots, its default place, which has the site's id.
_PLAN = """
    WITH RECURSIVE {chosen},
    wanted AS (SELECT DISTINCT c.product_id FROM chosen c),
    lying AS (
        SELECT b.product_id, b.location_id, coalesce(t.number, '') AS lot
        FROM wanted w
        JOIN stock_balance b ON b.company_id = %(company)s AND b.product_id = w.product_id AND b.on_hand <> 0
        JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.site_id = %(site)s AND l.is_physical
        LEFT JOIN lot t ON t.company_id = b.company_id AND t.product_id = b.product_id AND t.id = b.lot_id
    ),
    expected AS (
        SELECT * FROM lying
        UNION ALL
        SELECT w.product_id, %(site)s, '' FROM wanted w
        JOIN product p ON p.company_id = %(company)s AND p.id = w.product_id AND p.active AND p.kind = 'unit' AND p.tracking = 'none'
        WHERE NOT EXISTS (SELECT FROM lying y WHERE y.product_id = w.product_id)
    )
    INSERT INTO stock_count_line (company_id, count_id, product_id, location_id, lot, is_planned)
    SELECT %(company)s, %(id)s, e.product_id, e.location_id, e.lot, true
    FROM expected e
    JOIN location x ON x.company_id = %(company)s AND x.id = e.location_id
    JOIN product p ON p.company_id = %(company)s AND p.id = e.product_id
    ORDER BY x.address, p.sku_key, e.lot
"""
PLANS: Mapping[ScopeKind, str] = {kind: _PLAN.format(chosen=chosen) for kind, chosen in _CHOSEN.items()}
