"""Whether the database can serve, for the probes."""

from collections.abc import Mapping, Sequence

from adapters.postgres.durability import READ_DURABILITY, durability_fault
from adapters.postgres.engine import Database, Scope
from adapters.postgres.long_reads import LongReads
from adapters.postgres.schema import READ_STAMP, Stamp, stamp
from core.domain.errors import DomainError

_NO_CONNECTION = "the database gave no connection in time"
_OTHER_SCHEMA = "the database has the schema of another version: run `pirwa migrate` of the version that is to serve"


class DatabaseReadiness:
    """Asks the database for its schema, and how safely it keeps what it is given, over a connection of the pool that requests use. A newer
    schema will do where it says that it serves this version, so that processes of both serve while one takes the place of the other."""

    def __init__(self, database: Database, reads: LongReads | None = None) -> None:
        self._database, self._reads = database, reads or LongReads(database, None)
        self._needed = stamp()

    async def faults(self) -> Sequence[str]:
        """What keeps the database from serving; nothing if it can serve."""
        try:
            found = await self._database.fetch(Scope(), READ_STAMP)
            safety = await self._database.fetch(Scope(), READ_DURABILITY)
        except DomainError as error:
            return [_NO_CONNECTION if error.code == "database_busy" else error.detail]
        stamped = Stamp.read(found[0][0])
        faults = [] if stamped is not None and stamped.serves_version(self._needed) else [_OTHER_SCHEMA]
        unsafe = durability_fault(*safety[0])
        return [*faults, unsafe] if unsafe else faults

    def usage(self) -> Mapping[str, float]:
        """Figures of the pool, and of who answers long questions."""
        return {**self._database.usage(), **self._reads.usage()}
