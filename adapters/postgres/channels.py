"""`ChannelLinks` and `Channels` on PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.domain.values import normal
from core.ports.channels import ChannelLease, DirtyLink, PushedLink

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
_LEASE = """
    UPDATE channel c SET lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM plugin_installation i
    WHERE c.company_id = %(company)s AND c.plugin_id = %(plugin)s AND c.next_at <= clock_timestamp()
      AND i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state = 'enabled'
      AND NOT EXISTS (SELECT FROM company o WHERE o.id = %(company)s AND o.suspended)
    RETURNING i.settings, c.failures
"""
_DIRTY = """
    SELECT l.external_item, l.external_location, l.want_version, greatest(CASE
        WHEN NOT p.active THEN 0
        WHEN p.kind = 'unit' THEN coalesce(s.allocatable - s.promised, 0)
        ELSE coalesce((SELECT min(floor(coalesce(c.allocatable - c.promised, 0) / k.quantity)) FROM kit_component k
             LEFT JOIN site_stock c ON c.company_id = k.company_id AND c.product_id = k.component_id AND c.site_id = l.site_id
             WHERE k.company_id = %(company)s AND k.kit_id = l.product_id), 0) END, 0)
    FROM channel_link l
    JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN site_stock s ON s.company_id = l.company_id AND s.product_id = l.product_id AND s.site_id = l.site_id
    WHERE l.company_id = %(company)s AND l.plugin_id = %(plugin)s AND l.want_version > l.pushed_version
    ORDER BY l.tried_at LIMIT %(limit)s
"""
# A link that was made anew under the same name since it was read has a lower version, and stays dirty.
_RECORD = """
    WITH held AS (
        UPDATE channel SET lease_token = NULL, next_at = clock_timestamp(), failures = greatest(failures - 1, 0), last_error = NULL
        WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s RETURNING company_id, plugin_id
    )
    UPDATE channel_link l SET pushed_version = p.version, last_error = p.error, tried_at = clock_timestamp(),
           last_pushed = CASE WHEN p.error IS NULL THEN p.quantity ELSE l.last_pushed END
    FROM held, unnest(%(items)s::text[], %(locations)s::text[], %(versions)s::bigint[], %(quantities)s::numeric[], %(errors)s::text[])
         AS p(item, location, version, quantity, error)
    WHERE l.company_id = held.company_id AND l.plugin_id = held.plugin_id AND l.external_item = p.item AND l.external_location = p.location
      AND p.version <= l.want_version
"""
_FAIL = """
    WITH held AS (
        UPDATE channel SET lease_token = NULL, next_at = clock_timestamp() + %(after)s, failures = %(failures)s,
               last_error = %(error)s
        WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND lease_token = %(token)s RETURNING company_id, plugin_id
    )
    UPDATE channel_link l SET tried_at = clock_timestamp(), last_error = %(error)s
    FROM held, unnest(%(items)s::text[], %(locations)s::text[]) AS p(item, location)
    WHERE l.company_id = held.company_id AND l.plugin_id = held.plugin_id AND l.external_item = p.item AND l.external_location = p.location
"""


class PostgresChannels:
    """`ChannelLinks` and `Channels`, each call in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark_dirty(self, company_id: UUID, products: Collection[UUID]) -> None:
        parameters = {"company": company_id, "products": sorted(products)}
        await self._database.fetch(Scope(company_id), _MARK, parameters)

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta) -> ChannelLease | None:
        token = new_id()
        parameters = {"company": company_id, "plugin": plugin_id, "lease": lease, "token": token}
        rows = await self._database.fetch(Scope(company_id), _LEASE, parameters)
        return ChannelLease(token, *rows[0]) if rows else None

    async def dirty(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[DirtyLink]:
        parameters = {"company": company_id, "plugin": plugin_id, "limit": limit}
        rows = await self._database.fetch(Scope(company_id), _DIRTY, parameters)
        return [DirtyLink(item, location, version, normal(available)) for item, location, version, available in rows]

    async def record(self, company_id: UUID, plugin_id: str, token: UUID, pushed: Sequence[PushedLink]) -> None:
        parameters = {
            "company": company_id,
            "plugin": plugin_id,
            "token": token,
            "items": [one.link.item for one in pushed],
            "locations": [one.link.location for one in pushed],
            "versions": [one.link.version for one in pushed],
            "quantities": [one.link.available for one in pushed],
            "errors": [one.error for one in pushed],
        }
        await self._database.fetch(Scope(company_id), _RECORD, parameters)

    async def fail(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        tried: Sequence[DirtyLink],
        error: str,
        after: timedelta,
        failures: int,
    ) -> None:
        parameters = {
            "company": company_id,
            "plugin": plugin_id,
            "token": token,
            "error": error,
            "after": after,
            "failures": failures,
            "items": [link.item for link in tried],
            "locations": [link.location for link in tried],
        }
        await self._database.fetch(Scope(company_id), _FAIL, parameters)
