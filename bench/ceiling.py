"""A server that does nothing but answer: shows what the load generator itself can do."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import cast

import uvloop


class _Answerer(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)  # a request of the generator arrives in one piece


@contextmanager
def idle_server(body_bytes: int) -> Iterator[tuple[int, int]]:
    """Port and process id of a server that gives the same answer to everything."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, body_bytes), daemon=True)
    process.start()
    try:
        yield ours.recv(), cast("int", process.pid)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: "Pipe[int, None]", body_bytes: int) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % body_bytes
    uvloop.run(_answer_for_ever(pipe, answer + b"x" * body_bytes))


async def _answer_for_ever(pipe: "Pipe[int, None]", answer: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Answerer(answer), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
