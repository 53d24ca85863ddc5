"""`PluginHealth` on PostgreSQL. When a rest ends is said by the clock of the database, as it is for all that waits there."""

from datetime import timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope

_TRIAL = """
    UPDATE plugin_health SET retry_at = clock_timestamp() + %(lasts)s
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND retry_at <= statement_timestamp() RETURNING 1
"""
_TELL = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, %(type)s, 'company', %(company)s, %(data)s FROM changed WHERE changed.is_news
"""
_REST = f"""
    WITH changed AS (
        INSERT INTO plugin_health AS h (company_id, plugin_id, resting_since, retry_at, reason)
        SELECT i.company_id, i.plugin_id, clock_timestamp(), clock_timestamp() + %(lasts)s, %(reason)s FROM plugin_installation i
        WHERE i.company_id = %(company)s AND i.plugin_id = %(plugin)s AND i.state = 'enabled'
        ON CONFLICT (company_id, plugin_id) DO UPDATE SET resting_since = coalesce(h.resting_since, excluded.resting_since),
            retry_at = excluded.retry_at, reason = excluded.reason
        RETURNING h.resting_since >= transaction_timestamp() AS is_news
    )
    {_TELL}
"""
_RECOVER = f"""
    WITH changed AS (
        UPDATE plugin_health SET resting_since = NULL, retry_at = NULL, reason = NULL
        WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND resting_since IS NOT NULL
        RETURNING true AS is_news
    )
    {_TELL}
"""


class PostgresPluginHealth:
    """Each call in one round trip, with the event that tells of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_trial(self, company_id: UUID, plugin_id: str, lasts: timedelta) -> bool:
        names = {"company": company_id, "plugin": plugin_id, "lasts": lasts}
        return bool(await self._database.fetch(Scope(company_id), _TRIAL, names))

    async def rest(self, company_id: UUID, plugin_id: str, reason: str, lasts: timedelta) -> None:
        await self._tell(company_id, plugin_id, _REST, "plugin_degraded", reason=reason, lasts=lasts)

    async def recover(self, company_id: UUID, plugin_id: str) -> None:
        await self._tell(company_id, plugin_id, _RECOVER, "plugin_recovered")

    async def _tell(self, company_id: UUID, plugin_id: str, statement: str, event_type: str, **more: object) -> None:
        told = {"plugin": plugin_id, **({"problem": more["reason"]} if "reason" in more else {})}
        names = {
            "company": company_id,
            "plugin": plugin_id,
            "type": event_type,
            "data": msgspec.json.encode(told).decode(),
        }
        await self._database.fetch(Scope(company_id), statement, {**names, **more})
