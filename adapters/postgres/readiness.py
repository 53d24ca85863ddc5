"""Whether the database can serve, for the probes."""

from collections.abc import Mapping, Sequence

from adapters.postgres.engine import Database, Scope
from adapters.postgres.migrate import SCHEMA_STAMP, stamp
from core.domain.errors import DomainError

_NO_CONNECTION = "the database gave no connection in time"
_OTHER_SCHEMA = "the database has the schema of another version: run `pirwa migrate` of the version that is to serve"


class DatabaseReadiness:
    """Asks the database for its schema, over a connection of the pool that requests use."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._needed = stamp()

    async def faults(self) -> Sequence[str]:
        """What keeps the database from serving; nothing if it can serve."""
        try:
            found = await self._database.fetch(Scope(), SCHEMA_STAMP)
        except DomainError as error:
            return [_NO_CONNECTION if error.code == "database_busy" else error.detail]
        return [] if found == [(self._needed,)] else [_OTHER_SCHEMA]

    def usage(self) -> Mapping[str, float]:
        """Figures of the pool."""
        return self._database.usage()
