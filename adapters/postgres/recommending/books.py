"""Where the books are likely to be wrong, and policies that the forecast would set otherwise."""

from adapters.postgres.recommending.common import STANDS

# What was counted since is right. `weight` says how much speaks against the books.
MISCOUNTS = f"""
    counted AS MATERIALIZED (
        SELECT l.product_id, c.site_id, max(l.counted_at) AS at
        FROM stock_count c JOIN stock_count_line l ON l.company_id = c.company_id AND l.count_id = c.id
        WHERE c.company_id = %(company)s AND c.state = 'posted' AND l.counted_at IS NOT NULL GROUP BY l.product_id, c.site_id
    ),
    corrected AS (
        SELECT x.product_id, x.site_id, count(DISTINCT x.posting_id) AS times FROM (
            SELECT m.product_id, coalesce(m.from_site_id, m.to_site_id) AS site_id, m.posting_id, m.recorded_at
            FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
            WHERE m.company_id = %(company)s AND m.effective_at > %(now)s - interval '90 days'
              AND ((p.kind = 'adjustment' AND p.document_type <> 'count') OR p.reversal_of IS NOT NULL)
              AND coalesce(m.from_site_id, m.to_site_id) IS NOT NULL) x
        LEFT JOIN counted c ON c.product_id = x.product_id AND c.site_id = x.site_id
        WHERE c.at IS NULL OR x.recorded_at > c.at
        GROUP BY x.product_id, x.site_id HAVING count(DISTINCT x.posting_id) >= %(least_corrections)s
    ),
    bought AS MATERIALIZED (
        SELECT m.product_id, m.from_site_id AS site_id, m.effective_at
        FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.company_id = %(company)s AND m.effective_at > %(now)s - interval '1 year' AND m.effective_at <= %(now)s
          AND m.from_site_id IS NOT NULL AND m.to_site_id IS NULL AND p.kind = 'sale' AND {STANDS}
    ),
    rhythm AS MATERIALIZED (
        SELECT b.product_id, b.site_id, max(b.effective_at) AS last,
               count(DISTINCT (b.effective_at AT TIME ZONE today.zone)::date) AS days,
               extract(epoch FROM max(b.effective_at) - min(b.effective_at))::numeric / 86400
                   / nullif(count(DISTINCT (b.effective_at AT TIME ZONE today.zone)::date) - 1, 0) AS gap
        FROM today CROSS JOIN bought b JOIN (
            SELECT product_id, site_id FROM bought GROUP BY product_id, site_id
            HAVING count(*) >= %(least_sold)s AND max(effective_at) <= %(now)s - %(still_days)s * interval '1 day') o USING (product_id, site_id)
        GROUP BY b.product_id, b.site_id
    ),
    elsewhere AS MATERIALIZED (
        SELECT h.product_id, h.site_id FROM rhythm h
        JOIN bought b ON b.product_id = h.product_id AND b.site_id <> h.site_id AND b.effective_at > h.last
        GROUP BY h.product_id, h.site_id HAVING count(*) >= 3
    ),
    still AS (
        SELECT h.product_id, h.site_id, h.last, h.gap, extract(epoch FROM %(now)s - h.last)::numeric / 86400 AS silence
        FROM rhythm h JOIN elsewhere e ON e.product_id = h.product_id AND e.site_id = h.site_id
        JOIN site_stock s ON s.company_id = %(company)s AND s.product_id = h.product_id AND s.site_id = h.site_id AND s.on_hand > 0
        LEFT JOIN counted c ON c.product_id = h.product_id AND c.site_id = h.site_id
        WHERE h.days >= %(least_sold)s
          AND extract(epoch FROM %(now)s - h.last) / 86400 >= greatest(%(still_days)s, %(still_gaps)s * h.gap)
          AND (c.at IS NULL OR c.at < h.last)
          AND NOT EXISTS (SELECT FROM move m WHERE m.company_id = %(company)s AND m.product_id = h.product_id AND m.to_site_id = h.site_id
                          AND m.effective_at > h.last)
    ),
    owed AS (
        SELECT l.product_id, coalesce(f.site_id, l.site_id, c.site_id) AS site_id, sum(x.owed) AS quantity
        FROM channel_order_fact_line x
        JOIN channel_order c ON c.company_id = x.company_id AND c.id = x.order_id
        JOIN channel_order_fact f ON f.company_id = x.company_id AND f.order_id = x.order_id AND f.kind = x.kind AND f.external_id = x.fact
        JOIN channel_order_line l ON l.company_id = x.company_id AND l.order_id = x.order_id AND l.external_id = x.line
        WHERE x.company_id = %(company)s AND x.owed > 0 AND x.kind = 'fulfilment' AND l.product_id IS NOT NULL
        GROUP BY 1, 2
    ),
    wrong AS MATERIALIZED (
        SELECT s.product_id, s.site_id, s.on_hand, s.value, s.unit_cost, o.quantity AS unposted, n.times, t.last, t.silence, t.gap,
               greatest(-s.on_hand, 0) + coalesce(o.quantity, 0) + coalesce(n.times, 0) + coalesce(t.silence / greatest(t.gap, 1), 0) AS weight
        FROM site_stock s
        JOIN product p ON p.company_id = s.company_id AND p.id = s.product_id AND p.active AND p.kind = 'unit'
        JOIN site h ON h.company_id = s.company_id AND h.id = s.site_id AND h.active
        LEFT JOIN corrected n ON n.product_id = s.product_id AND n.site_id = s.site_id
        LEFT JOIN still t ON t.product_id = s.product_id AND t.site_id = s.site_id
        LEFT JOIN owed o ON o.product_id = s.product_id AND o.site_id = s.site_id
        WHERE s.company_id = %(company)s
          AND (s.on_hand < 0 OR n.times IS NOT NULL OR t.last IS NOT NULL OR o.quantity IS NOT NULL)
    ),
    found AS MATERIALIZED (
        SELECT 'likely_miscount' AS kind, w.product_id, w.site_id, w.weight::numeric AS measure,
               round(abs(w.on_hand) * coalesce(nullif(w.unit_cost, 0), g.cost), 4) AS worth,
               jsonb_build_object('on_hand', trim_scale(w.on_hand)::text, 'negative', CASE WHEN w.on_hand < 0 THEN true END,
                   'corrections', w.times, 'unposted', trim_scale(w.unposted)::text, 'is_still', CASE WHEN w.last IS NOT NULL THEN true END,
                   'silent_days', floor(w.silence)::int, 'last_left_on', (w.last AT TIME ZONE today.zone)::date,
                   'mean_gap_days', trim_scale(round(w.gap, 1))::text) AS numbers,
               jsonb_build_object('type', 'plan_count', 'site', w.site_id) AS action
        FROM today CROSS JOIN wrong w JOIN product g ON g.company_id = %(company)s AND g.id = w.product_id
    )
"""
# Only figures that people set are questioned, and only by forecasts that proved themselves.
POLICIES = """
    asked AS MATERIALIZED (
        SELECT r.product_id, r.site_id, r.fixed_minimum, r.fixed_target, r.mode, g.cost
        FROM reorder_policy r
        JOIN demand_forecast f ON f.company_id = r.company_id AND f.product_id = r.product_id AND f.site_id = r.site_id
             AND f.verdict IN ('good', 'fair') AND f.weeks >= %(level_weeks)s
        JOIN product g ON g.company_id = r.company_id AND g.id = r.product_id AND g.active AND g.kind = 'unit'
        JOIN site h ON h.company_id = r.company_id AND h.id = r.site_id AND h.active
        WHERE r.company_id = %(company)s AND r.method = 'fixed' AND r.level_source = 'fixed' AND r.mode <> 'off'
    ),
    wanted AS MATERIALIZED (
        SELECT n.product_id, n.site_id, n.minimum, n.target, n.basis
        FROM replenishment_levels(%(now)s, 'infinity', ARRAY(SELECT DISTINCT site_id FROM asked), ARRAY(SELECT DISTINCT product_id FROM asked),
                                  NULL, %(service_level)s) n
        WHERE n.source = 'forecast'
    ),
    found AS MATERIALIZED (
        SELECT 'policy' AS kind, n.product_id, n.site_id, abs(n.minimum - r.fixed_minimum) + abs(n.target - r.fixed_target) AS measure,
               round(abs(n.target - r.fixed_target) * coalesce(nullif(s.unit_cost, 0), r.cost), 4) AS worth,
               jsonb_build_object('minimum', trim_scale(r.fixed_minimum)::text, 'target', trim_scale(r.fixed_target)::text,
                   'suggested_minimum', trim_scale(n.minimum)::text, 'suggested_target', trim_scale(n.target)::text,
                   'service_level', n.basis ->> 'service_level', 'expected', n.basis ->> 'expected', 'safety', n.basis ->> 'safety',
                   'lead_days', n.basis ->> 'lead_days') AS numbers,
               jsonb_build_object('type', 'set_policy', 'site', n.site_id, 'minimum', trim_scale(n.minimum)::text,
                   'target', trim_scale(n.target)::text, 'mode', r.mode) AS action
        FROM wanted n
        JOIN asked r ON r.product_id = n.product_id AND r.site_id = n.site_id
        LEFT JOIN site_stock s ON s.company_id = %(company)s AND s.product_id = n.product_id AND s.site_id = n.site_id
        WHERE abs(n.minimum - r.fixed_minimum) > greatest(%(level_share)s * greatest(n.minimum, r.fixed_minimum), %(level_units)s)
           OR abs(n.target - r.fixed_target) > greatest(%(level_share)s * greatest(n.target, r.fixed_target), %(level_units)s)
    )
"""
