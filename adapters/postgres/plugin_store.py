"""`PluginStore` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.clock import Clock
from core.ports.plugin_store import LONGEST_NAME, MOST_BYTES, MOST_ENTRIES

_GET = "SELECT value FROM plugin_store WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND name = %(name)s"
# Two that put a first value in the same moment may end one above the limit, which harms nobody.
_PUT = """
    INSERT INTO plugin_store (company_id, plugin_id, name, value, set_at)
    SELECT %(company)s, %(plugin)s, %(name)s, %(value)s, %(now)s
    WHERE EXISTS (SELECT FROM plugin_store s WHERE s.company_id = %(company)s AND s.plugin_id = %(plugin)s AND s.name = %(name)s)
       OR (SELECT count(*) FROM plugin_store s WHERE s.company_id = %(company)s AND s.plugin_id = %(plugin)s) < %(most)s
    ON CONFLICT (company_id, plugin_id, name) DO UPDATE SET value = excluded.value, set_at = excluded.set_at
    RETURNING 1
"""
_REMOVE = (
    "DELETE FROM plugin_store WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND name = %(name)s RETURNING 1"
)


class PostgresPluginStore:
    """The drawer of one plugin in one company."""

    def __init__(self, database: Database, clock: Clock, company_id: UUID, plugin_id: str) -> None:
        self._database, self._clock = database, clock
        self._scope = Scope(company_id)
        self._names: dict[str, object] = {"company": company_id, "plugin": plugin_id}

    async def get(self, name: str) -> bytes | None:
        rows = await self._database.fetch(self._scope, _GET, {**self._names, "name": name})
        return bytes(rows[0][0]) if rows else None

    async def put(self, name: str, value: bytes) -> None:
        if not name or len(name) > LONGEST_NAME or len(value) > MOST_BYTES:
            raise ValueError("the name or the value is too long")
        told = {"name": name, "value": bytes(value), "now": self._clock.now(), "most": MOST_ENTRIES}
        if not await self._database.fetch(self._scope, _PUT, {**self._names, **told}):
            raise ValueError("the store is full")

    async def remove(self, name: str) -> None:
        await self._database.fetch(self._scope, _REMOVE, {**self._names, "name": name})
