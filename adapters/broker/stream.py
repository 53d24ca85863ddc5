"""The Redis stream through which rings travel between processes, from the side of those who ring."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import NamedTuple

from hiredis import Reader, ReplyError, pack_command

from adapters.broker.address import RedisAddress, address_of

STREAM = "pirwa"
TASK = "pirwa.attend"
KEPT = 1_000  # rings; acknowledged ones are never removed otherwise
ANSWER_SECONDS = 2.0

_CHUNK_SIZE = 16 * 1024  # bytes that are read at once

Command = tuple[str | bytes | int, ...]


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class RedisStream:
    """Adds to the stream over one connection, which is opened when it is needed. Used by one task at a time."""

    def __init__(self, url: str) -> None:
        self._address = address_of(url)
        self._connection: _Connection | None = None

    async def add(self, contents: Sequence[bytes]) -> None:
        """Raises OSError when Redis does not answer, and hiredis' HiredisError when it refuses."""
        commands: list[Command] = [("XADD", STREAM, "MAXLEN", "~", KEPT, "*", "data", content) for content in contents]
        was_open = self._connection is not None
        try:
            await self._ask(commands)
        except ConnectionError:
            if not was_open:
                raise
            await self._ask(commands)  # it was lost since it was last used

    def close(self) -> None:
        if self._connection:
            self._connection.writer.close()
        self._connection = None

    async def _ask(self, commands: Sequence[Command]) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._connection is None:
                    self._connection = await _connect(self._address)
                    commands = [*_introductions(self._address), *commands]
                await _exchange(self._connection, commands)
        except BaseException:
            self.close()
            raise


async def _connect(address: RedisAddress) -> _Connection:
    if address.socket:
        return _Connection(*await asyncio.open_unix_connection(address.socket))
    context = ssl.create_default_context(cafile=address.ssl_ca_certs) if address.is_secure else None
    return _Connection(*await asyncio.open_connection(address.host, address.port, ssl=context))


def _introductions(address: RedisAddress) -> Sequence[Command]:
    """What is said first on a new connection."""
    who = [address.username] if address.username else []
    introductions: list[Command] = [("AUTH", *who, address.password)] if address.password else []
    return [*introductions, ("SELECT", address.database)] if address.database else introductions


async def _exchange(connection: _Connection, commands: Sequence[Command]) -> None:
    """Sends all commands together and waits for the answer to each."""
    connection.writer.write(b"".join(pack_command(command) for command in commands))  # type: ignore[arg-type]  # of any length
    await connection.writer.drain()
    answers, refusals = Reader(), list[ReplyError]()
    for _ in commands:
        while (answer := answers.gets()) is False:
            chunk = await connection.reader.read(_CHUNK_SIZE)
            if not chunk:
                raise ConnectionResetError("Redis has closed the connection")
            answers.feed(chunk)
        if isinstance(answer, ReplyError):
            refusals.append(answer)
    if refusals:
        raise refusals[0]
