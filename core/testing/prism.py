"""Prism, which answers as an OpenAPI document says, for suites of plugins. It comes from npm and needs Node; what was fetched once stays in
npm's cache."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread, Timer
from urllib.parse import urlsplit

import pytest

from core.ports.http import HttpAnswer, HttpRequest
from core.testing.live_http import LiveHttp
from core.testing.node import node_environment, node_program, unreachable

PRISM = "@stoplight/prism-cli@5.14.2"
SECONDS = 240.0
"""In which it must have been fetched and started; twelve are usual once it is in the cache."""
_READY = "Prism is listening"


class Redirected:
    """`HttpClient` that leads every request to another server, whatever host it names, and keeps what was sent and answered."""

    def __init__(self, address: str) -> None:
        self._address, self._way = address, LiveHttp()
        self.exchanges: list[tuple[HttpRequest, HttpAnswer]] = []

    async def send(self, request: HttpRequest) -> HttpAnswer:
        parts = urlsplit(request.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = await self._way.send(replace(request, url=f"{self._address}{path}"))
        self.exchanges.append((request, answer))
        return answer


@contextmanager
def prism(document: Path) -> Iterator[str]:
    """The address of a Prism that serves this document and refuses what is not after it. Skips the test where there is no Node, or where it
    was never fetched and npm's registry cannot be reached."""
    npx = node_program("npx")
    if npx is None:
        pytest.skip("Prism needs Node, which is not installed")
    port = _free_port()
    command = [npx, "--yes", PRISM, "mock", "-h", "127.0.0.1", "-p", str(port), "--errors", str(document)]
    with subprocess.Popen(
        command,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _await_start(process)
            listener = Thread(target=_read_on, args=[process])
            listener.start()
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                _end(process)
                listener.join()
        finally:
            _end(process)


def _await_start(process: "subprocess.Popen[str]") -> None:
    """Reads what it says until it is ready."""
    assert process.stdout is not None
    deadline = Timer(SECONDS, _end, [process])
    deadline.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if _READY in line:
            break
    else:
        deadline.cancel()
        if code := unreachable("".join(said)):
            pytest.skip(f"Prism is not here, and npm cannot fetch it: {code}")
        raise AssertionError(f"Prism did not start: {''.join(said)}")
    deadline.cancel()


def _read_on(process: "subprocess.Popen[str]") -> None:
    """A full pipe would stop it."""
    assert process.stdout is not None
    for _ in process.stdout:
        pass


def _end(process: "subprocess.Popen[str]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
