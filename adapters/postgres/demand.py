"""Demand as the ledger tells it, week by week. Every figure is computed where the moves lie; only weeks in which something moved
travel, packed as core/domain/demand.py says."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.demand import DemandHistory

ROWS_AT_ONCE = 5_000
CANCELLED_WITHIN = timedelta(days=7)

# Sold and issued goods count in the week in which they left. What was taken back as a mistake, or came back whole within some days,
# was no demand; a return that names no sale is held against the only one that it can mean. Other returns change stock alone.
# Stock at the end of the weeks is the present one less what moved since.
_HISTORIES = """
    WITH span AS MATERIALIZED (
        SELECT c.time_zone AS zone, %(start)s::date AS first_day, %(start)s::timestamp AT TIME ZONE c.time_zone AS since,
               %(end)s::timestamp AT TIME ZONE c.time_zone AS until
        FROM company c WHERE c.id = %(company)s
    ),
    came_back AS MATERIALIZED (
        SELECT p.id, p.return_of, p.effective_at, p.document_party, m.product_id, m.to_site_id AS site_id, sum(m.quantity) AS quantity
        FROM span CROSS JOIN posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
        WHERE p.company_id = %(company)s AND p.effective_at >= span.since AND p.kind = 'customer_return' AND p.reversal_of IS NULL
          AND m.to_site_id IS NOT NULL {of_moves}
          AND NOT EXISTS (SELECT FROM posting r WHERE r.company_id = p.company_id AND r.reversal_of = p.id)
        GROUP BY p.id, p.return_of, p.effective_at, p.document_party, m.product_id, m.to_site_id
    ),
    mistaken AS MATERIALIZED (
        SELECT r.reversal_of AS posting_id FROM span CROSS JOIN posting r
        WHERE r.company_id = %(company)s AND r.effective_at >= span.since AND r.kind IN ('sale', 'issue') AND r.reversal_of IS NOT NULL
    ),
    cancelled AS MATERIALIZED (
        SELECT b.return_of AS posting_id, b.product_id FROM came_back b
        JOIN posting p ON p.company_id = %(company)s AND p.id = b.return_of AND b.effective_at <= p.effective_at + %(within)s
        CROSS JOIN LATERAL (SELECT sum(m.quantity) AS quantity FROM move m
            WHERE m.company_id = %(company)s AND m.posting_id = b.return_of AND m.product_id = b.product_id) sold
        GROUP BY b.return_of, b.product_id, sold.quantity HAVING sum(b.quantity) >= sold.quantity
        UNION
        SELECT (array_agg(sold.posting_id))[1], b.product_id FROM came_back b CROSS JOIN LATERAL (
            SELECT m.posting_id FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
            WHERE m.company_id = %(company)s AND m.product_id = b.product_id AND m.from_site_id = b.site_id
              AND m.effective_at BETWEEN b.effective_at - %(within)s AND b.effective_at
              AND p.kind = 'sale' AND p.reversal_of IS NULL AND p.document_party = b.document_party
            GROUP BY m.posting_id HAVING sum(m.quantity) = b.quantity) sold
        WHERE b.return_of IS NULL GROUP BY b.id, b.product_id, b.site_id HAVING count(*) = 1
    ),
    moved AS (
        SELECT m.product_id, s.site_id, ((m.effective_at AT TIME ZONE span.zone)::date - span.first_day) / 7 AS week,
               CASE WHEN s.sign < 0 AND p.kind IN ('sale', 'issue') AND p.reversal_of IS NULL AND x.posting_id IS NULL AND c.posting_id IS NULL
                    THEN m.quantity ELSE 0 END AS demand,
               CASE WHEN s.sign > 0 THEN m.quantity ELSE 0 END AS arrived, s.sign * m.quantity AS change,
               p.kind = 'opening' AND p.source LIKE 'sales_file:%%' AS is_assumed
        FROM span CROSS JOIN move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id
        LEFT JOIN mistaken x ON x.posting_id = m.posting_id
        LEFT JOIN cancelled c ON c.posting_id = m.posting_id AND c.product_id = m.product_id
        CROSS JOIN LATERAL (VALUES (m.from_site_id, -1), (m.to_site_id, 1)) AS s(site_id, sign)
        WHERE m.company_id = %(company)s AND m.effective_at >= span.since AND m.effective_at < span.until {of_moves}
          AND s.site_id IS NOT NULL AND m.from_site_id IS DISTINCT FROM m.to_site_id
    ),
    weekly AS (
        SELECT product_id, site_id, week, sum(demand) AS demand, sum(arrived) AS arrived, sum(change) AS change,
               bool_and(is_assumed) AS is_assumed, bool_or(is_assumed) AS has_assumed
        FROM moved GROUP BY product_id, site_id, week
    ),
    packed AS (
        SELECT product_id, site_id, min(week) FILTER (WHERE NOT is_assumed) AS listed, min(week) FILTER (WHERE has_assumed) AS opened,
               string_agg(int2send(week::int2) || float4send(demand::float4) || float4send(arrived::float4) || float8send(change::float8),
                          NULL) AS weeks
        FROM weekly GROUP BY product_id, site_id
    ),
    later AS (
        SELECT m.product_id, s.site_id, sum(s.sign * m.quantity) AS change
        FROM span CROSS JOIN move m CROSS JOIN LATERAL (VALUES (m.from_site_id, -1), (m.to_site_id, 1)) AS s(site_id, sign)
        WHERE m.company_id = %(company)s AND m.effective_at >= span.until {of_moves}
          AND s.site_id IS NOT NULL AND m.from_site_id IS DISTINCT FROM m.to_site_id
        GROUP BY m.product_id, s.site_id
    )
    SELECT k.product_id, k.site_id, p.category_id, k.on_hand - coalesce(l.change, 0), s.negative_ok, w.listed, w.opened,
           coalesce(w.weeks, ''), coalesce(f.state, ''), coalesce(f.demand_changed, false)
    FROM site_stock k
    JOIN product p ON p.company_id = k.company_id AND p.id = k.product_id AND p.active AND p.kind = 'unit'
    JOIN site s ON s.company_id = k.company_id AND s.id = k.site_id AND s.active
    LEFT JOIN packed w ON w.product_id = k.product_id AND w.site_id = k.site_id
    LEFT JOIN later l ON l.product_id = k.product_id AND l.site_id = k.site_id
    LEFT JOIN demand_forecast f ON f.company_id = k.company_id AND f.product_id = k.product_id AND f.site_id = k.site_id
    WHERE k.company_id = %(company)s {of_stock} AND (NOT %(undone)s OR f.as_of IS DISTINCT FROM %(end)s)
"""
_ALL = _HISTORIES.format(of_moves="", of_stock="")
_OF_ONE = _HISTORIES.format(of_moves="AND m.product_id = %(product)s", of_stock="AND k.product_id = %(product)s")
_ROOM = "SELECT set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true)"


async def histories(
    connection: Connection, company_id: UUID, end: date, weeks: int, *, undone: bool
) -> AsyncGenerator[Sequence[DemandHistory]]:
    """The weeks before the Monday `end` of every product at every site, in batches; if `undone`, without those whose forecast is of
    that day already."""
    parameters: dict[str, Any] = {"company": company_id, "start": end - timedelta(weeks=weeks), "end": end}
    await connection.execute(_ROOM)
    async with connection.cursor(name="demand_histories", binary=True) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        await cursor.execute(_ALL, parameters | {"within": CANCELLED_WITHIN, "undone": undone})
        while rows := await cursor.fetchmany(ROWS_AT_ONCE):
            yield [DemandHistory(*row) for row in rows]


async def histories_of(
    connection: Connection, company_id: UUID, product_id: UUID, end: date, weeks: int
) -> Sequence[DemandHistory]:
    """The weeks before the Monday `end` of one product at every site."""
    names = {"company": company_id, "product": product_id, "start": end - timedelta(weeks=weeks), "end": end}
    await connection.execute(_ROOM)
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(_OF_ONE, names | {"within": CANCELLED_WITHIN, "undone": False})
        return [DemandHistory(*row) for row in await cursor.fetchall()]
