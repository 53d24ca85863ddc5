"""`ChannelLinks` and `Channels` on PostgreSQL."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from adapters.postgres.channel_statements import MATCHED, TIED
from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.ports.channels import ChannelLease, Errand, Stage

# Rows are locked in one order by all, so that two who mark the same links do not wait for each other in a circle.
_MARK = """
    WITH touched AS MATERIALIZED (
        SELECT l.company_id, l.plugin_id, l.external_item, l.external_location FROM channel_link l
        WHERE l.company_id = %(company)s AND l.product_id IN (
            SELECT unnest(%(products)s::uuid[])
            UNION SELECT k.kit_id FROM kit_component k WHERE k.company_id = %(company)s AND k.component_id = ANY (%(products)s::uuid[]))
        ORDER BY l.plugin_id, l.external_item, l.external_location FOR NO KEY UPDATE
    )
    UPDATE channel_link l SET want_version = l.want_version + 1 FROM touched t
    WHERE l.company_id = t.company_id AND l.plugin_id = t.plugin_id AND l.external_item = t.external_item
      AND l.external_location = t.external_location
"""
_MARK_PRICES = """
    WITH touched AS MATERIALIZED (
        SELECT i.company_id, i.plugin_id, i.external_id FROM channel_item i
        JOIN channel c ON c.company_id = i.company_id AND c.plugin_id = i.plugin_id AND c.push_prices
        WHERE i.company_id = %(company)s AND i.product_id = ANY (%(products)s::uuid[])
        ORDER BY i.plugin_id, i.external_id FOR NO KEY UPDATE OF i
    )
    UPDATE channel_item i SET price_wanted = i.price_wanted + 1 FROM touched t
    WHERE i.company_id = t.company_id AND i.plugin_id = t.plugin_id AND i.external_id = t.external_id
"""
_FITTING = """
    SELECT i.plugin_id, array_agg(i.external_id) FROM channel_item i
    WHERE i.company_id = %(company)s AND i.state IN ('unmatched', 'ambiguous') AND (
        i.sku_key IN (SELECT p.sku_key FROM product p WHERE p.company_id = %(company)s AND p.id = ANY (%(products)s::uuid[]))
        OR i.barcode_key IN (SELECT b.code FROM barcode b WHERE b.company_id = %(company)s AND b.product_id = ANY (%(products)s::uuid[])))
    GROUP BY i.plugin_id
"""
_LEASE = """
    UPDATE channel c SET lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM plugin_installation i
    WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND c.next_at <= statement_timestamp()
      AND i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state = 'enabled'
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = %(company)s AND o.suspended)
    RETURNING c.failures, c.stage, c.import_run, c.import_seen, c.import_cursor, c.take_orders, array_remove(ARRAY[
        CASE WHEN EXISTS (SELECT FROM channel_link l WHERE l.company_id = c.company_id AND l.plugin_id = c.plugin_id
             AND l.want_version > l.pushed_version AND l.attention IS NULL AND NOT l.unsure) THEN 'push' END,
        CASE WHEN EXISTS (SELECT FROM channel_link l WHERE l.company_id = c.company_id AND l.plugin_id = c.plugin_id
             AND l.read_at <= statement_timestamp() AND (l.flight_key IS NULL OR l.unsure)) THEN 'read' END,
        CASE WHEN c.import_at <= statement_timestamp() THEN 'set_up' END,
        CASE WHEN c.push_prices AND c.price_at <= statement_timestamp() AND EXISTS (SELECT FROM channel_item t
             WHERE t.company_id = c.company_id AND t.plugin_id = c.plugin_id AND t.price_wanted > t.price_pushed) THEN 'prices' END], NULL)
"""
_RELEASE = """
    UPDATE channel SET lease_token = NULL, next_at = clock_timestamp(),
        failures = CASE WHEN %(succeeded)s THEN greatest(failures - 1, 0) ELSE failures END,
        last_error = CASE WHEN NOT %(succeeded)s AND failures > 0 THEN last_error END
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s
"""
_FAIL = """
    UPDATE channel SET lease_token = NULL, next_at = clock_timestamp() + %(after)s, failures = %(failures)s, last_error = %(error)s
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s
"""


class PostgresChannels:
    """`ChannelLinks` and `Channels`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_dirty(self, company_id: UUID, products: Collection[UUID]) -> None:
        parameters = {"company": company_id, "products": sorted(products)}
        await self._database.fetch(Scope(company_id), _MARK, parameters)

    async def mark_prices(self, company_id: UUID, products: Collection[UUID]) -> None:
        parameters = {"company": company_id, "products": sorted(products)}
        await self._database.fetch(Scope(company_id), _MARK_PRICES, parameters)

    async def match_anew(self, company_id: UUID, products: Collection[UUID]) -> None:
        asked = {"company": company_id, "products": sorted(products)}
        async with self._database.transaction(Scope(company_id)) as connection:
            for plugin, items in await (await connection.execute(_FITTING, asked)).fetchall():
                names = {"company": company_id, "plugin": plugin, "items": sorted(items)}
                await connection.execute(MATCHED, names)
                await connection.execute(TIED, names)

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta) -> ChannelLease | None:
        token = new_id()
        parameters = {"company": company_id, "plugin": plugin_id, "lease": lease, "token": token}
        rows = await self._database.fetch(Scope(company_id), _LEASE, parameters)
        if not rows:
            return None
        failures, stage, run, seen, cursor, takes_orders, due = rows[0]
        return ChannelLease(token, failures, Stage(stage), run, seen, cursor, takes_orders, frozenset(map(Errand, due)))

    async def release(self, company_id: UUID, plugin_id: str, token: UUID, *, succeeded: bool) -> None:
        parameters = {"company": company_id, "plugin": plugin_id, "token": token, "succeeded": succeeded}
        await self._database.fetch(Scope(company_id), _RELEASE, parameters)

    async def fail(
        self, company_id: UUID, plugin_id: str, token: UUID, error: str, after: timedelta, failures: int
    ) -> None:
        names = {"company": company_id, "plugin": plugin_id, "token": token}
        parameters = {**names, "error": error, "after": after, "failures": failures}
        await self._database.fetch(Scope(company_id), _FAIL, parameters)
