"""`Verifier` on PostgreSQL: every check is a statement that must return no row."""

from collections.abc import Mapping
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.verification import Difference

_LEGS = """
    legs AS (
        SELECT product_id, from_location_id AS location_id, lot_id, -quantity AS delta FROM move WHERE company_id = %(company)s
        UNION ALL
        SELECT product_id, to_location_id, lot_id, quantity FROM move WHERE company_id = %(company)s
    )
"""
_SITE_FLOWS = """
    flows AS (
        SELECT product_id, from_site_id AS site_id, effective_at, -quantity AS delta, -cost AS value FROM move
        WHERE company_id = %(company)s AND from_site_id IS NOT NULL AND from_site_id IS DISTINCT FROM to_site_id
        UNION ALL
        SELECT product_id, to_site_id, effective_at, quantity, cost FROM move
        WHERE company_id = %(company)s AND to_site_id IS NOT NULL AND from_site_id IS DISTINCT FROM to_site_id
    )
"""
_NAMED = "product p ON p.company_id = %(company)s AND p.id = {0}.product_id JOIN site s ON s.company_id = %(company)s AND s.id = {0}.site_id"

# Each check by the rule that it holds to; its rows say where the rule is broken.
_CHECKS: Mapping[str, str] = {
    "a balance is the sum of its moves": f"""
        WITH {_LEGS},
        summed AS (SELECT g.product_id, g.location_id, g.lot_id, sum(g.delta) AS on_hand FROM legs g
                   JOIN location l ON l.company_id = %(company)s AND l.id = g.location_id AND l.site_id IS NOT NULL GROUP BY 1, 2, 3),
        stored AS (SELECT product_id, location_id, lot_id, lot_key, on_hand FROM stock_balance WHERE company_id = %(company)s)
        SELECT format('%%s at %%s: stored %%s, moves %%s', p.sku, l.address, coalesce(b.on_hand, 0), coalesce(m.on_hand, 0))
        FROM stored b FULL JOIN summed m ON m.product_id = b.product_id AND m.location_id = b.location_id
             AND coalesce(m.lot_id, '00000000-0000-0000-0000-000000000000') = b.lot_key
        JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(b.product_id, m.product_id)
        JOIN location l ON l.company_id = %(company)s AND l.id = coalesce(b.location_id, m.location_id)
        WHERE coalesce(b.on_hand, 0) <> coalesce(m.on_hand, 0) ORDER BY p.sku
    """,
    "what a site holds is the sum of its balances": f"""
        SELECT format('%%s at %%s: stored %%s (allocatable %%s), balances %%s (%%s)', p.sku, s.code, t.on_hand, t.allocatable,
                      coalesce(b.on_hand, 0), coalesce(b.allocatable, 0))
        FROM site_stock t JOIN {_NAMED.format("t")}
        LEFT JOIN (SELECT b.product_id, l.site_id, sum(b.on_hand) FILTER (WHERE l.is_physical) AS on_hand,
                          sum(b.on_hand) FILTER (WHERE l.is_allocatable) AS allocatable
                   FROM stock_balance b JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
                   WHERE b.company_id = %(company)s GROUP BY 1, 2) b ON b.product_id = t.product_id AND b.site_id = t.site_id
        WHERE t.company_id = %(company)s
          AND (t.on_hand, t.allocatable) IS DISTINCT FROM (coalesce(b.on_hand, 0), coalesce(b.allocatable, 0)) ORDER BY p.sku
    """,
    "no balance is below zero where that is not allowed": """
        SELECT format('%%s at %%s: %%s', p.sku, l.address, b.on_hand) FROM stock_balance b
        JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
        JOIN site s ON s.company_id = b.company_id AND s.id = l.site_id
        JOIN product p ON p.company_id = b.company_id AND p.id = b.product_id
        WHERE b.company_id = %(company)s AND b.on_hand < 0 AND NOT s.negative_ok ORDER BY p.sku
    """,
    "the value of stock is what came in less what left, revaluations included": f"""
        WITH {_SITE_FLOWS}
        SELECT format('%%s at %%s: stored %%s, moves %%s', p.sku, s.code, t.value, coalesce(f.value, 0) + coalesce(r.value, 0))
        FROM site_stock t JOIN {_NAMED.format("t")}
        LEFT JOIN (SELECT product_id, site_id, sum(value) AS value FROM flows GROUP BY 1, 2) f
               ON f.product_id = t.product_id AND f.site_id = t.site_id
        LEFT JOIN (SELECT product_id, site_id, sum(value) AS value FROM revaluation WHERE company_id = %(company)s GROUP BY 1, 2) r
               ON r.product_id = t.product_id AND r.site_id = t.site_id
        WHERE t.company_id = %(company)s AND t.value <> coalesce(f.value, 0) + coalesce(r.value, 0) ORDER BY p.sku
    """,
    "no stock means no value": f"""
        SELECT format('%%s at %%s: %%s', p.sku, s.code, t.value) FROM site_stock t JOIN {_NAMED.format("t")}
        WHERE t.company_id = %(company)s AND t.on_hand = 0 AND t.value <> 0 ORDER BY p.sku
    """,
    "cost layers hold what is on hand, at its value": f"""
        SELECT format('%%s at %%s: on hand %%s worth %%s, layers %%s worth %%s', p.sku, s.code, t.on_hand, t.value,
                      t.received_position - t.issued_position, coalesce(l.value, 0) - t.uncovered_cost)
        FROM site_stock t JOIN company c ON c.id = t.company_id AND c.costing_method = 'fifo' JOIN {_NAMED.format("t")}
        LEFT JOIN LATERAL (SELECT sum(layer_part(value, from_position, to_position, t.issued_position, to_position)) AS value
                           FROM cost_layer y WHERE y.company_id = t.company_id AND y.product_id = t.product_id
                              AND y.site_id = t.site_id AND y.to_key > layer_key(t.issued_position)) l ON true
        WHERE t.company_id = %(company)s AND (t.on_hand, t.value)
           IS DISTINCT FROM (t.received_position - t.issued_position, coalesce(l.value, 0) - t.uncovered_cost) ORDER BY p.sku
    """,
    "what is promised is the sum of the open reservations": f"""
        SELECT format('%%s at %%s: stored %%s, reservations %%s', p.sku, s.code, t.promised, coalesce(r.open, 0))
        FROM site_stock t JOIN {_NAMED.format("t")}
        LEFT JOIN (SELECT product_id, site_id, sum(open) AS open FROM reservation WHERE company_id = %(company)s GROUP BY 1, 2) r
               ON r.product_id = t.product_id AND r.site_id = t.site_id
        WHERE t.company_id = %(company)s AND t.promised <> coalesce(r.open, 0) ORDER BY p.sku
    """,
    "what is in transit is what transfers shipped and nobody settled": """
        WITH held AS (
            SELECT b.product_id, l.site_id, sum(b.on_hand) AS quantity FROM stock_balance b
            JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id AND l.role = 'transit'
            WHERE b.company_id = %(company)s GROUP BY 1, 2),
        owed AS (
            SELECT n.product_id, t.source_site_id AS site_id, sum(n.in_transit) AS quantity FROM transfer_line n
            JOIN transfer t ON t.company_id = n.company_id AND t.id = n.transfer_id
            WHERE n.company_id = %(company)s GROUP BY 1, 2)
        SELECT format('%%s from %%s: in transit %%s, transfers %%s', p.sku, s.code, coalesce(h.quantity, 0), coalesce(o.quantity, 0))
        FROM held h FULL JOIN owed o ON o.product_id = h.product_id AND o.site_id = h.site_id
        JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(h.product_id, o.product_id)
        JOIN site s ON s.company_id = %(company)s AND s.id = coalesce(h.site_id, o.site_id)
        WHERE coalesce(h.quantity, 0) <> coalesce(o.quantity, 0) ORDER BY p.sku
    """,
    "checkpoints are the sum of the moves up to their day": f"""
        WITH {_SITE_FLOWS},
        by_day AS (SELECT product_id, site_id, (effective_at AT TIME ZONE 'UTC')::date AS day, sum(delta) AS delta, sum(value) AS value
                   FROM flows GROUP BY 1, 2, 3),
        expected AS (SELECT product_id, site_id, day, sum(delta) OVER upto AS on_hand, sum(value) OVER upto AS value FROM by_day
                     WINDOW upto AS (PARTITION BY product_id, site_id ORDER BY day)),
        stored AS (SELECT product_id, site_id, day, on_hand, value FROM stock_checkpoint WHERE company_id = %(company)s)
        SELECT format('%%s at %%s on %%s: stored %%s worth %%s, moves %%s worth %%s', coalesce(p.sku, k.product_id::text), coalesce(s.code, k.site_id::text), coalesce(k.day, e.day),
                      k.on_hand, k.value, e.on_hand, e.value)
        FROM stored k FULL JOIN expected e ON e.product_id = k.product_id AND e.site_id = k.site_id AND e.day = k.day
        LEFT JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(k.product_id, e.product_id)
        LEFT JOIN site s ON s.company_id = %(company)s AND s.id = coalesce(k.site_id, e.site_id)
        WHERE (k.on_hand, k.value) IS DISTINCT FROM (e.on_hand, e.value)
          AND coalesce(k.day, e.day) <= (SELECT through FROM company_checkpoint WHERE company_id = %(company)s) ORDER BY p.sku
    """,
    "a product is low exactly when it is at or below its minimum": f"""
        SELECT format('%%s at %%s: marked %%s, on hand %%s, minimum %%s', p.sku, s.code, t.is_low, t.on_hand, r.minimum)
        FROM site_stock t JOIN {_NAMED.format("t")}
        LEFT JOIN reorder_policy r ON r.company_id = t.company_id AND r.product_id = t.product_id AND r.site_id = t.site_id
        WHERE t.company_id = %(company)s AND t.is_low <> coalesce(t.on_hand <= r.minimum, false) ORDER BY p.sku
    """,
    "every posting has its event": """
        SELECT format('posting %%s of kind %%s', o.id, o.kind) FROM posting o
        WHERE o.company_id = %(company)s AND NOT EXISTS (SELECT FROM outbox_event e WHERE e.company_id = o.company_id
              AND e.subject_type = 'posting' AND e.subject_id = o.id) ORDER BY o.id
    """,
    "a reversal mirrors what it reverses": """
        SELECT format('posting %%s', r.id) FROM posting r WHERE r.company_id = %(company)s AND r.reversal_of IS NOT NULL AND EXISTS (
            SELECT product_id, lot_id, from_location_id, to_location_id, sum(sign * quantity) FROM (
                SELECT product_id, lot_id, from_location_id, to_location_id, quantity, 1 AS sign FROM move
                WHERE company_id = %(company)s AND posting_id = r.reversal_of
                UNION ALL
                SELECT product_id, lot_id, to_location_id, from_location_id, quantity, -1 FROM move
                WHERE company_id = %(company)s AND posting_id = r.id) m
            GROUP BY 1, 2, 3, 4 HAVING sum(sign * quantity) <> 0) ORDER BY r.id
    """,
    "of an order has arrived what its receipts brought, less those taken back": """
        SELECT format('purchase order %%s line %%s: stored %%s, receipts %%s', o.number, l.line, l.received + l.over_received,
                      coalesce(r.quantity, 0))
        FROM purchase_order_line l JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.order_id
        LEFT JOIN (SELECT q.order_id, q.line, sum(q.quantity) AS quantity FROM purchase_receipt_line q
                   JOIN purchase_receipt p ON p.company_id = q.company_id AND p.order_id = q.order_id AND p.number = q.receipt
                   WHERE q.company_id = %(company)s AND p.reversal_id IS NULL GROUP BY 1, 2) r ON r.order_id = l.order_id AND r.line = l.line
        WHERE l.company_id = %(company)s AND l.received + l.over_received <> coalesce(r.quantity, 0) ORDER BY o.number, l.line
    """,
    "a receipt brought what its posting moved": """
        WITH brought AS (
            SELECT p.posting_id, l.product_id, sum(q.quantity) AS quantity FROM purchase_receipt p
            JOIN purchase_receipt_line q ON q.company_id = p.company_id AND q.order_id = p.order_id AND q.receipt = p.number
            JOIN purchase_order_line l ON l.company_id = q.company_id AND l.order_id = q.order_id AND l.line = q.line
            WHERE p.company_id = %(company)s GROUP BY 1, 2),
        moved AS (
            SELECT m.posting_id, m.product_id, sum(m.quantity) AS quantity FROM purchase_receipt p
            JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.posting_id
            WHERE p.company_id = %(company)s GROUP BY 1, 2)
        SELECT format('%%s in posting %%s: receipt %%s, moves %%s', r.sku, posting_id, coalesce(b.quantity, 0), coalesce(m.quantity, 0))
        FROM brought b FULL JOIN moved m USING (posting_id, product_id)
        JOIN product r ON r.company_id = %(company)s AND r.id = product_id
        WHERE b.quantity IS DISTINCT FROM m.quantity ORDER BY r.sku
    """,
    "lead times are the sums over the lines that are whole": """
        WITH learnt AS (
            SELECT o.supplier_id, l.product_id, count(*) AS receipts, sum(l.lead_days) AS days, sum(l.lead_days::bigint * l.lead_days) AS days_squared,
                   count(l.on_time) AS promised, count(*) FILTER (WHERE l.on_time) AS on_time
            FROM purchase_order_line l JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.order_id
            WHERE l.company_id = %(company)s AND l.lead_days IS NOT NULL GROUP BY o.supplier_id, ROLLUP (l.product_id)),
        stored AS (SELECT * FROM lead_time_stat WHERE company_id = %(company)s AND receipts > 0)
        SELECT format('%%s %%s: stored %%s, lines %%s', v.code, p.sku, coalesce(t.receipts, 0), coalesce(n.receipts, 0))
        FROM stored t FULL JOIN learnt n ON n.supplier_id = t.supplier_id
             AND coalesce(n.product_id, '00000000-0000-0000-0000-000000000000') = coalesce(t.product_id, '00000000-0000-0000-0000-000000000000')
        JOIN supplier v ON v.company_id = %(company)s AND v.id = coalesce(t.supplier_id, n.supplier_id)
        LEFT JOIN product p ON p.company_id = %(company)s AND p.id = coalesce(t.product_id, n.product_id)
        WHERE (t.receipts, t.days, t.days_squared, t.promised, t.on_time)
              IS DISTINCT FROM (n.receipts, n.days, n.days_squared, n.promised, n.on_time) ORDER BY v.code
    """,
}


class PostgresVerifier:
    """`Verifier` over the pool; each check sees one committed state."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def checks(self) -> tuple[str, ...]:
        return tuple(_CHECKS)

    async def companies(self) -> list[tuple[UUID, str]]:
        rows = await self._database.fetch(Scope(platform=True), "SELECT id, code FROM company ORDER BY code")
        return [(row[0], row[1]) for row in rows]

    async def differences(self, company_id: UUID, company: str, check: str, limit: int = 10) -> list[Difference]:
        # Apart from its limit: whoever expects some rows at once looks for them one by one, and there are none.
        statement = f"WITH found AS MATERIALIZED ({_CHECKS[check]}) SELECT * FROM found LIMIT %(limit)s"
        rows = await self._database.fetch(Scope(company_id), statement, {"company": company_id, "limit": limit})
        return [Difference(company, check, row[0]) for row in rows]
