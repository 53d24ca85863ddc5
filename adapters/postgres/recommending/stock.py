"""What there is too much of, what does not leave, and what another site has too much of."""

from adapters.postgres.overstock_levels import LEVELS
from adapters.postgres.recommending.common import COUNT, OUTLETS, RELEASE, RELEASE_NUMBERS, STANDS

_LEAVES = f"p.kind IN ('sale', 'issue', 'transfer', 'assembly') AND {STANDS}"
# How long nothing has left although there was stock. The present stock began with the first move after it was last at nothing.
SLOW = f"""
    lively AS MATERIALIZED (
        SELECT DISTINCT m.product_id, m.from_site_id AS site_id
        FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.company_id = %(company)s AND m.effective_at > %(now)s - %(slow_days)s * interval '1 day' AND m.effective_at <= %(now)s
          AND m.from_site_id IS NOT NULL AND m.to_site_id IS NULL AND {_LEAVES}
    ),
    lying AS MATERIALIZED (
        SELECT s.product_id, s.site_id, s.on_hand, s.value, s.allocatable - s.promised AS excess
        FROM site_stock s
        JOIN product p ON p.company_id = s.company_id AND p.id = s.product_id AND p.active AND p.kind = 'unit'
        JOIN site h ON h.company_id = s.company_id AND h.id = s.site_id AND h.active
        WHERE s.company_id = %(company)s AND s.on_hand > 0
          AND NOT EXISTS (SELECT FROM lively v WHERE v.product_id = s.product_id AND v.site_id = s.site_id)
    ),
    moved AS MATERIALIZED (
        SELECT y.product_id, y.site_id, m.from_site_id, m.to_site_id, m.quantity, m.posting_id, m.seq, m.effective_at
        FROM lying y JOIN move m ON m.company_id = %(company)s AND m.product_id = y.product_id
             AND (m.from_site_id = y.site_id OR m.to_site_id = y.site_id) AND m.from_site_id IS DISTINCT FROM m.to_site_id
    ),
    gone AS MATERIALIZED (
        SELECT m.product_id, m.site_id, count(DISTINCT (m.effective_at AT TIME ZONE today.zone)::date) AS days,
               min(m.effective_at) AS first, max(m.effective_at) AS last
        FROM today CROSS JOIN moved m JOIN posting p ON p.company_id = %(company)s AND p.id = m.posting_id
        WHERE m.effective_at > %(now)s - interval '2 years' AND m.effective_at <= %(now)s
          AND m.from_site_id IS NOT NULL AND m.to_site_id IS NULL AND {_LEAVES}
        GROUP BY m.product_id, m.site_id
    ),
    quiet AS MATERIALIZED (
        SELECT y.*, g.last, CASE WHEN g.days > 1 THEN extract(epoch FROM g.last - g.first)::numeric / 86400 / (g.days - 1) END AS gap
        FROM lying y LEFT JOIN gone g ON g.product_id = y.product_id AND g.site_id = y.site_id
    ),
    course AS MATERIALIZED (
        SELECT m.product_id, m.site_id, m.effective_at,
               sum(CASE WHEN m.to_site_id = m.site_id THEN m.quantity ELSE -m.quantity END)
                   OVER (PARTITION BY m.product_id, m.site_id ORDER BY m.effective_at, m.seq) AS level
        FROM moved m
    ),
    emptied AS (
        SELECT product_id, site_id, max(effective_at) FILTER (WHERE level <= 0) AS at FROM course GROUP BY product_id, site_id
    ),
    present AS (
        SELECT c.product_id, c.site_id, min(c.effective_at) AS since FROM course c JOIN emptied e USING (product_id, site_id)
        WHERE c.effective_at > coalesce(e.at, '-infinity') GROUP BY c.product_id, c.site_id
    ),
    silent AS (
        SELECT q.*, n.since, extract(epoch FROM %(now)s - greatest(q.last, n.since))::numeric / 86400 AS silence
        FROM quiet q JOIN present n USING (product_id, site_id)
    ),
    surplus AS MATERIALIZED (
        SELECT s.*, floor(s.silence)::int AS days, CASE WHEN s.silence >= %(dead_days)s THEN 'dead_stock' ELSE 'slow_stock' END AS kind
        FROM silent s WHERE s.silence >= greatest(%(slow_days)s, %(slow_gaps)s * s.gap)
    ),
    {OUTLETS},
    found AS MATERIALIZED (
        SELECT c.kind, c.product_id, c.site_id, c.on_hand::numeric AS measure, greatest(c.value, 0)::numeric AS worth,
               jsonb_build_object('on_hand', trim_scale(c.on_hand)::text, 'value', trim_scale(c.value)::text, 'silent_days', c.days,
                   'last_left_on', (c.last AT TIME ZONE today.zone)::date, 'there_since', (c.since AT TIME ZONE today.zone)::date,
                   'mean_gap_days', trim_scale(round(c.gap, 1))::text, {RELEASE_NUMBERS}) AS numbers,
               {RELEASE.format(last="CASE WHEN c.kind = 'dead_stock' THEN jsonb_build_object('type', 'deactivate') ELSE " + COUNT + " END")}
                   AS action
        FROM today CROSS JOIN surplus c JOIN product g ON g.company_id = %(company)s AND g.id = c.product_id
        LEFT JOIN outlet o ON o.product_id = c.product_id AND o.site_id = c.site_id
        WHERE o.other_id IS NOT NULL OR NOT EXISTS (SELECT FROM sold_off x WHERE x.product_id = c.product_id)
    )
"""
# What does not leave at all is told as that.
OVERSTOCK = f"""
    {LEVELS},
    surplus AS MATERIALIZED (
        SELECT l.product_id, l.site_id, k.on_hand, k.value, l.stock, l.enough,
               least(l.stock - l.enough, k.allocatable - k.promised) AS excess, l.stock - l.enough AS over
        FROM level l JOIN site_stock k ON k.company_id = %(company)s AND k.product_id = l.product_id AND k.site_id = l.site_id
        JOIN product p ON p.company_id = %(company)s AND p.id = l.product_id AND p.active AND p.kind = 'unit'
        JOIN site h ON h.company_id = %(company)s AND h.id = l.site_id AND h.active
        WHERE l.stock - l.enough >= 1
          AND NOT EXISTS (SELECT FROM recommendation x WHERE x.company_id = %(company)s AND x.kind IN ('slow_stock', 'dead_stock')
                          AND x.product_id = l.product_id AND x.site_id = l.site_id AND x.gone_at IS NULL)
    ),
    {OUTLETS},
    found AS MATERIALIZED (
        SELECT 'overstock' AS kind, c.product_id, c.site_id, c.over::numeric AS measure,
               CASE WHEN c.on_hand > 0 THEN round(greatest(c.value, 0) * least(c.over, c.on_hand) / c.on_hand, 4) END AS worth,
               jsonb_build_object('on_hand', trim_scale(c.on_hand)::text, 'on_order', trim_scale(c.stock - c.on_hand)::text,
                   'enough', trim_scale(c.enough)::text, 'excess', trim_scale(c.over)::text, 'value', trim_scale(c.value)::text,
                   {RELEASE_NUMBERS}) AS numbers,
               {RELEASE.format(last=COUNT)} AS action
        FROM surplus c JOIN product g ON g.company_id = %(company)s AND g.id = c.product_id
        LEFT JOIN outlet o ON o.product_id = c.product_id AND o.site_id = c.site_id
        WHERE o.other_id IS NOT NULL OR NOT EXISTS (SELECT FROM sold_off x WHERE x.product_id = c.product_id)
    )
"""
# A site that is to buy, or can have it nowhere, while another has more than enough and could lift it above its minimum. What is too much is
# given to one site alone.
TRANSFER = f"""
    {LEVELS},
    need AS MATERIALIZED (
        SELECT p.product_id, p.site_id, p.state, p.position, (p.why ->> 'needed')::numeric AS needed, r.minimum, r.target,
               CASE WHEN p.state = 'proposed' THEN round(p.quantity * p.unit_price * p.exchange_rate, 4) END AS worth
        FROM replenishment_proposal p
        JOIN reorder_policy r ON r.company_id = p.company_id AND r.product_id = p.product_id AND r.site_id = p.site_id
        JOIN product g ON g.company_id = p.company_id AND g.id = p.product_id AND g.active AND g.kind = 'unit'
        WHERE p.company_id = %(company)s AND r.sources <> 'buy_only' AND NOT p.is_filler
          AND (p.state = 'blocked' OR (p.state = 'proposed' AND p.supplier_id IS NOT NULL))
    ),
    offer AS (
        SELECT n.product_id, n.site_id, l.site_id AS source_id, h.code,
               floor(least(n.needed, l.stock - l.enough, k.allocatable - k.promised)) AS quantity
        FROM need n JOIN level l ON l.product_id = n.product_id AND l.site_id <> n.site_id
        JOIN site h ON h.company_id = %(company)s AND h.id = l.site_id AND h.active
        JOIN site_stock k ON k.company_id = %(company)s AND k.product_id = l.product_id AND k.site_id = l.site_id
        WHERE floor(least(n.needed, l.stock - l.enough, k.allocatable - k.promised)) >= 1
    ),
    best AS (
        SELECT DISTINCT ON (product_id, site_id) * FROM offer ORDER BY product_id, site_id, quantity DESC, code
    ),
    given AS (
        SELECT DISTINCT ON (product_id, source_id) * FROM best ORDER BY product_id, source_id, quantity DESC, site_id
    ),
    found AS MATERIALIZED (
        SELECT 'transfer' AS kind, n.product_id, n.site_id, c.quantity AS measure, n.worth,
               jsonb_build_object('position', trim_scale(n.position)::text, 'minimum', trim_scale(n.minimum)::text,
                   'target', trim_scale(n.target)::text, 'needed', trim_scale(n.needed)::text, 'quantity', trim_scale(c.quantity)::text,
                   'source', c.code) AS numbers,
               jsonb_build_object('type', 'start_transfer', 'source', c.source_id, 'destination', n.site_id,
                   'quantity', trim_scale(c.quantity)::text, 'state', 'pending') AS action
        FROM given c JOIN need n ON n.product_id = c.product_id AND n.site_id = c.site_id
        WHERE c.quantity >= n.needed OR n.position + c.quantity > n.minimum
    )
"""
