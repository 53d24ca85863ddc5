"""The other side of everything that is called: somebody who takes webhooks and is asked who people are, and a mail server. While they hang
they take every connection and all that is sent, and say nothing."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

_Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Elsewhere:
    """`taken` counts what was answered, `silences` what was not."""

    def __init__(self) -> None:
        self.web, self.mail = 0, 0  # ports
        self.taken, self.silences = 0, 0
        self._loop = asyncio.new_event_loop()
        self._well: asyncio.Event

    def hang(self) -> None:
        self._loop.call_soon_threadsafe(lambda: self._well.clear())

    def recover(self) -> None:
        """Whatever has waited is answered."""
        self._loop.call_soon_threadsafe(lambda: self._well.set())

    def serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._well = asyncio.Event()
        self._well.set()
        web = self._loop.run_until_complete(asyncio.start_server(self._guarded(self._http), "127.0.0.1", 0))
        mail = self._loop.run_until_complete(asyncio.start_server(self._guarded(self._smtp), "127.0.0.1", 0))
        self.web, self.mail = (server.sockets[0].getsockname()[1] for server in (web, mail))
        ready.set()
        self._loop.run_forever()
        for server in (web, mail):
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _guarded(self, talk: _Talk) -> _Talk:
        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await talk(reader, writer)
            writer.close()

        return guarded

    async def _answer(self, writer: asyncio.StreamWriter, text: bytes) -> None:
        if not self._well.is_set():
            self.silences += 1
            await self._well.wait()
        self.taken += 1
        writer.write(text)
        await writer.drain()

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes whatever is posted, and knows no page."""
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            status = b"204 No Content" if head.startswith(b"post") else b"404 Not Found\r\ncontent-length: 0"
            await self._answer(writer, b"HTTP/1.1 " + status + b"\r\n\r\n")

    async def _smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer(writer, b"220 here\r\n")
        while command := (await reader.readline()).strip().upper():
            if command == b"DATA":
                await self._answer(writer, b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            await self._answer(writer, b"221 bye\r\n" if command == b"QUIT" else b"250 here\r\n")


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """The other side, in a thread of its own."""
    other, ready = Elsewhere(), threading.Event()
    thread = threading.Thread(target=other.serve, args=(ready,), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield other
    finally:
        other.recover()
        other.end()
        thread.join()
