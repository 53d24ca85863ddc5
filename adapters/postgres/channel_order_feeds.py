"""`OrderFeeds` and `ChannelOrderMarks` on PostgreSQL."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.repositories import channel_order_marks as marks
from core.domain.ids import new_id
from core.ports.channel_orders import FeedLease, OrderHint

HINTS_AT_ONCE = 20

# A storefront is asked at fixed times, and whenever it has said something, unless it is to be left alone after a failure.
_LEASE = """
    INSERT INTO channel_order_feed AS f (company_id, plugin_id, lease_token, leased_until, next_at)
    SELECT i.company_id, i.plugin_id, %(token)s, clock_timestamp() + %(lease)s, statement_timestamp()
    FROM plugin_installation i JOIN channel c ON c.company_id = i.company_id AND c.plugin_id = i.plugin_id
    WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state = 'enabled' AND c.take_orders
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = %(company)s AND o.suspended)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET lease_token = excluded.lease_token, leased_until = excluded.leased_until
    WHERE f.leased_until <= statement_timestamp() AND (%(at_once)s OR f.next_at <= statement_timestamp() OR (f.failures = 0 AND EXISTS (
        SELECT FROM channel_order_hint h WHERE h.company_id = %(company)s AND h.plugin_id = %(plugin)s AND h.next_at <= statement_timestamp())))
    RETURNING cursor, failures, %(at_once)s OR next_at <= statement_timestamp()
"""
_HINTS = """
    SELECT external_id, wanted, attempts FROM channel_order_hint
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND next_at <= statement_timestamp() ORDER BY next_at, external_id LIMIT %(most)s
"""
_HINTED = """
    DELETE FROM channel_order_hint
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND external_id = %(order)s AND wanted = %(wanted)s
"""
_FAULT = """
    INSERT INTO channel_order_hint AS known (company_id, plugin_id, external_id, attempts, next_at, last_error)
    VALUES (%(company)s, %(plugin)s, %(order)s, 1, clock_timestamp() + %(after)s, %(error)s)
    ON CONFLICT (company_id, plugin_id, external_id) DO UPDATE SET attempts = known.attempts + 1, next_at = excluded.next_at,
        last_error = excluded.last_error
"""
_ADVANCE = """
    UPDATE channel_order_feed SET cursor = %(cursor)s
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s
"""
_FINISH = """
    UPDATE channel_order_feed SET lease_token = NULL, leased_until = '-infinity', next_at = clock_timestamp() + %(after)s,
           failures = %(failures)s, last_error = %(error)s,
           read_at = CASE WHEN %(error)s::text IS NULL THEN clock_timestamp() ELSE read_at END
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s
"""


class PostgresOrderFeeds:
    """`OrderFeeds`, each call in one or two round trips."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta, *, at_once: bool) -> FeedLease | None:
        token = new_id()
        names = {"company": company_id, "plugin": plugin_id}
        rows = await self._fetch(company_id, _LEASE, {**names, "token": token, "lease": lease, "at_once": at_once})
        if not rows:
            return None
        hints = await self._fetch(company_id, _HINTS, {**names, "most": HINTS_AT_ONCE})
        cursor, failures, is_due = rows[0]
        return FeedLease(token, cursor, failures, is_due, [OrderHint(*hint) for hint in hints])

    async def hinted(self, company_id: UUID, plugin_id: str, hint: OrderHint) -> None:
        names = {"company": company_id, "plugin": plugin_id, "order": hint.order, "wanted": hint.wanted}
        await self._fetch(company_id, _HINTED, names)

    async def fault(self, company_id: UUID, plugin_id: str, order: str, error: str, after: timedelta) -> None:
        names = {**marks.hint(company_id, plugin_id, order), "error": error[:500], "after": after}
        await self._fetch(company_id, _FAULT, names)

    async def advance(self, company_id: UUID, plugin_id: str, token: UUID, cursor: str) -> None:
        names = {"company": company_id, "plugin": plugin_id, "token": token, "cursor": cursor}
        await self._fetch(company_id, _ADVANCE, names)

    async def finish(
        self, company_id: UUID, plugin_id: str, token: UUID, after: timedelta, error: str | None, failures: int
    ) -> None:
        names = {"company": company_id, "plugin": plugin_id, "token": token}
        await self._fetch(company_id, _FINISH, {**names, "after": after, "error": error, "failures": failures})

    async def _fetch(self, company_id: UUID, statement: str, parameters: dict[str, object]) -> list[Row]:
        return await self._database.fetch(Scope(company_id), statement, parameters)


class PostgresChannelOrderMarks:
    """`ChannelOrderMarks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_due(self, company_id: UUID, now: datetime) -> UUID | None:
        rows = await self._database.fetch(Scope(company_id), marks.NEXT_DUE, {"company": company_id, "now": now})
        return rows[0][0] if rows else None

    async def stock_changed(self, company_id: UUID, products: Collection[UUID]) -> None:
        parameters = {"company": company_id, "products": list(products)}
        async with self._database.transaction(Scope(company_id)) as connection:
            await connection.execute(marks.STOCK, parameters)
            await connection.execute(marks.REFILL, parameters)

    async def promises_changed(self, company_id: UUID, reservations: Collection[UUID]) -> None:
        parameters = {"company": company_id, "reservations": list(reservations)}
        await self._database.fetch(Scope(company_id), marks.PROMISES, parameters)

    async def products_changed(self, company_id: UUID, products: Collection[UUID]) -> None:
        await self._database.fetch(
            Scope(company_id), marks.PRODUCTS, {"company": company_id, "products": list(products)}
        )
