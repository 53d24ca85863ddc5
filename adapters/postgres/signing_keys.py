"""`SigningKeys` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from adapters.postgres.engine import Database, Scope
from core.ports.identity import StoredKey

_ALL = "SELECT kid, sealed, signs_from FROM signing_key ORDER BY signs_from DESC"
# The lock of the table comes first, so that the second of two sees what the first added.
_LOCK = "LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE"
_ADD = """
    INSERT INTO signing_key (kid, sealed, signs_from)
    SELECT %(kid)s, %(sealed)s, %(signs_from)s
    WHERE (SELECT max(signs_from) FROM signing_key) IS NOT DISTINCT FROM %(newest)s
"""
_DROP = "DELETE FROM signing_key WHERE kid = ANY (%(kids)s)"


class PostgresSigningKeys:
    """One row for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[StoredKey]:
        return [StoredKey(*row) for row in await self._database.fetch(Scope(), _ALL)]

    async def add(self, key: StoredKey, *, only_if_newest: datetime | None) -> None:
        names = {"kid": key.kid, "sealed": key.sealed, "signs_from": key.signs_from, "newest": only_if_newest}
        async with self._database.transaction(Scope()) as connection:
            await connection.execute(_LOCK)
            await connection.execute(_ADD, names)

    async def drop(self, kids: Sequence[str]) -> None:
        await self._database.fetch(Scope(), _DROP, {"kids": list(kids)})
