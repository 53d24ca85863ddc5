"""Transfers, purchases and requests of a period, by the day on which they were made."""

from adapters.postgres.reports.common import ASKED

TRANSFERS = f"""
    WITH {ASKED}
    SELECT t.number, f.code, d.code, t.state, (t.created_at AT TIME ZONE q.zone)::date, l.lines, l.requested, l.shipped, l.received, l.missing
    FROM q JOIN transfer t ON t.company_id = q.company_id AND t.created_at >= q.since AND t.created_at < q.until
    JOIN site f ON f.company_id = q.company_id AND f.id = t.source_site_id
    JOIN site d ON d.company_id = q.company_id AND d.id = t.destination_site_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS lines, sum(x.requested) AS requested, sum(coalesce(x.shipped, 0)) AS shipped, sum(coalesce(x.received, 0)) AS received,
               sum(coalesce(x.resolved, 0)) AS missing
        FROM transfer_line x WHERE x.company_id = t.company_id AND x.transfer_id = t.id) l
    WHERE q.sites IS NULL OR t.source_site_id = ANY (q.sites) OR t.destination_site_id = ANY (q.sites)
    ORDER BY t.number
"""
# Amounts in the company's own money.
PURCHASES = f"""
    WITH {ASKED}
    SELECT o.number, v.name, s.code, o.state, (o.created_at AT TIME ZONE q.zone)::date, l.expected_on, l.ordered, l.received,
           round(l.amount * o.exchange_rate, 4), round(l.received_amount * o.exchange_rate, 4)
    FROM q JOIN purchase_order o ON o.company_id = q.company_id AND o.created_at >= q.since AND o.created_at < q.until
    JOIN supplier v ON v.company_id = q.company_id AND v.id = o.supplier_id JOIN site s ON s.company_id = q.company_id AND s.id = o.site_id
    CROSS JOIN LATERAL (
        SELECT max(coalesce(x.promised_on, x.expected_on)) AS expected_on, sum(x.quantity - x.cancelled) AS ordered,
               sum(x.received + x.over_received) AS received, sum((x.quantity - x.cancelled) * x.unit_price) AS amount,
               sum((x.received + x.over_received) * x.unit_price) AS received_amount
        FROM purchase_order_line x WHERE x.company_id = o.company_id AND x.order_id = o.id) l
    WHERE q.sites IS NULL OR o.site_id = ANY (q.sites)
    ORDER BY o.number
"""
SUPPLIER_PERFORMANCE = f"""
    WITH {ASKED}
    SELECT v.name, count(DISTINCT o.id), count(*), round(avg(x.lead_days), 1),
           round(100.0 * count(*) FILTER (WHERE x.on_time) / nullif(count(*) FILTER (WHERE x.on_time IS NOT NULL), 0), 1),
           round(100 * sum(least(x.received, x.quantity)) / sum(x.quantity), 1), round(sum((x.quantity - x.cancelled) * x.unit_price * o.exchange_rate), 4)
    FROM q JOIN purchase_order o ON o.company_id = q.company_id AND o.created_at >= q.since AND o.created_at < q.until
       AND o.state IN ('sent', 'acknowledged', 'partially_received', 'received', 'closed')
    JOIN supplier v ON v.company_id = q.company_id AND v.id = o.supplier_id
    JOIN purchase_order_line x ON x.company_id = o.company_id AND x.order_id = o.id
    WHERE q.sites IS NULL OR o.site_id = ANY (q.sites)
    GROUP BY v.id, v.name ORDER BY v.name, v.id
"""
REQUESTS = f"""
    WITH {ASKED}
    SELECT r.number, r.kind, r.state, s.code, (r.created_at AT TIME ZONE q.zone)::date, u.name, d.name, l.asked, l.granted, l.fulfilled
    FROM q JOIN order_request r ON r.company_id = q.company_id AND r.created_at >= q.since AND r.created_at < q.until
    JOIN site s ON s.company_id = q.company_id AND s.id = r.site_id
    LEFT JOIN app_user u ON u.id = r.requested_by LEFT JOIN app_user d ON d.id = r.decided_by
    CROSS JOIN LATERAL (
        SELECT sum(x.quantity) AS asked, sum(coalesce(x.granted, 0)) AS granted, sum(x.fulfilled) AS fulfilled
        FROM order_request_line x WHERE x.company_id = r.company_id AND x.request_id = r.id) l
    WHERE q.sites IS NULL OR r.site_id = ANY (q.sites)
    ORDER BY r.number
"""
