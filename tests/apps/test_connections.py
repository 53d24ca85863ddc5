"""What a client's connection bears, and how an answer travels."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from apps.http import api_request, connections
from apps.http.connections import MOST_OF_HEAD, Connection
from tests.api import Api

pytestmark = pytest.mark.anyio

ASK = b"GET /%s HTTP/1.1\r\nhost: here\r\n\r\n"
LOGIN = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
)
PIECE = b"x" * 30_000


class Wire(asyncio.Transport):
    """A transport that remembers what it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.closed = asyncio.Event()

    def write(self, data: Any) -> None:
        self.packets.append(bytes(data))

    def close(self) -> None:
        self.closed.set()

    def is_closing(self) -> bool:
        return self.closed.is_set()

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the path; below /long in four pieces, without a pause."""
    path = scope["path"].encode()
    pieces = [PIECE] * 4 if path == b"/long" else [path]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if path == b"/long":
            scope["state"]["sent"].append(len(scope["state"]["wire"].packets))
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def connection(wire: Wire) -> Connection:
    state: dict[str, Any] = {"wire": wire, "sent": []}
    made = Connection(Config(echo, log_config=None, access_log=False, ws="none"), ServerState(), state)
    made.connection_made(wire)
    return made


async def until(come: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not come():  # noqa: ASYNC110 - a wire of the test's own sets no event
            await asyncio.sleep(0)


async def test_an_answer_is_one_packet(connection: Connection, wire: Wire) -> None:
    """Seen to fail where each part of an answer was written as it came."""
    connection.data_received(ASK % b"once")
    await until(lambda: bool(wire.packets))
    [answer] = wire.packets
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"/once" in answer


async def test_requests_that_come_together_are_answered_in_turn(connection: Connection, wire: Wire) -> None:
    connection.data_received(ASK % b"first" + ASK % b"second" + ASK % b"third")
    await until(lambda: b"/third" in b"".join(wire.packets))
    answered = b"".join(wire.packets)
    assert answered.index(b"/first") < answered.index(b"/second") < answered.index(b"/third")


async def test_a_long_answer_does_not_wait_for_its_end(connection: Connection, wire: Wire) -> None:
    """Else a report would be in memory as a whole. Seen to fail where everything waited for the end of the turn."""
    connection.data_received(ASK % b"long")
    await until(lambda: b"\r\n0\r\n\r\n" in b"".join(wire.packets[-1:]))
    assert connection.app_state["sent"] == [0, 0, 1, 1]
    assert b"".join(wire.packets).count(b"x" * 30_000) == 4


@pytest.mark.parametrize("rest", [b"", b"GET / HTTP/1.1\r\nx: "], ids=["before it", "within it"])
async def test_whoever_does_not_send_the_head_of_a_request_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, wire: Wire, rest: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.01)
    made = Connection(Config(echo, log_config=None, ws="none"), ServerState(), {})
    made.connection_made(wire)
    made.data_received(rest)
    async with asyncio.timeout(10):
        await wire.closed.wait()
    assert wire.packets == []


async def test_whoever_rests_between_two_requests_is_not(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    """Seen to fail where a head was awaited all the time."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.01)
    made = Connection(Config(echo, log_config=None, ws="none"), ServerState(), {})
    made.connection_made(wire)
    made.data_received(ASK % b"1")
    await until(lambda: b"/1" in b"".join(wire.packets))
    for _ in range(3):  # it has been looked at, and is watched on
        await until(lambda watch=made._watch: wire.is_closing() or made._watch is not watch)  # type: ignore[misc]
    assert not wire.is_closing()
    made.connection_lost(None)


async def test_a_head_without_end_is_refused(connection: Connection, wire: Wire) -> None:
    """Seen to fail without the bound: it was kept in memory, whatever its length."""
    connection.data_received(b"GET / HTTP/1.1\r\n")
    for _ in range(MOST_OF_HEAD // 1000 + 1):
        connection.data_received(b"x: " + b"y" * 995 + b"\r\n")
    await asyncio.sleep(0)
    assert problem(wire) == (431, "headers_too_large")
    assert wire.is_closing()


async def test_a_long_body_is_none_of_it(connection: Connection, wire: Wire) -> None:
    connection.data_received(b"POST /body HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 200_000)
    connection.data_received(b"x" * 800_000)
    await until(lambda: bool(wire.packets))
    assert b"/body" in wire.packets[0]


async def test_what_comes_before_a_head_is_none_of_it(connection: Connection, wire: Wire) -> None:
    """Seen to fail where all that came together with the beginning of a head was counted as head."""
    connection.data_received(b"POST /body HTTP/1.1\r\ncontent-length: 200000\r\n\r\n")
    connection.data_received(b"x" * 200_000 + b"GET /next HTTP/1.1\r\n")
    connection.data_received(b"\r\n")
    await until(lambda: b"/next" in b"".join(wire.packets))
    assert b"HTTP/1.1 431" not in b"".join(wire.packets)


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
async def test_what_is_no_request_is_a_problem(connection: Connection, wire: Wire, said: bytes) -> None:
    connection.data_received(said)
    await asyncio.sleep(0)
    assert problem(wire) == (400, "malformed_request")
    assert wire.is_closing()


async def test_a_body_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, api: Api, wire: Wire
) -> None:
    """Though the one of the request before it, which came with its beginning, was whole. Seen to fail when nobody looked at the clock, and
    when all bodies of a connection were taken for whole with the first."""
    monkeypatch.setattr(api_request, "BODY_SECONDS", 0.01)
    made = Connection(Config(api.app, log_config=None, ws="none"), ServerState(), {})
    made.connection_made(wire)
    made.data_received(LOGIN % (2, b"{}") + LOGIN % (2, b"{"))
    await until(lambda: b"}" in b"".join(wire.packets[1:]))
    assert [packet.split()[1] for packet in wire.packets] == [b"422", b"408"]
    made.connection_lost(None)


def problem(wire: Wire) -> tuple[int, str]:
    head, _, body = b"".join(wire.packets).partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert f"content-length: {len(body)}" in head.decode()
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % told["status"])
    return told["status"], told["code"]
