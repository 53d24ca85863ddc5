"""`Installations` on PostgreSQL: the switches of plugins, with the event that tells of each change."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.engine import Connection, Database, Scope
from core.domain.access import Actor
from core.domain.errors import Fault, NotFound, refuse_if
from core.ports.plugins import Installation, InstallationReport, InstallationState
from core.ports.storefront import Item

_ALL = """
    SELECT i.plugin_id, i.state, i.settings, i.problem, c.last_error,
           (SELECT count(*) FROM delivery d
            WHERE d.company_id = i.company_id AND d.state = 'dead' AND split_part(d.subscriber, ':', 1) = i.plugin_id),
           (SELECT count(*) FROM channel_link l
            WHERE l.company_id = i.company_id AND l.plugin_id = i.plugin_id AND l.state = 'clean' AND l.last_error IS NOT NULL)
    FROM plugin_installation i LEFT JOIN channel c ON c.company_id = i.company_id AND c.plugin_id = i.plugin_id
    WHERE i.company_id = %(company)s ORDER BY i.plugin_id
"""
_FIND = """
    SELECT plugin_id, state, settings, problem FROM plugin_installation
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_ENABLE = """
    INSERT INTO plugin_installation (company_id, plugin_id, state, settings) VALUES (%(company)s, %(plugin)s, 'enabled', %(settings)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET state = 'enabled', settings = %(settings)s, problem = NULL,
        version = plugin_installation.version + 1
"""
# Somebody who is still pushing keeps the lease, or their old levels could arrive after the new ones of another.
_OPEN_CHANNEL = """
    INSERT INTO channel (company_id, plugin_id) VALUES (%(company)s, %(plugin)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET failures = 0, last_error = NULL,
        next_at = CASE WHEN channel.lease_token IS NULL THEN clock_timestamp() ELSE channel.next_at END
"""
_SITES = "SELECT code, id FROM site WHERE company_id = %(company)s AND code = ANY (%(codes)s)"
# Every item at every location; those that are no longer tied to anything go.
_TIE = """
    WITH tied AS (
        SELECT i.item, l.location, p.id AS product_id, l.site_id
        FROM unnest(%(items)s::text[], %(skus)s::text[]) AS i(item, sku)
        JOIN product p ON p.company_id = %(company)s AND p.sku_key = i.sku
        CROSS JOIN unnest(%(locations)s::text[], %(sites)s::uuid[]) AS l(location, site_id)
    ),
    gone AS (
        DELETE FROM channel_link k WHERE k.company_id = %(company)s AND k.plugin_id = %(plugin)s
           AND NOT EXISTS (SELECT FROM tied t WHERE t.item = k.external_item AND t.location = k.external_location)
    ),
    made AS (
        INSERT INTO channel_link (company_id, plugin_id, external_item, external_location, product_id, site_id)
        SELECT %(company)s, %(plugin)s, t.item, t.location, t.product_id, t.site_id FROM tied t ORDER BY t.item, t.location
        ON CONFLICT (company_id, plugin_id, external_item, external_location) DO UPDATE SET product_id = excluded.product_id,
            site_id = excluded.site_id, want_version = channel_link.want_version + 1, last_error = NULL
    )
    SELECT count(DISTINCT item) FROM tied
"""
_DISABLE = """
    UPDATE plugin_installation SET state = 'disabled', problem = NULL, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s RETURNING 1
"""
_GIVE_UP = """
    UPDATE delivery SET state = 'dead', lease_token = NULL, last_error = 'the plugin was switched off'
    WHERE company_id = %(company)s AND state IN ('new', 'leased') AND split_part(subscriber, ':', 1) = %(plugin)s
"""
_PAUSE = """
    UPDATE plugin_installation SET state = 'paused', problem = %(problem)s, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND state = 'enabled' RETURNING 1
"""
_TELL = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    VALUES (%(company)s, %(type)s, 'company', %(company)s, %(data)s)
"""


class PostgresInstallations:
    """`Installations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, company_id: UUID) -> Sequence[InstallationReport]:
        rows = await self._database.fetch(Scope(company_id), _ALL, {"company": company_id})
        return [InstallationReport(plugin, InstallationState(state), *rest) for plugin, state, *rest in rows]

    async def find(self, company_id: UUID, plugin_id: str) -> Installation | None:
        rows = await self._database.fetch(Scope(company_id), _FIND, {"company": company_id, "plugin": plugin_id})
        return next((Installation(plugin, InstallationState(state), *rest) for plugin, state, *rest in rows), None)

    async def enable(
        self, company_id: UUID, plugin_id: str, settings: Mapping[str, object], *, by: Actor | None = None
    ) -> None:
        async with self._database.transaction(Scope(company_id), by) as connection:
            await _switch_on(connection, company_id, plugin_id, settings)

    async def enable_storefront(
        self,
        company_id: UUID,
        plugin_id: str,
        settings: Mapping[str, object],
        items: Sequence[Item],
        locations: Mapping[str, str],
        *,
        by: Actor | None = None,
    ) -> int:
        names: dict[str, object] = {"company": company_id, "plugin": plugin_id}
        async with self._database.transaction(Scope(company_id), by) as connection:
            sites = await _sites(connection, company_id, locations)
            await _switch_on(connection, company_id, plugin_id, settings)
            await connection.execute(_OPEN_CHANNEL, names)
            ties: dict[str, object] = {
                "items": [item.id for item in items],
                "skus": [item.sku.strip().lower() for item in items],
                "locations": [locations[code] for code in sites],
                "sites": list(sites.values()),
            }
            row = await (await connection.execute(_TIE, {**names, **ties})).fetchone()
        return int(row[0]) if row else 0

    async def disable(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> None:
        names = {"company": company_id, "plugin": plugin_id}
        async with self._database.transaction(Scope(company_id), by) as connection:
            if not await (await connection.execute(_DISABLE, names)).fetchone():
                raise NotFound("plugin_not_found", "this plugin was never switched on here")
            await connection.execute(_GIVE_UP, names)
            await _tell(connection, company_id, "plugin_disabled", {"plugin": plugin_id})

    async def pause(self, company_id: UUID, plugin_id: str, problem: str) -> None:
        parameters = {"company": company_id, "plugin": plugin_id, "problem": problem}
        async with self._database.transaction(Scope(company_id)) as connection:
            if await (await connection.execute(_PAUSE, parameters)).fetchone():
                await _tell(connection, company_id, "plugin_paused", {"plugin": plugin_id, "problem": problem})


async def _switch_on(connection: Connection, company_id: UUID, plugin_id: str, settings: Mapping[str, object]) -> None:
    parameters = {"company": company_id, "plugin": plugin_id, "settings": Jsonb(settings)}
    await connection.execute(_ENABLE, parameters)
    await _tell(connection, company_id, "plugin_enabled", {"plugin": plugin_id})


async def _tell(connection: Connection, company_id: UUID, event_type: str, data: Mapping[str, object]) -> None:
    payload = msgspec.json.encode(data).decode()
    await connection.execute(_TELL, {"company": company_id, "type": event_type, "data": payload})


async def _sites(connection: Connection, company_id: UUID, locations: Mapping[str, str]) -> dict[str, UUID]:
    """The ids of the sites. Raises Invalid with every code that names none."""
    cursor = await connection.execute(_SITES, {"company": company_id, "codes": list(locations)})
    sites: dict[str, UUID] = dict(await cursor.fetchall())
    unknown = [code for code in locations if code not in sites]
    faults = [Fault(f"/settings/locations/{code}", "not_found", "no site has this code") for code in unknown]
    refuse_if(faults, "invalid_settings")
    return sites
