"""Statements that note which orders are to be looked at, or asked for. What is noted is due at once."""

from uuid import UUID

_DUE = "UPDATE channel_order o SET look_at = '-infinity'"
HINT = """
    INSERT INTO channel_order_hint AS known (company_id, plugin_id, external_id) VALUES (%(company)s, %(plugin)s, %(order)s)
    ON CONFLICT (company_id, plugin_id, external_id) DO UPDATE SET wanted = known.wanted + 1, next_at = clock_timestamp(), attempts = 0
"""
ITEMS = f"""
    {_DUE} WHERE o.company_id = %(company)s AND o.channel = %(plugin)s AND o.by_location AND EXISTS (
        SELECT FROM channel_order_line l WHERE l.company_id = o.company_id AND l.order_id = o.id AND l.item = ANY (%(items)s::text[]))
      AND o.state IN ('open', 'short', 'needs_attention')
"""
CHANNEL = f"""
    {_DUE} WHERE o.company_id = %(company)s AND o.channel = %(plugin)s AND o.by_location AND o.state IN ('open', 'short', 'needs_attention')
"""
STOCK = f"""
    {_DUE} WHERE o.company_id = %(company)s AND o.state IN ('short', 'needs_attention') AND (
        EXISTS (SELECT FROM reservation r WHERE r.company_id = %(company)s AND r.demand_id = o.id AND r.short > 0
                AND r.product_id = ANY (%(products)s::uuid[]))
        OR EXISTS (SELECT FROM channel_order_fact_line x JOIN channel_order_line l
                ON l.company_id = x.company_id AND l.order_id = x.order_id AND l.external_id = x.line
            WHERE x.company_id = %(company)s AND x.order_id = o.id AND x.owed > 0 AND (l.product_id = ANY (%(products)s::uuid[])
                OR EXISTS (SELECT FROM kit_component k WHERE k.company_id = %(company)s AND k.kit_id = l.product_id
                           AND k.component_id = ANY (%(products)s::uuid[])))))
"""
REFILL = "SELECT ledger_refill(%(products)s::uuid[])"
PROMISES = f"""
    {_DUE} WHERE o.company_id = %(company)s AND o.id IN (
        SELECT r.demand_id FROM reservation r WHERE r.company_id = %(company)s AND r.id = ANY (%(reservations)s::uuid[])
           AND r.demand_type = 'channel_order' AND (r.short > 0 OR o.state = 'short'))
"""
PRODUCTS = f"""
    {_DUE} WHERE o.company_id = %(company)s AND o.state = 'needs_attention' AND EXISTS (
        SELECT FROM channel_order_line l WHERE l.company_id = %(company)s AND l.order_id = o.id AND l.problem IS NOT NULL
          AND (l.product_id = ANY (%(products)s::uuid[]) OR lower(btrim(l.sku)) IN (
                SELECT p.sku_key FROM product p WHERE p.company_id = %(company)s AND p.id = ANY (%(products)s::uuid[]))
            OR l.barcode IN (SELECT b.code FROM barcode b WHERE b.company_id = %(company)s AND b.product_id = ANY (%(products)s::uuid[]))))
"""
NEXT_DUE = """
    SELECT o.id FROM channel_order o WHERE o.company_id = %(company)s AND o.look_at <= %(now)s
    ORDER BY EXISTS (SELECT FROM channel_order_fact_line x WHERE x.company_id = o.company_id AND x.order_id = o.id AND x.owed > 0) DESC,
             o.priority DESC, o.placed_at, o.id
    LIMIT 1
"""


def hint(company_id: UUID, plugin_id: str, external_id: str) -> dict[str, object]:
    """The parameters of `HINT`."""
    return {"company": company_id, "plugin": plugin_id, "order": external_id[:255]}
