"""What the statements of reports begin with: the period in the company's time, the sites within reach, the goods that are asked for."""

# `q` is one row. A site that is unknown or out of reach leaves none.
ASKED = """
    q AS MATERIALIZED (
        SELECT c.id AS company_id, c.time_zone AS zone, c.currency,
               (%(since)s::date)::timestamp AT TIME ZONE c.time_zone AS since,
               (%(until)s::date + 1)::timestamp AT TIME ZONE c.time_zone AS until,
               CASE WHEN %(site)s::text IS NULL THEN %(reach)s::uuid[] ELSE ARRAY(
                   SELECT s.id FROM site s WHERE s.company_id = c.id AND (s.id = %(site_id)s OR s.code = upper(%(site)s))
                      AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))) END AS sites
        FROM company c WHERE c.id = %(company)s
    ),
    goods AS (
        SELECT p.*, coalesce(g.name, '') AS category_name
        FROM product p LEFT JOIN category g ON g.company_id = p.company_id AND g.id = p.category_id
        LEFT JOIN category h ON h.company_id = g.company_id AND h.id = g.parent_id
        WHERE p.company_id = %(company)s AND (%(category)s::uuid IS NULL OR %(category)s IN (g.id, g.parent_id, h.parent_id))
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
    )
"""
# What moved in the period into or out of the sites, each move once for each site that it touches. A move inside a site changes nothing.
STEPS = """
    steps AS (
        SELECT m.posting_id, m.line, m.number, m.seq, m.product_id, m.lot_id, m.kit_id, m.kit_quantity, m.quantity, m.cost, m.total,
               m.effective_at, m.from_location_id, m.to_location_id, x.site_id, x.sign
        FROM q JOIN move m ON m.company_id = q.company_id AND m.effective_at >= q.since AND m.effective_at < q.until
        CROSS JOIN LATERAL (VALUES (m.from_site_id, -1), (m.to_site_id, 1)) AS x(site_id, sign)
        WHERE x.site_id IS NOT NULL AND m.from_site_id IS DISTINCT FROM m.to_site_id AND (q.sites IS NULL OR x.site_id = ANY (q.sites))
    )
"""
# Sales less returns, a row for each line of a posting: a kit counts as kits, with the income and the cost of all its components.
SOLD = f"""
    {STEPS},
    parts AS (
        SELECT t.posting_id, t.line, coalesce(t.kit_id, t.product_id) AS product_id, t.kit_id, t.product_id AS part, t.site_id, t.sign,
               t.effective_at, sum(t.quantity) AS quantity, sum(t.kit_quantity) AS kits, coalesce(sum(t.total), 0) AS total, sum(t.cost) AS cost
        FROM steps t JOIN q ON true JOIN posting o ON o.company_id = q.company_id AND o.id = t.posting_id
        WHERE o.kind IN ('sale', 'customer_return')
        GROUP BY t.posting_id, t.line, t.kit_id, t.product_id, t.site_id, t.sign, t.effective_at
    ),
    sold AS (
        SELECT l.product_id, l.site_id, (l.effective_at AT TIME ZONE q.zone)::date AS day,
               -l.sign * CASE WHEN l.kit_id IS NULL THEN sum(l.quantity) ELSE max(l.kits) END AS quantity,
               -l.sign * sum(l.total) AS income, -l.sign * sum(l.cost) AS cost
        FROM parts l CROSS JOIN q
        GROUP BY l.posting_id, l.line, l.product_id, l.kit_id, l.site_id, l.sign, l.effective_at, q.zone
    )
"""
