"""The statements of `PostgresReplenishment`."""

CLAIM = """
    SELECT * FROM replenishment_claim(%(now)s, CASE WHEN %(only_due)s THEN %(now)s ELSE 'infinity' END, %(sites)s::uuid[],
                                      %(products)s::uuid[], %(categories)s::uuid[], %(most)s::bigint)
"""
OFFERS = "SELECT * FROM replenishment_offers(%s::uuid[], %s::date) ORDER BY product_id, code"
SURPLUSES = "SELECT * FROM replenishment_surplus(%s::uuid[], %s::uuid[])"
MINIMA = """
    SELECT k.supplier, k.site, trim_scale(v.minimum_order_value), v.currency, coalesce((
        SELECT sum(p.quantity * p.unit_price) FROM replenishment_proposal p
        WHERE p.company_id = %(company)s AND p.supplier_id = k.supplier AND p.site_id = k.site AND p.state = 'proposed' AND NOT p.is_filler
          AND NOT EXISTS (SELECT FROM unnest(%(products)s::uuid[], %(places)s::uuid[]) AS j(product, site)
                          WHERE j.product = p.product_id AND j.site = p.site_id)), 0)
    FROM unnest(%(suppliers)s::uuid[], %(sites)s::uuid[]) AS k(supplier, site)
    JOIN supplier v ON v.company_id = %(company)s AND v.id = k.supplier AND v.minimum_order_value > 0
"""
FILLERS = "SELECT * FROM replenishment_fillers(%s::uuid[], %s::uuid[], %s::date)"
SAVE = """
    INSERT INTO replenishment_proposal AS p (company_id, id, product_id, site_id, state, reason, supplier_id, source_site_id, quantity,
                                             unit_price, exchange_rate, expected_on, is_filler, position, why, proposed_at, updated_at)
    SELECT %(company)s, r.id, r.product, r.site, r.state, r.reason, r.supplier, r.source, r.quantity, r.unit_price, r.exchange_rate,
           r.expected_on, r.is_filler, r.position, r.why, %(now)s, %(now)s
    FROM json_to_recordset(%(rows)s::json)
        AS r(id uuid, product uuid, site uuid, state text, reason text, supplier uuid, source uuid, quantity numeric, unit_price numeric,
             exchange_rate numeric, expected_on date, is_filler boolean, position numeric, why jsonb)
    ON CONFLICT (company_id, product_id, site_id) WHERE state <> 'ordered' DO UPDATE SET state = excluded.state, reason = excluded.reason,
        supplier_id = excluded.supplier_id, source_site_id = excluded.source_site_id, quantity = excluded.quantity,
        unit_price = excluded.unit_price, exchange_rate = excluded.exchange_rate, expected_on = excluded.expected_on,
        is_filler = excluded.is_filler, position = excluded.position, why = excluded.why, updated_at = excluded.updated_at,
        proposed_at = CASE WHEN p.state = excluded.state THEN p.proposed_at ELSE excluded.proposed_at END,
        dismissed_until = NULL, dismissed_change = NULL, decided_by = NULL, decided_at = NULL, version = p.version + 1
    WHERE p.state <> excluded.state OR p.why <> excluded.why
"""
WITHDRAW = """
    UPDATE replenishment_proposal p SET state = 'withdrawn', reason = NULL, updated_at = %(now)s, version = p.version + 1
    FROM unnest(%(products)s::uuid[], %(sites)s::uuid[]) AS k(product, site)
    WHERE p.company_id = %(company)s AND p.product_id = k.product AND p.site_id = k.site AND p.state IN ('proposed', 'blocked', 'dismissed')
"""
WITHDRAW_FILLERS = """
    UPDATE replenishment_proposal p SET state = 'withdrawn', updated_at = %(now)s, version = p.version + 1
    FROM unnest(%(suppliers)s::uuid[], %(sites)s::uuid[]) AS k(supplier, site)
    WHERE p.company_id = %(company)s AND p.supplier_id = k.supplier AND p.site_id = k.site AND p.state = 'proposed' AND p.is_filler
      AND NOT EXISTS (SELECT FROM unnest(%(products)s::uuid[], %(places)s::uuid[]) AS g(product, site)
                      WHERE g.product = p.product_id AND g.site = p.site_id)
"""
# The policies first: the run, which replaces proposals, holds them.
LOCK_POLICIES = """
    SELECT FROM reorder_policy r JOIN replenishment_proposal p
        ON p.company_id = r.company_id AND p.product_id = r.product_id AND p.site_id = r.site_id
    WHERE p.company_id = %(company)s AND p.id = ANY (%(ids)s::uuid[]) ORDER BY r.product_id, r.site_id FOR NO KEY UPDATE OF r
"""
OPEN = """
    SELECT p.id, p.version, p.state, p.product_id, p.site_id, p.supplier_id, p.source_site_id, p.quantity, p.unit_price, p.exchange_rate,
           p.expected_on, r.spending_limit, v.minimum_order_value, coalesce(p.order_id, p.transfer_id)
    FROM replenishment_proposal p
    LEFT JOIN reorder_policy r ON r.company_id = p.company_id AND r.product_id = p.product_id AND r.site_id = p.site_id
    LEFT JOIN supplier v ON v.company_id = p.company_id AND v.id = p.supplier_id
    WHERE p.company_id = %(company)s
"""
LOCKED = f"{OPEN} AND p.id = ANY (%(ids)s::uuid[]) ORDER BY p.product_id, p.site_id FOR NO KEY UPDATE OF p"
LOCKED_GROUP = f"""
    {OPEN} AND p.state = 'proposed' AND p.site_id = %(site)s AND p.supplier_id IS NOT DISTINCT FROM %(supplier)s
      AND p.source_site_id IS NOT DISTINCT FROM %(source)s AND r.mode = %(mode)s
    ORDER BY p.product_id, p.site_id FOR NO KEY UPDATE OF p
"""
DRAFTED = """
    SELECT o.id FROM purchase_order o
    WHERE o.company_id = %s AND o.state = 'draft' AND o.supplier_id = %s AND o.site_id = %s
      AND EXISTS (SELECT FROM replenishment_proposal p WHERE p.company_id = o.company_id AND p.order_id = o.id)
      AND o.created_by = '00000000-0000-0000-0000-000000000000'
    ORDER BY o.number LIMIT 1
"""
DECIDE = """
    UPDATE replenishment_proposal p SET state = 'ordered', reason = NULL, order_id = d.order, transfer_id = d.transfer,
        supplier_id = d.supplier, source_site_id = CASE WHEN d.supplier IS NULL THEN p.source_site_id END, quantity = d.quantity,
        is_edited = d.is_edited, decided_by = %(actor)s, decided_at = %(now)s, updated_at = %(now)s, version = p.version + 1
    FROM json_to_recordset(%(decisions)s::json)
        AS d(proposal uuid, "order" uuid, transfer uuid, supplier uuid, quantity numeric, is_edited boolean)
    WHERE p.company_id = %(company)s AND p.id = d.proposal
"""
DISMISS = """
    UPDATE replenishment_proposal p SET state = 'dismissed', reason = NULL, dismissed_until = %(until)s, dismissed_change = %(change)s,
        decided_by = %(actor)s, decided_at = %(now)s, updated_at = %(now)s, version = p.version + 1
    WHERE p.company_id = %(company)s AND p.id = %(id)s
"""
