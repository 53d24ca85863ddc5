"""`Watch` on PostgreSQL, one statement for each look. Who looks at the same time waits at the key of the mark, and tells nothing."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.overstock_levels import LEVEL_RULE, LEVELS, TODAY
from core.domain.purchase_order import ON_ORDER

_LATE_ORDERS = """
    WITH late AS MATERIALIZED (
        SELECT o.id, o.number, o.site_id, o.supplier_id, min(coalesce(l.promised_on, l.expected_on)) AS due_on,
               array_agg(l.line ORDER BY l.line) AS lines, today.day
        FROM purchase_order o JOIN purchase_order_line l ON l.company_id = o.company_id AND l.order_id = o.id
        CROSS JOIN (SELECT (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date AS day FROM company c WHERE c.id = %(company)s) today
        WHERE o.company_id = %(company)s AND o.state = ANY (%(on_order)s) AND l.open > 0
          AND coalesce(l.promised_on, l.expected_on) < today.day
        GROUP BY o.company_id, o.id, today.day
    ),
    ended AS (
        DELETE FROM late_order t WHERE t.company_id = %(company)s AND NOT EXISTS (SELECT FROM late l WHERE l.id = t.order_id)
    ),
    begun AS (
        INSERT INTO late_order (company_id, order_id, since) SELECT %(company)s, l.id, %(now)s FROM late l ORDER BY l.id
        ON CONFLICT (company_id, order_id) DO NOTHING RETURNING order_id
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'purchase_order_late', 'purchase_order', l.id,
           json_build_object('number', l.number, 'site', l.site_id, 'supplier', l.supplier_id, 'supplier_name', s.name,
                             'due_on', l.due_on, 'days', l.day - l.due_on, 'lines', l.lines)
    FROM begun b JOIN late l ON l.id = b.order_id JOIN supplier s ON s.company_id = %(company)s AND s.id = l.supplier_id
    ORDER BY l.number
"""
_OVERSTOCK = f"""
    WITH {TODAY}, {LEVELS},
    ended AS (
        DELETE FROM overstock o WHERE o.company_id = %(company)s AND NOT EXISTS (
            SELECT FROM level l WHERE l.product_id = o.product_id AND l.site_id = o.site_id AND l.stock > l.enough * %(ends)s)
    ),
    begun AS (
        INSERT INTO overstock (company_id, product_id, site_id, since)
        SELECT %(company)s, l.product_id, l.site_id, %(now)s FROM level l WHERE l.stock > l.enough ORDER BY l.product_id, l.site_id
        ON CONFLICT (company_id, product_id, site_id) DO NOTHING RETURNING product_id, site_id
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'overstock_begun', 'product', l.product_id,
           json_build_object('product', l.product_id, 'site', l.site_id, 'stock', trim_scale(l.stock)::text,
                             'enough', trim_scale(l.enough)::text)
    FROM begun b JOIN level l ON l.product_id = b.product_id AND l.site_id = b.site_id
"""
_FAILING_CHANNELS = """
    WITH latest AS MATERIALIZED (
        SELECT r.user_id, k.channel, d.state, d.outcome
        FROM notification_reader r CROSS JOIN unnest(ARRAY['mail', 'sms', 'webhook']) AS k(channel) CROSS JOIN LATERAL (
            SELECT d.state, d.outcome FROM notification_delivery d
            WHERE d.company_id = r.company_id AND d.user_id = r.user_id AND d.channel = k.channel AND d.channel <> 'in_app'
              AND d.state IN ('sent', 'delivered', 'failed') AND d.attempts > 0
            ORDER BY d.created_at DESC LIMIT 1) d
        WHERE r.company_id = %(company)s
    ),
    ended AS (
        DELETE FROM failing_channel f USING latest l
        WHERE f.company_id = %(company)s AND f.user_id = l.user_id AND f.channel = l.channel AND l.state <> 'failed'
          AND NOT (l.channel = 'mail' AND EXISTS (SELECT FROM blocked_address b JOIN app_user a ON lower(a.email) = b.address
                                                  WHERE b.company_id = f.company_id AND a.id = f.user_id))
    ),
    begun AS (
        INSERT INTO failing_channel (company_id, user_id, channel, since)
        SELECT %(company)s, l.user_id, l.channel, %(now)s FROM latest l WHERE l.state = 'failed' ORDER BY l.user_id, l.channel
        ON CONFLICT (company_id, user_id, channel) DO NOTHING RETURNING user_id, channel
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'channel_failed', 'user', l.user_id,
           json_build_object('user', l.user_id, 'person', u.name, 'channel', l.channel, 'error', l.outcome)
    FROM begun b JOIN latest l ON l.user_id = b.user_id AND l.channel = b.channel JOIN app_user u ON u.id = l.user_id
"""


class PostgresWatch:
    """`Watch`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def late_orders(self, company_id: UUID, now: datetime) -> None:
        await self._look(_LATE_ORDERS, company_id, now, {"on_order": list(ON_ORDER)})

    async def overstock(self, company_id: UUID, now: datetime) -> None:
        await self._look(_OVERSTOCK, company_id, now, LEVEL_RULE)

    async def failing_channels(self, company_id: UUID, now: datetime) -> None:
        await self._look(_FAILING_CHANNELS, company_id, now, {})

    async def _look(self, statement: str, company_id: UUID, now: datetime, rule: Mapping[str, object]) -> None:
        await self._database.fetch(Scope(company_id), statement, {"company": company_id, "now": now, **rule})
