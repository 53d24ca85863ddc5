"""What the statements share."""

STANDS = "NOT EXISTS (SELECT FROM posting x WHERE x.company_id = p.company_id AND x.reversal_of = p.id) AND p.reversal_of IS NULL"
"""That posting `p` was not taken back, nor takes one back."""

# What is to leave a site (`surplus`: product, site, excess) goes where most of it is likely to be sold: as much as was sold there of late,
# less what is there; else it is sold off, once for all sites.
OUTLETS = f"""
    sold AS MATERIALIZED (
        SELECT m.product_id, m.from_site_id AS site_id, sum(m.quantity) AS quantity
        FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        WHERE m.company_id = %(company)s AND m.effective_at > %(now)s - %(outlet_days)s * interval '1 day' AND m.effective_at <= %(now)s
          AND m.from_site_id IS NOT NULL AND m.to_site_id IS NULL AND p.kind = 'sale' AND {STANDS}
          AND m.product_id IN (SELECT c.product_id FROM surplus c)
        GROUP BY m.product_id, m.from_site_id
    ),
    outlet AS MATERIALIZED (
        SELECT DISTINCT ON (c.product_id, c.site_id) c.product_id, c.site_id, h.id AS other_id, h.code,
               floor(least(c.excess, d.quantity - coalesce(k.on_hand, 0))) AS quantity
        FROM surplus c JOIN sold d ON d.product_id = c.product_id AND d.site_id <> c.site_id
        JOIN site h ON h.company_id = %(company)s AND h.id = d.site_id AND h.active
        LEFT JOIN site_stock k ON k.company_id = %(company)s AND k.product_id = d.product_id AND k.site_id = d.site_id
        WHERE floor(least(c.excess, d.quantity - coalesce(k.on_hand, 0))) >= 1
        ORDER BY c.product_id, c.site_id, least(c.excess, d.quantity - coalesce(k.on_hand, 0)) DESC, h.code
    ),
    sold_off AS MATERIALIZED (
        SELECT DISTINCT r.product_id FROM recommendation r
        WHERE r.company_id = %(company)s AND r.kind = ANY (%(selling_off)s) AND r.state = 'accepted'
          AND r.action ->> 'type' = 'set_price' AND r.decided_at > %(now)s - %(no_help_days)s * interval '1 day'
    )
"""
RELEASE = """
    CASE WHEN o.other_id IS NOT NULL THEN jsonb_build_object('type', 'start_transfer', 'source', c.site_id, 'destination', o.other_id,
              'quantity', trim_scale(o.quantity)::text, 'state', 'draft')
         WHEN round(g.price * %(markdown)s, 2) > 0
             THEN jsonb_build_object('type', 'set_price', 'price', trim_scale(round(g.price * %(markdown)s, 2))::text)
         ELSE {last} END
"""
"""The action, with outlet `o` of surplus `c` of product `g`."""
RELEASE_NUMBERS = """
    'quantity', trim_scale(o.quantity)::text, 'destination', o.code,
    'price', CASE WHEN o.other_id IS NULL AND round(g.price * %(markdown)s, 2) > 0 THEN trim_scale(g.price)::text END,
    'new_price', CASE WHEN o.other_id IS NULL AND round(g.price * %(markdown)s, 2) > 0
                      THEN trim_scale(round(g.price * %(markdown)s, 2))::text END
"""
COUNT = "jsonb_build_object('type', 'plan_count', 'site', c.site_id)"
