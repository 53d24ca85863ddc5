"""`Installations` on PostgreSQL: the switches of plugins, with the event that tells of each change."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.channel_opening import close_channel, listen_anew, open_channel
from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.plugin_reports import reports, rest_of
from adapters.postgres.plugin_secrets import PluginSecrets
from core.domain.access import Actor
from core.domain.errors import NotFound, StaleVersion
from core.ports.clock import Clock, SystemClock
from core.ports.plugins import (
    Installation,
    InstallationReport,
    InstallationState,
    NewSettings,
    StorefrontWishes,
)
from core.ports.sealing import Sealing

_FIND = """
    SELECT i.state, i.settings, i.problem, h.resting_since, h.retry_at, h.reason,
           (SELECT json_object_agg(s.field, s.sealed) FROM plugin_secret s WHERE s.company_id = i.company_id AND s.plugin_id = i.plugin_id),
           i.hook_sealed
    FROM plugin_installation i LEFT JOIN plugin_health h ON h.company_id = i.company_id AND h.plugin_id = i.plugin_id
    WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s
"""
_LOCK = """
    SELECT version, hook_sealed IS NOT NULL FROM plugin_installation
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s FOR NO KEY UPDATE
"""
_ENABLE = """
    INSERT INTO plugin_installation (company_id, plugin_id, state, settings) VALUES (%(company)s, %(plugin)s, 'enabled', %(settings)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET state = 'enabled', settings = %(settings)s, problem = NULL, removed_at = NULL,
        version = plugin_installation.version + 1
"""
_KEEP = """
    INSERT INTO plugin_installation (company_id, plugin_id, state, settings) VALUES (%(company)s, %(plugin)s, 'disabled', %(settings)s)
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET settings = %(settings)s, removed_at = NULL, version = plugin_installation.version + 1
"""
_DISABLE = """
    UPDATE plugin_installation SET state = 'disabled', problem = NULL, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND removed_at IS NULL RETURNING 1
"""
_GIVE_UP = """
    UPDATE delivery SET state = 'dead', lease_token = NULL, last_error = 'the plugin was switched off'
    WHERE company_id = %(company)s AND state IN ('new', 'leased') AND split_part(subscriber, ':', 1) = %(plugin)s
"""
_END_REST = """
    UPDATE plugin_health SET resting_since = NULL, retry_at = NULL, reason = NULL
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_REMOVE = """
    UPDATE plugin_installation SET settings = '{}', hook_sealed = NULL, hook_set_at = NULL, removed_at = %(now)s
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s
"""
_FORGET = ("plugin_secret", "plugin_hook", "plugin_health")
# What hangs on a storefront goes with it. The orders that came through it are the company's.
_DROP = ("plugin_store", "inbox_message", "channel_order_hint", "channel_order_feed", "channel_link", "channel")
_OF_PLUGIN = "DELETE FROM {} WHERE company_id = %(company)s AND plugin_id = %(plugin)s"
_PAUSE = """
    UPDATE plugin_installation SET state = 'paused', problem = %(problem)s, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND state = 'enabled' RETURNING 1
"""
# One that is being told at this moment is left alone.
_REDELIVER = """
    UPDATE delivery SET state = 'new', attempts = 0, next_at = clock_timestamp(), last_error = NULL
    WHERE company_id = %(company)s AND event_id = %(event)s AND split_part(subscriber, ':', 1) = %(plugin)s AND webhook_id IS NULL
      AND (state <> 'leased' OR next_at <= statement_timestamp())
    RETURNING 1
"""
_CHECKED = """
    INSERT INTO plugin_health (company_id, plugin_id, checked_at, check_problem)
    SELECT company_id, plugin_id, %(now)s, %(problem)s FROM plugin_installation
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND removed_at IS NULL
    ON CONFLICT (company_id, plugin_id) DO UPDATE SET checked_at = excluded.checked_at, check_problem = excluded.check_problem
"""
_TELL = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    VALUES (%(company)s, %(type)s, 'company', %(company)s, %(data)s)
"""


class PostgresInstallations:
    """`Installations`. Without `sealing`, plugins with secrets can neither be set up nor be opened."""

    def __init__(self, database: Database, sealing: Sealing | None = None, clock: Clock | None = None) -> None:
        self._database, self._clock = database, clock or SystemClock()
        self._secrets = PluginSecrets(sealing)

    async def all(self, company_id: UUID) -> Sequence[InstallationReport]:
        return await reports(self._database, company_id)

    async def report(self, company_id: UUID, plugin_id: str) -> InstallationReport | None:
        return next(iter(await reports(self._database, company_id, plugin_id)), None)

    async def find(self, company_id: UUID, plugin_id: str) -> Installation | None:
        rows = await self._database.fetch(Scope(company_id), _FIND, {"company": company_id, "plugin": plugin_id})
        if not rows:
            return None
        state, settings, problem, since, retry_at, reason, sealed, token = rows[0]
        secrets, hook_token = self._secrets.opened((company_id, plugin_id, sealed, token))
        rest = rest_of(since, retry_at, reason)
        return Installation(plugin_id, InstallationState(state), {**settings, **secrets}, problem, hook_token, rest)

    async def enable(
        self,
        company_id: UUID,
        plugin_id: str,
        new: NewSettings,
        *,
        storefront: StorefrontWishes | None = None,
        has_hook: bool = False,
        by: Actor | None = None,
    ) -> None:
        names: dict[str, object] = {"company": company_id, "plugin": plugin_id}
        async with self._database.transaction(Scope(company_id), by) as connection:
            is_reachable = await self._store(connection, company_id, plugin_id, new, _ENABLE)
            await connection.execute(_END_REST, names)
            if has_hook and not is_reachable:
                await self._secrets.new_token(connection, company_id, plugin_id, self._clock.now())
            if storefront is not None:
                await open_channel(connection, company_id, plugin_id, storefront)
            await _tell(connection, company_id, "plugin_enabled", {"plugin": plugin_id})

    async def keep(self, company_id: UUID, plugin_id: str, new: NewSettings, *, by: Actor | None = None) -> None:
        async with self._database.transaction(Scope(company_id), by) as connection:
            await self._store(connection, company_id, plugin_id, new, _KEEP)

    async def _store(
        self, connection: Connection, company_id: UUID, plugin_id: str, new: NewSettings, statement: str
    ) -> bool:
        """Stores settings and secrets, and says whether the plugin has an address already."""
        names = {"company": company_id, "plugin": plugin_id}
        known = await (await connection.execute(_LOCK, names)).fetchone()
        version, is_reachable = known or (0, False)
        if new.version is not None and new.version != version:
            raise StaleVersion(
                "stale_version", "somebody else changed this since you read it", details={"version": version}
            )
        await connection.execute(statement, {**names, "settings": Jsonb(new.settings)})
        await self._secrets.keep(connection, company_id, plugin_id, new.secrets, self._clock.now())
        return bool(is_reachable)

    async def disable(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> None:
        async with self._database.transaction(Scope(company_id), by) as connection:
            await _switch_off(connection, company_id, plugin_id)

    async def remove(self, company_id: UUID, plugin_id: str, *, drop: bool, by: Actor | None = None) -> None:
        names = {"company": company_id, "plugin": plugin_id, "now": self._clock.now()}
        async with self._database.transaction(Scope(company_id), by) as connection:
            await _switch_off(connection, company_id, plugin_id)
            for table in (*_FORGET, *(_DROP if drop else ())):
                await connection.execute(_OF_PLUGIN.format(table), names)
            await connection.execute(_REMOVE, names)
            await _tell(connection, company_id, "plugin_removed", {"plugin": plugin_id, "data_dropped": drop})

    async def pause(self, company_id: UUID, plugin_id: str, problem: str) -> None:
        parameters = {"company": company_id, "plugin": plugin_id, "problem": problem}
        async with self._database.transaction(Scope(company_id)) as connection:
            if await (await connection.execute(_PAUSE, parameters)).fetchone():
                await connection.execute(_END_REST, parameters)
                await _tell(connection, company_id, "plugin_paused", {"plugin": plugin_id, "problem": problem})

    async def rotate_hook(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> str:
        names = {"company": company_id, "plugin": plugin_id}
        async with self._database.transaction(Scope(company_id), by) as connection:
            known = await (await connection.execute(_LOCK, names)).fetchone()
            if known is None or not known[1]:
                raise NotFound("hook_not_found", "this plugin has no address here")
            await listen_anew(connection, company_id, plugin_id)
            return await self._secrets.new_token(connection, company_id, plugin_id, self._clock.now())

    async def redeliver(self, company_id: UUID, plugin_id: str, event_id: UUID, *, by: Actor | None = None) -> int:
        names = {"company": company_id, "plugin": plugin_id, "event": event_id}
        async with self._database.transaction(Scope(company_id), by) as connection:
            told = await (await connection.execute(_REDELIVER, names)).fetchall()
            if told:
                asked = {"plugin": plugin_id, "event": str(event_id)}
                await _tell(connection, company_id, "plugin_redelivery_asked", asked)
        return len(told)

    async def checked(self, company_id: UUID, plugin_id: str, problem: str | None) -> None:
        names = {"company": company_id, "plugin": plugin_id, "problem": problem, "now": self._clock.now()}
        await self._database.fetch(Scope(company_id), _CHECKED, names)


async def _switch_off(connection: Connection, company_id: UUID, plugin_id: str) -> None:
    names = {"company": company_id, "plugin": plugin_id}
    if not await (await connection.execute(_DISABLE, names)).fetchone():
        raise NotFound("plugin_not_found", "this plugin was never switched on here")
    await connection.execute(_GIVE_UP, names)
    await connection.execute(_END_REST, names)
    await close_channel(connection, company_id, plugin_id)
    await _tell(connection, company_id, "plugin_disabled", {"plugin": plugin_id})


async def _tell(connection: Connection, company_id: UUID, event_type: str, data: Mapping[str, object]) -> None:
    payload = msgspec.json.encode(data).decode()
    await connection.execute(_TELL, {"company": company_id, "type": event_type, "data": payload})
