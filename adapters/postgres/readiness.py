"""Whether the database can serve, for the probes."""

from collections.abc import Mapping, Sequence

from adapters.postgres.engine import Database, Scope
from core.domain.errors import DomainError


class DatabaseReadiness:
    """Asks the database for a sign of life, over a connection of the pool that requests use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def faults(self) -> Sequence[str]:
        """What keeps the database from serving; nothing if it can serve."""
        try:
            await self._database.fetch(Scope(), "SELECT 1")
        except DomainError as error:
            return [error.detail]
        return []

    def usage(self) -> Mapping[str, float]:
        """Figures of the pool."""
        return self._database.usage()
