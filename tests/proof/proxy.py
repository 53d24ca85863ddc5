"""A stream proxy between two parts of a set-up, with which their connection is made slow, cut or silent.

It listens on a port or a unix socket and leads to another; what passes is changed while it runs:

- `delay`: seconds before each piece of an answer is passed on; `crumbs`: answers pass byte by byte.
- `cut()`: every connection is reset, and new ones are while `closed`.
- `fall_silent()`: the connections of this moment carry nothing any more, as behind a cable that was pulled, until the kernel ends them;
  new ones work.
- `lose_answers(n)`: the next n requests pass, and the connection is reset before anything of their answer is passed on.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.postgres.link import SILENT_SECONDS

PIECE = 65_536
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye

Address = Path | int
"""A unix socket, or a port of this machine."""


@dataclass(eq=False)
class Passage:
    """One connection through the proxy."""

    here: asyncio.StreamWriter
    there: asyncio.StreamWriter
    silent: bool = False
    loses_answer: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def reset(self) -> None:
        for writer in (self.here, self.there):
            with suppress(OSError):
                carried = writer.get_extra_info("socket")
                if carried.family != socket.AF_UNIX:
                    carried.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


@dataclass
class Proxy:
    """What passes from `front` to one of the `backs`, taken in turn; those that do not answer are left out."""

    front: Address
    backs: list[Address]
    delay: float = 0.0
    crumbs: bool = False
    closed: bool = False
    lost_answers: int = 0
    _to_lose: int = 0
    _turn: int = 0
    _passages: set[Passage] = field(default_factory=set)

    def cut(self) -> None:
        for passage in list(self._passages):
            passage.reset()

    def fall_silent(self) -> None:
        for passage in self._passages:
            passage.silent = True
            asyncio.get_running_loop().call_later(SILENT_SECONDS, passage.reset)

    def lose_answers(self, number: int) -> None:
        self._to_lose = number

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        if isinstance(self.front, Path):
            server = await asyncio.start_unix_server(self._serve, self.front, backlog=256)
            self.front.chmod(0o777)
        else:
            server = await asyncio.start_server(self._serve, "127.0.0.1", self.front, backlog=256)
        try:
            yield self
        finally:
            server.close()
            tasks = [task for passage in self._passages for task in passage.tasks]
            self.cut()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = None if self.closed else await self._open()
        if opened is None:
            writer.transport.abort()
            return
        answers, there = opened
        passage = Passage(writer, there)
        passage.tasks = [
            asyncio.create_task(self._pass_requests(passage, reader)),
            asyncio.create_task(self._pass_answers(passage, answers)),
        ]
        self._passages.add(passage)
        await asyncio.wait(passage.tasks, return_when=asyncio.FIRST_COMPLETED)
        if not passage.silent:
            self._passages.discard(passage)
            for task in passage.tasks:
                task.cancel()
            for each in (writer, there):
                each.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self.backs:
            self._turn += 1
            back = self.backs[self._turn % len(self.backs)]
            with suppress(OSError):
                if isinstance(back, Path):
                    return await asyncio.open_unix_connection(back)
                return await asyncio.open_connection("127.0.0.1", back)
        return None

    async def _pass_requests(self, passage: Passage, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                if passage.silent:
                    await asyncio.Event().wait()
                if self._to_lose:
                    self._to_lose -= 1
                    passage.loses_answer = True
                passage.there.write(piece)
                await passage.there.drain()

    async def _pass_answers(self, passage: Passage, answers: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while piece := await answers.read(PIECE):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if passage.silent:
                    await asyncio.Event().wait()
                if passage.loses_answer:
                    self.lost_answers += 1
                    passage.reset()
                    return
                await self._hand_on(passage.here, piece)

    async def _hand_on(self, writer: asyncio.StreamWriter, piece: bytes) -> None:
        for crumb in (piece[at : at + 1] for at in range(len(piece))) if self.crumbs else (piece,):
            writer.write(crumb)
            await writer.drain()
