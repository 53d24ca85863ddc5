"""One connection, and the short way to ask it a question.

Most requests are one statement. Cursors, a pipeline object and their generators cost several times what the statement itself
needs, so a question goes straight through libpq, which psycopg wraps: the scope and the statement, both prepared, in one
message and one implicit transaction. Values are adapted by psycopg as everywhere.
"""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

import msgspec
from psycopg import AsyncConnection, adapt, errors, pq
from psycopg.abc import RV, Buffer, PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.pq.abc import PGresult
from psycopg.types.json import set_json_dumps, set_json_loads

Row = tuple[Any, ...]
Connection = AsyncConnection[Row]
Parameters = Sequence[Any] | Mapping[str, Any] | None
Question = tuple[str, Parameters]
"""A statement with `%s` or `%(name)s` placeholders, and its values."""

MAX_PREPARED = 200
"""Statements that one connection keeps prepared with their plans. What comes later is planned every time."""

SILENT_SECONDS = 8
"""After which a connection over TCP is dead whose other end the kernels do not reach any more, whether it waits for an answer or rests."""
_KEEPALIVE: Mapping[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENT_SECONDS * 1_000,
}

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|s|%)")
_SUCCESS = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_LONGEST = 86_400.0  # seconds: a day of silence is always enough
_OUTDATED = b"0A000"  # what a prepared statement answers when its tables have changed


_Key = tuple[str, tuple[int, ...]]
_Preparation = tuple[_Key, bytes]  # a statement with the types of its values, and its name


class _Command(NamedTuple):
    """A statement with its values as they travel."""

    text: str
    values: Sequence[Buffer | None]
    types: tuple[int, ...]
    formats: Sequence[pq.Format]


class _PatientConnection(AsyncConnection[Row]):
    """A connection that is lost when the server says nothing for `patience` seconds."""

    patience: float | None = None
    link: "Link"

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 psycopg's
        try:
            return await super().wait(gen, interval, self.patience if timeout is None else timeout)
        except errors.OperationalError as error:
            if error.sqlstate is None:  # not the server's words
                self.pgconn.finish()  # its answer may come yet, when nobody awaits it any more
            raise


class Link:
    """One connection to PostgreSQL, used by one task at a time. A question that is not answered within `patience` seconds means that it
    is lost: the server ends a statement in less, unless it is frozen or the way to it carries nothing any more."""

    def __init__(self, connection: Connection, patience: float = math.inf) -> None:
        self.connection = connection
        self._patience = min(patience, _LONGEST)
        self._awaited: asyncio.Future[None] | None = None
        self._server = connection.pgconn
        self._adapter: Transformer = adapt.Transformer(connection)
        self._prepared: dict[_Key, bytes] = {}
        self._names = 0

    @classmethod
    async def open(cls, url: str, options: str, seconds: int, patience: float = math.inf) -> "Link":
        """A new connection. Raises OperationalError, after that many seconds at most."""
        connection = await _PatientConnection.connect(
            url, autocommit=True, prepare_threshold=2, options=options, connect_timeout=seconds, **_KEEPALIVE
        )
        connection.patience = min(patience, _LONGEST)
        set_json_loads(msgspec.json.decode, connection)
        set_json_dumps(msgspec.json.encode, connection)
        link = connection.link = cls(connection, patience)
        return link

    @property
    def usable(self) -> bool:
        """Whether it is connected and at rest."""
        return self._server.transaction_status == pq.TransactionStatus.IDLE

    @property
    def has_failed(self) -> bool:
        """Whether it is in a transaction that can only be rolled back."""
        return self._server.transaction_status == pq.TransactionStatus.INERROR

    def close(self) -> None:
        self._server.finish()

    async def ask(self, *questions: Question) -> list[list[Row]]:
        """The rows of each statement, all in one transaction of their own.

        Raises psycopg's errors. When the caller gives up waiting, the connection is closed.
        """
        commands = [self._command(statement, parameters) for statement, parameters in questions]
        losing_patience = asyncio.get_running_loop().call_later(self._patience, self._lose_patience)
        try:
            self._server.enter_pipeline_mode()
            preparations = [preparation for command in commands for preparation in self._send(command)]
            self._server.pipeline_sync()
            results = await self._results()
            self._server.exit_pipeline_mode()
        except BaseException:
            self.close()  # an unfinished conversation cannot be taken up again
            raise
        finally:
            losing_patience.cancel()
        return self._rows(results, preparations)

    def _command(self, statement: str, parameters: Parameters) -> _Command:
        text, names = (statement, ()) if parameters is None else positional(statement)
        values = [parameters[name] for name in names] if isinstance(parameters, Mapping) else parameters or ()
        dumped = self._adapter.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return _Command(text, dumped, self._adapter.types or (), self._adapter.formats or ())

    def _send(self, command: _Command) -> list[_Preparation | None]:
        """Sends the command; for each result to come, what will have been prepared if that result is a success."""
        server, name = self._server, self._prepared.get((command.text, command.types))
        if name is not None:
            server.send_query_prepared(name, command.values, command.formats, pq.Format.BINARY)
            return [None]
        if len(self._prepared) >= MAX_PREPARED:
            server.send_query_params(
                command.text.encode(), command.values, command.types, command.formats, pq.Format.BINARY
            )
            return [None]
        self._names += 1
        name = b"ask_%d" % self._names
        server.send_prepare(name, command.text.encode(), command.types)
        server.send_query_prepared(name, command.values, command.formats, pq.Format.BINARY)
        return [((command.text, command.types), name), None]

    async def _results(self) -> list[PGresult]:
        """One result for each message sent; after an error the rest say that they were not tried."""
        server, results = self._server, list[PGresult]()
        while server.flush():
            await self._ready(writing=True)
        while True:
            while server.is_busy():
                await self._ready()
                server.consume_input()
            result = server.get_result()
            if result is None:  # between two statements
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)

    async def _ready(self, *, writing: bool = False) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        self._awaited = ready
        socket = self._server.socket
        (loop.add_writer if writing else loop.add_reader)(socket, _tell, ready)
        try:
            await ready
        finally:
            (loop.remove_writer if writing else loop.remove_reader)(socket)

    def _lose_patience(self) -> None:
        if self._awaited and not self._awaited.done():
            self._awaited.set_exception(errors.OperationalError("the server does not answer"))

    def _rows(self, results: list[PGresult], preparations: list[_Preparation | None]) -> list[list[Row]]:
        answers: list[list[Row]] = []
        for result, preparation in zip(results, preparations, strict=True):
            if result.status not in _SUCCESS:
                if result.error_field(pq.DiagnosticField.SQLSTATE) == _OUTDATED:
                    self.close()
                raise errors.error_from_result(result)
            if preparation is not None:
                self._prepared[preparation[0]] = preparation[1]
                continue
            self._adapter.set_pgresult(result)
            answers.append(self._adapter.load_rows(0, result.ntuples, tuple))
        return answers


async def together(connection: Connection, *questions: Question) -> list[list[Row]]:
    """The rows of each statement, all in one message in the transaction that the connection of a link is in. Raises psycopg's errors; what
    follows the statement that failed was not tried."""
    async with connection.lock:  # as psycopg's own cursors do
        return await cast("_PatientConnection", connection).link.ask(*questions)


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


@lru_cache(maxsize=4_000)
def positional(statement: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `$1`, `$2`… for its placeholders, and their names in that order if they have names."""
    names: list[str | None] = []

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1] is None or found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1 if found[1] else len(names)}"

    text = _PLACEHOLDER.sub(number, statement)
    return text, tuple(name for name in names if name is not None)
