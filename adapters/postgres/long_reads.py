"""Where long questions are asked: at a streaming replica that knows all that was committed when they were asked, else at the primary.

Nobody is shown less than what they, or anybody, had been told was done: the primary says how far its log is written, which costs it next to
nothing, and the replica answers as soon as it has come as far. So no session has to remember what it wrote, whichever process serves it.
A replica that lags, was promoted, belongs to another database or fails is left alone for a while; then the primary answers.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from adapters.postgres.engine import Connection, Database, Row, Scope
from core.domain.errors import Busy

PATIENCE = 1.0  # seconds that a replica has for what was committed before the question
REST = 10.0  # seconds for which a replica that disappointed is not asked
CONNECTIONS = 4  # to the replica, in each process
_LOOKS = 0.005, 0.1  # seconds between two looks, growing

_WRITTEN = "SELECT pg_current_wal_flush_lsn()::text, system_identifier FROM pg_control_system()"
# Whether it is a replica of that database, and whether it has come so far.
_REPLAYED = (
    "SELECT pg_is_in_recovery() AND system_identifier = %s, coalesce(pg_last_wal_replay_lsn() >= %s::pg_lsn, false)"
    " FROM pg_control_system()"
)

_logger = logging.getLogger(__name__)


class ReadSource(Protocol):
    """Where questions that change nothing are asked."""

    def transaction(self, scope: Scope) -> AbstractAsyncContextManager[Connection]:
        """A transaction of several questions."""
        ...


class _Unfit(Exception):
    """The replica cannot answer, for this reason."""


class LongReads:
    """`ReadSource` over two databases. Without a replica the primary answers all."""

    def __init__(
        self,
        primary: Database,
        replica: Database | None,
        *,
        patience: float = PATIENCE,
        rest_clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._primary, self._replica, self._patience, self._rest_clock = primary, replica, patience, rest_clock
        self._rests_until = rest_clock()
        self._answered = {"replica": 0, "primary": 0}

    def usage(self) -> Mapping[str, float]:
        """Who has answered how many long questions."""
        return {f"long_reads_of_{place}": count for place, count in self._answered.items()}

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Connection]:
        place = "primary"
        try:
            async with AsyncExitStack() as stack:
                connection = await self._at_replica(scope, stack)
                if connection is None:
                    connection = await stack.enter_async_context(self._primary.transaction(scope))
                else:
                    place = "replica"
                self._answered[place] += 1
                yield connection
        except Busy as error:
            if place == "replica":  # whoever asks next, perhaps the same person again, is answered by the primary
                self._leave_alone(error.detail)
            raise

    async def _at_replica(self, scope: Scope, stack: AsyncExitStack) -> Connection | None:
        if self._replica is None or self._rest_clock() < self._rests_until:
            return None
        written = (await self._primary.fetch(Scope(), _WRITTEN))[0]
        try:
            async with AsyncExitStack() as attempt:
                connection = await attempt.enter_async_context(self._replica.transaction(scope))
                await self._follow(connection, written)
                stack.push_async_exit(attempt.pop_all())
                return connection
        except (_Unfit, Busy) as error:
            self._leave_alone(str(error))
            return None

    async def _follow(self, connection: Connection, written: Row) -> None:
        """Returns when the replica has come as far as the primary was. Every statement sees at least what the one before it saw."""
        position, system = written
        until, pause = time.monotonic() + self._patience, _LOOKS[0]
        while True:
            cursor = await connection.execute(_REPLAYED, (system, position))
            ours, has_come = await cursor.fetchone() or (False, False)
            if not ours:
                raise _Unfit("it is no replica of the database")
            if has_come:
                return
            if time.monotonic() >= until:
                raise _Unfit(f"it is more than {self._patience:g} s behind")
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LOOKS[1])

    def _leave_alone(self, reason: str) -> None:
        _logger.warning("the replica is not asked for %g s: %s", REST, reason)
        self._rests_until = self._rest_clock() + REST


@asynccontextmanager
async def long_reads(primary: Database, replica_url: str | None) -> AsyncIterator[LongReads]:
    """Long reads of one process, over connections of their own to the replica, if there is one."""
    if replica_url is None:
        yield LongReads(primary, None)
        return
    replica = Database(replica_url, size=CONNECTIONS, statement_timeout="2min", patience=2.0)
    await replica.open()
    try:
        yield LongReads(primary, replica)
    finally:
        await replica.close()
