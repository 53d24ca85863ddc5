"""What came and went: every move, the kárdex of a product, and the days."""

from adapters.postgres.reports.common import ASKED, SOLD, STEPS

MOVEMENTS = f"""
    WITH {ASKED}, {STEPS}
    SELECT t.effective_at AT TIME ZONE q.zone, o.kind, o.document_number, p.sku, p.name, f.address, d.address, l.number,
           CASE WHEN t.sign > 0 THEN t.quantity END, CASE WHEN t.sign < 0 THEN t.quantity END, t.cost, u.name
    FROM steps t CROSS JOIN q JOIN posting o ON o.company_id = q.company_id AND o.id = t.posting_id
    JOIN goods p ON p.id = t.product_id
    JOIN location f ON f.company_id = q.company_id AND f.id = t.from_location_id
    JOIN location d ON d.company_id = q.company_id AND d.id = t.to_location_id
    LEFT JOIN lot l ON l.company_id = q.company_id AND l.product_id = t.product_id AND l.id = t.lot_id
    LEFT JOIN app_user u ON u.id = o.actor_id
    ORDER BY t.effective_at, t.seq, t.sign
"""
# Costs as the moves took them, by moving average or by layers; what they turned out to be worth later is a revaluation of its own day.
KARDEX = f"""
    WITH {ASKED}, {STEPS},
    before AS (
        SELECT coalesce(sum(a.on_hand), 0) AS on_hand, coalesce(sum(a.value), 0) AS value
        FROM q CROSS JOIN LATERAL stock_as_of(q.since - interval '1 microsecond', NULL, q.sites) a JOIN goods p ON p.id = a.product_id
    ),
    entries AS (
        SELECT t.effective_at AS at, 1 AS place, t.seq, o.kind, o.document_number, t.sign * t.quantity AS change, t.sign * t.cost AS worth
        FROM steps t CROSS JOIN q JOIN goods p ON p.id = t.product_id JOIN posting o ON o.company_id = q.company_id AND o.id = t.posting_id
        UNION ALL
        SELECT r.effective_at, 2, 0, 'revaluation', '', 0, r.value
        FROM q JOIN revaluation r ON r.company_id = q.company_id AND r.effective_at >= q.since AND r.effective_at < q.until
        JOIN goods p ON p.id = r.product_id WHERE q.sites IS NULL OR r.site_id = ANY (q.sites)
    ),
    running AS (
        SELECT e.*, b.on_hand + sum(e.change) OVER w AS balance, b.value + sum(e.worth) OVER w AS balance_value
        FROM entries e CROSS JOIN before b WINDOW w AS (ORDER BY e.at, e.place, e.seq, e.change ROWS UNBOUNDED PRECEDING)
    )
    SELECT at AT TIME ZONE zone, kind, document_number, CASE WHEN change > 0 THEN change END,
           CASE WHEN change > 0 OR (change = 0 AND worth > 0) THEN worth END, CASE WHEN change < 0 THEN -change END,
           CASE WHEN change < 0 OR (change = 0 AND worth < 0) THEN -worth END, balance, balance_value,
           CASE WHEN balance <> 0 THEN round(balance_value / balance, 4) END
    FROM (
        SELECT q.since AS at, 0 AS place, 0 AS seq, 'balance_before' AS kind, '' AS document_number, NULL::numeric AS change, NULL::numeric AS worth,
               b.on_hand AS balance, b.value AS balance_value, q.zone FROM before b CROSS JOIN q
        UNION ALL SELECT r.at, r.place, r.seq, r.kind, r.document_number, r.change, r.worth, r.balance, r.balance_value, q.zone FROM running r CROSS JOIN q
    ) shown ORDER BY at, place, seq, change
"""
DAILY = f"""
    WITH {ASKED}, {SOLD},
    moved AS (
        SELECT (t.effective_at AT TIME ZONE q.zone)::date AS day, o.kind, t.sign, t.quantity
        FROM steps t CROSS JOIN q JOIN goods p ON p.id = t.product_id JOIN posting o ON o.company_id = q.company_id AND o.id = t.posting_id
    ),
    days AS (
        SELECT m.day,
               sum(m.sign * m.quantity) FILTER (WHERE m.kind IN ('receipt', 'opening', 'supplier_return')) AS received,
               sum(-m.sign * m.quantity) FILTER (WHERE m.kind IN ('issue', 'scrap')) AS issued,
               sum(m.quantity) FILTER (WHERE m.kind = 'sale' AND m.sign < 0) AS sold,
               sum(m.sign * m.quantity) FILTER (WHERE m.kind = 'customer_return' OR (m.kind = 'sale' AND m.sign > 0)) AS returned,
               sum(m.sign * m.quantity) FILTER (WHERE m.kind IN ('adjustment', 'assembly')) AS adjusted,
               sum(m.quantity) FILTER (WHERE m.kind = 'transfer' AND m.sign > 0) AS transferred_in,
               sum(m.quantity) FILTER (WHERE m.kind = 'transfer' AND m.sign < 0) AS transferred_out
        FROM moved m GROUP BY m.day
    ),
    money AS (SELECT s.day, sum(s.income) AS income, sum(s.cost) AS cost FROM sold s JOIN goods p ON p.id = s.product_id GROUP BY s.day)
    SELECT d.day, coalesce(d.received, 0), coalesce(d.issued, 0), coalesce(d.sold, 0), coalesce(d.returned, 0), coalesce(d.adjusted, 0),
           coalesce(d.transferred_in, 0), coalesce(d.transferred_out, 0), coalesce(m.income, 0), coalesce(m.cost, 0),
           coalesce(m.income - m.cost, 0)
    FROM days d LEFT JOIN money m ON m.day = d.day ORDER BY d.day
"""
