"""A database on which nothing lasts, and an application on it: every request finds the world as it was built."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from uuid import UUID

from dishka import Provider, provide
from dishka import Scope as Lifetime
from psycopg import errors

from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.constraints import translated
from adapters.postgres.engine import _SET_ACTOR, _SET_SCOPE, Connection, Database, Row, Scope, _signature
from adapters.postgres.link import MAX_PREPARED, Link, Question
from apps.http.event_streams import EventStreams, Pace, UnreadStreams
from core.domain.access import Actor
from core.ports.files import FileStore
from core.queries.events import EventReader
from core.queries.notifications import NotificationReader
from tests.matrix.renewal import Renewal

_NOBODY: Question = (_SET_ACTOR, ("", "", "", "", ""))
# What is counted too is what a savepoint took back, and what was written as it was.
_WRITTEN = "SELECT relname::text FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
# What the application does between its transactions it does here within one.
_UNHURRIED: Question = ("SET LOCAL idle_in_transaction_session_timeout = 0", None)
_CHECK: Question = ("SET CONSTRAINTS ALL IMMEDIATE", None)
_CHECK_LATE: Question = ("SET CONSTRAINTS ALL DEFERRED", None)

# The settings of the transaction in which something is asked, also by the tasks that it begins.
_INSIDE: ContextVar[list[Question] | None] = ContextVar("_INSIDE", default=None)


class RewoundDatabase(Database):
    """All that is asked inside `rewinding()` is one transaction on one connection, and is rolled back at its end. What would be
    a transaction is a savepoint in it, with its deferred constraints checked where they would be. Who asks beside a transaction waits for
    its end: who somebody is, for example, is renewed beside their request, which elsewhere has a connection of its own."""

    def __init__(self, url: str, renewal: Renewal) -> None:
        super().__init__(url, size=1)
        self._renewal = renewal
        self._link: Link | None = None
        self._begun = False
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def rewinding(self) -> AsyncIterator[None]:
        """What is begun inside has ended when this ends, also what works on after an answer."""
        await self._renewal.when_due()
        link, before = await self._pool.take(), asyncio.all_tasks()
        self._link, self._begun = link, False
        try:
            await _make_room(link)
            yield
            while at_work := asyncio.all_tasks() - before:
                await asyncio.wait(at_work)
            if self._begun:
                await link.ask(("ROLLBACK", None))
        finally:
            self._link = None
            self._pool.give_back(link)

    async def written(self) -> set[str]:
        """The tables in which something may be otherwise than when `rewinding` began; in all others nothing is."""
        return {str(name) for (name,) in await self.fetch(Scope(), _WRITTEN)}

    @asynccontextmanager
    async def transaction(
        self, scope: Scope, by: Actor | None = None, closing: Sequence[Question] = ()
    ) -> AsyncIterator[Connection]:
        if _INSIDE.get():
            raise RuntimeError("a transaction is begun inside another")
        link, settings = self._taken, _settings(scope, _signature(by))
        async with self._turn:
            await _locked(link, *self._beginning(), ("SAVEPOINT whole", None), *settings)
            _INSIDE.set(settings)
            try:
                yield link.connection
                await _locked(link, *closing, _CHECK)
            except BaseException as error:
                await _locked(link, ("ROLLBACK TO SAVEPOINT whole", None))
                if isinstance(error, errors.Error):
                    raise translated(error) from error
                raise
            finally:
                _INSIDE.set(None)
                await _locked(link, ("RELEASE SAVEPOINT whole", None), _CHECK_LATE)

    async def _ask(self, scope: Scope, questions: Sequence[Question]) -> list[list[Row]]:
        if outer := _INSIDE.get():
            return await self._ask_now(scope, questions, outer)
        async with self._turn:
            return await self._ask_now(scope, questions, [])

    async def _ask_now(self, scope: Scope, questions: Sequence[Question], outer: Sequence[Question]) -> list[list[Row]]:
        """Asks at once, and leaves the settings as the transaction around it has them."""
        link = self._taken
        before = [*self._beginning(), ("SAVEPOINT single", None), *_settings(scope, [])]
        after = [_CHECK, ("RELEASE SAVEPOINT single", None), _CHECK_LATE, *outer]
        try:
            answers = await _locked(link, *before, *questions, *after)
        except errors.Error as error:
            await _locked(link, ("ROLLBACK TO SAVEPOINT single", None), ("RELEASE SAVEPOINT single", None))
            raise translated(error) from error
        return answers[len(before) : len(before) + len(questions)]

    def _beginning(self) -> list[Question]:
        """Begins the transaction with the first question: most who are turned away never ask one."""
        begun, self._begun = self._begun, True
        return [] if begun else [("BEGIN", None), _UNHURRIED]

    @property
    def _taken(self) -> Link:
        if self._link is None:
            raise RuntimeError("asked outside of a request")
        return self._link


def _settings(scope: Scope, signature: Sequence[Question]) -> list[Question]:
    return [(_SET_SCOPE, scope.settings), *(signature or [_NOBODY])]


async def _make_room(link: Link) -> None:
    """Forgets what is prepared once a connection can keep no more: all operations come one after the other, each asks the same statements
    many times, and those that are not kept are planned each time."""
    if len(link._prepared) >= MAX_PREPARED:
        await link.ask(*((f"DEALLOCATE {name.decode()}", None) for name in link._prepared.values()))
        link._prepared.clear()


async def _locked(link: Link, *questions: Question) -> list[list[Row]]:
    async with link.connection.lock:
        return await link.ask(*questions)


class KeptFiles(LocalDiskStore):
    """Files are not rolled back, so none is taken away."""

    async def delete(self, company_id: UUID, digest: str) -> None:
        return None


class RewoundProvider(Provider):
    """The database of the application, and what works beside its requests."""

    scope = Lifetime.APP

    def __init__(self, database: RewoundDatabase, files: Path) -> None:
        super().__init__()
        self._database, self._files = database, files

    @provide
    def database(self) -> Database:
        return self._database

    @provide
    def files(self) -> FileStore:
        return KeptFiles(self._files)

    @provide
    def streams(self, reader: EventReader) -> EventStreams:
        """Streams that look at once and end soon."""
        return EventStreams(reader, Pace(look=0.001, life=0.02), 100)

    @provide
    def unread(self, reader: NotificationReader) -> UnreadStreams:
        """Likewise."""
        return UnreadStreams(reader, Pace(look=0.001, life=0.02), 100)
