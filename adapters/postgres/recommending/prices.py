"""Prices and costs that stray from what is usual."""

from adapters.postgres.recommending.common import STANDS

# What is usual is the median; how far it sways, the median distance from it. Both are figures that there were, so no figure is rounded. To
# sort is what takes time here: no more is sorted than may decide.
_USUAL_PRICE = f"""
    asked AS MATERIALIZED (
        SELECT m.product_id, m.unit_price::numeric AS price
        FROM today CROSS JOIN move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.company_id = %(company)s AND m.effective_at > %(now)s - interval '1 year' AND m.effective_at <= %(now)s
          AND m.unit_price > 0 AND m.kit_id IS NULL AND p.kind = 'sale' AND p.currency = today.currency AND {STANDS}
    ),
    often AS MATERIALIZED (
        SELECT product_id, count(*) AS sales FROM asked GROUP BY product_id HAVING count(*) >= %(least_sales)s
    ),
    middle AS MATERIALIZED (
        SELECT a.product_id, o.sales, percentile_disc(0.5) WITHIN GROUP (ORDER BY a.price) AS usual
        FROM often o JOIN asked a USING (product_id) GROUP BY a.product_id, o.sales
    ),
    usual AS MATERIALIZED (
        SELECT g.id, g.price, m.sales, m.usual, percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(a.price - m.usual)) AS deviation
        FROM middle m JOIN product g ON g.company_id = %(company)s AND g.id = m.product_id AND g.active AND g.price > 0
        JOIN asked a USING (product_id) WHERE abs(g.price - m.usual) > %(strays_by)s * m.usual GROUP BY g.id, g.price, m.sales, m.usual
    )
"""
_STRAYS = "abs({figure} - {usual}) > greatest(%(deviations)s * %(sigma)s * {deviation}, %(strays_by)s * {usual})"
# A price at which a product is sold off on purpose strays from none.
_SELLING_OFF = """
    EXISTS (SELECT FROM recommendation x WHERE x.company_id = %(company)s AND x.product_id = g.id AND x.kind = ANY (%(selling_off)s)
            AND x.state = 'accepted' AND x.action ->> 'type' = 'set_price')
"""
PRICES = f"""
    {_USUAL_PRICE},
    worth_of AS MATERIALIZED (
        SELECT s.product_id, sum(s.on_hand) AS on_hand, sum(s.value) / sum(s.on_hand) AS unit_cost FROM site_stock s
        WHERE s.company_id = %(company)s AND s.on_hand > 0 AND s.value > 0 GROUP BY s.product_id
    ),
    below AS (
        SELECT g.id, g.price, w.on_hand, w.unit_cost, ceil(greatest(coalesce(u.usual, 0), w.unit_cost) * 100) / 100 AS new_price
        FROM product g JOIN worth_of w ON w.product_id = g.id LEFT JOIN middle u ON u.product_id = g.id
        WHERE g.company_id = %(company)s AND g.active AND g.price > 0 AND g.price < w.unit_cost AND NOT {_SELLING_OFF}
    ),
    found AS MATERIALIZED (
        SELECT 'price_below_cost' AS kind, b.id AS product_id, NULL::uuid AS site_id, b.unit_cost / b.price AS measure,
               round((b.unit_cost - b.price) * b.on_hand, 4) AS worth,
               jsonb_build_object('price', trim_scale(b.price)::text, 'unit_cost', trim_scale(round(b.unit_cost, 4))::text,
                   'on_hand', trim_scale(b.on_hand)::text, 'new_price', trim_scale(b.new_price)::text) AS numbers,
               jsonb_build_object('type', 'set_price', 'price', trim_scale(b.new_price)::text) AS action
        FROM below b
        UNION ALL
        SELECT 'price_anomaly', g.id, NULL, greatest(g.price / g.usual, g.usual / g.price), NULL,
               jsonb_build_object('price', trim_scale(g.price)::text, 'usual_price', trim_scale(g.usual)::text, 'sales', g.sales,
                   'usual_deviation', trim_scale(g.deviation)::text, 'new_price', trim_scale(g.usual)::text),
               jsonb_build_object('type', 'set_price', 'price', trim_scale(g.usual)::text)
        FROM usual g
        WHERE {_STRAYS.format(figure="g.price", usual="g.usual", deviation="g.deviation")}
          AND NOT EXISTS (SELECT FROM below b WHERE b.id = g.id) AND NOT {_SELLING_OFF}
    )
"""
_PAID = f"""
    m.company_id = %(company)s AND m.effective_at <= %(now)s
    AND m.to_site_id IS NOT NULL AND m.from_site_id IS NULL AND m.cost > 0 AND p.kind = 'receipt' AND {STANDS}
"""
# The latest receipt of a product at a site, of the last thirty days, against those before it.
COSTS = f"""
    latest AS MATERIALIZED (
        SELECT DISTINCT ON (m.product_id, m.to_site_id)
               m.product_id, m.to_site_id AS site_id, m.posting_id, m.seq, m.effective_at, m.cost / m.quantity AS unit_cost, m.quantity,
               p.document_number
        FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.effective_at > %(now)s - interval '30 days' AND {_PAID}
        ORDER BY m.product_id, m.to_site_id, m.effective_at DESC, m.seq DESC
    ),
    paid AS MATERIALIZED (
        SELECT l.product_id, l.site_id, m.cost / m.quantity AS unit_cost
        FROM latest l JOIN move m ON m.product_id = l.product_id AND m.to_site_id = l.site_id AND m.seq <> l.seq
        JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.effective_at > %(now)s - interval '1 year' AND {_PAID}
    ),
    middle AS MATERIALIZED (
        SELECT product_id, site_id, count(*) AS receipts, percentile_disc(0.5) WITHIN GROUP (ORDER BY unit_cost) AS usual
        FROM paid GROUP BY product_id, site_id HAVING count(*) >= %(least_receipts)s
    ),
    strays AS MATERIALIZED (
        SELECT l.*, m.receipts, m.usual FROM latest l JOIN middle m USING (product_id, site_id)
        WHERE abs(l.unit_cost - m.usual) > %(strays_by)s * m.usual
    ),
    usual AS MATERIALIZED (
        SELECT s.product_id, s.site_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY abs(a.unit_cost - s.usual)) AS deviation
        FROM strays s JOIN paid a USING (product_id, site_id) GROUP BY s.product_id, s.site_id
    ),
    strange AS MATERIALIZED (
        SELECT l.*, u.deviation, greatest(l.unit_cost / l.usual, l.usual / l.unit_cost) AS ratio
        FROM strays l JOIN usual u USING (product_id, site_id)
        WHERE {_STRAYS.format(figure="l.unit_cost", usual="l.usual", deviation="u.deviation")}
    ),
    found AS MATERIALIZED (
        SELECT 'cost_anomaly' AS kind, c.product_id, c.site_id, c.ratio AS measure,
               round(abs(c.unit_cost - c.usual) * c.quantity, 4) AS worth,
               jsonb_build_object('unit_cost', trim_scale(round(c.unit_cost, 4))::text, 'usual_cost', trim_scale(round(c.usual, 4))::text,
                   'usual_deviation', trim_scale(round(c.deviation, 4))::text, 'receipts', c.receipts, 'quantity', trim_scale(c.quantity)::text,
                   'received_on', (c.effective_at AT TIME ZONE today.zone)::date, 'document_number', nullif(c.document_number, ''),
                   'price', trim_scale(g.price)::text, 'new_price', CASE WHEN d.is_slip THEN NULL ELSE trim_scale(d.price)::text END,
                   'lines', CASE WHEN d.is_slip THEN (SELECT count(*) FROM move x WHERE x.company_id = %(company)s
                                                      AND x.posting_id = c.posting_id) END) AS numbers,
               CASE WHEN d.is_slip THEN jsonb_build_object('type', 'reverse_receipt', 'site', c.site_id, 'posting', c.posting_id,
                        'order', (SELECT w.order_id FROM purchase_receipt w WHERE w.company_id = %(company)s AND w.posting_id = c.posting_id))
                    ELSE jsonb_build_object('type', 'set_price', 'price', trim_scale(d.price)::text) END AS action
        FROM today CROSS JOIN strange c JOIN product g ON g.company_id = %(company)s AND g.id = c.product_id AND g.active
        CROSS JOIN LATERAL (SELECT c.ratio > %(slip)s OR g.price = 0 AS is_slip, round(g.price * c.unit_cost / c.usual, 2) AS price) d
        WHERE d.is_slip OR d.price > 0
    )
"""
