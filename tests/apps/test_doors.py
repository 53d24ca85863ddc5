"""Who is let in and who is told to come back, with an application that answers when the test says so and a clock that the test turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from apps.http.doors import ALWAYS_OPEN, FEW, LONG, OF_LATE, Doors
from apps.http.errors import RequestRefused

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B9")]

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"", "more_body": False}


class Desk:
    """An application behind doors. Whoever comes in waits until they are served; at /stream the answer begins at once and never ends, at
    /failure it fails."""

    def __init__(self) -> None:
        self.now = 0.0
        self.inside: list[asyncio.Event] = []
        self.doors = Doors(self._answer, lambda: self.now)
        self._visits: set[asyncio.Task[None]] = set()

    async def come(self, path: str = "/sales", kind: str = "http") -> asyncio.Task[None]:
        """Somebody's visit, once they are inside or were turned away."""
        visit = asyncio.ensure_future(self._visit(path, kind))
        self._visits.add(visit)
        for _ in range(3):
            await asyncio.sleep(0)
        return visit

    async def come_many(self, number: int, path: str = "/sales") -> None:
        for _ in range(number):
            await self.come(path)

    async def serve(self, number: int, after: float) -> None:
        """So many of those who have waited longest are answered; `after` seconds have passed."""
        self.now += after
        served, self.inside = self.inside[:number], self.inside[number:]
        for one in served:
            one.set()
        for _ in range(4):
            await asyncio.sleep(0)

    async def leave(self) -> None:
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, path: str, kind: str) -> None:
        scope: Any = {"type": kind, "path": path}
        await self.doors(scope, self._receive, self._send)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        waiting = asyncio.Event()
        if scope["path"] == "/stream":
            await send(START)
        else:
            self.inside.append(waiting)
        await waiting.wait()
        if scope["path"] == "/failure":
            raise ZeroDivisionError
        await send(START)
        await send(BODY)

    async def _receive(self) -> Any:
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        assert message["type"].startswith("http.response")


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    try:
        yield made
    finally:
        await made.leave()


@asynccontextmanager
async def slow_desk(listeners: int = 0) -> AsyncIterator[Desk]:
    """One whose answers have taken three times too long of late, and at which nobody waits; before that, some began to listen to streams."""
    async with desk() as slow:
        await slow.come_many(listeners, "/stream")
        await slow.come_many(2 * OF_LATE)
        await slow.serve(2 * OF_LATE, 3 * LONG)
        yield slow


def turned_away(visit: asyncio.Task[None]) -> bool:
    """Whether the visit has ended at the door."""
    if not visit.done():
        return False
    error = visit.exception()
    assert isinstance(error, RequestRefused), error
    assert (error.status, error.code, error.details) == (503, "server_busy", {"retry_after": 1})
    return True


async def test_a_few_are_let_in_however_slow_answers_are() -> None:
    """Seen to fail with the number of those inside not looked at: the first was turned away."""
    async with slow_desk() as slow:
        visits = [await slow.come() for _ in range(FEW)]
        assert not any(map(turned_away, visits))
        assert len(slow.inside) == FEW


async def test_many_are_let_in_while_answers_are_quick() -> None:
    """Seen to fail with the time of answers not looked at: one in a crowd that was served at once was turned away."""
    async with desk() as quick:
        await quick.come_many(2 * OF_LATE)
        await quick.serve(2 * OF_LATE, LONG / 2)
        visits = [await quick.come() for _ in range(3 * FEW)]
        assert not any(map(turned_away, visits))


async def test_over_a_few_are_turned_away_when_answers_have_been_slow() -> None:
    """Seen to fail with nobody counted, as without doors."""
    async with slow_desk() as slow:
        await slow.come_many(FEW)
        assert all([turned_away(await slow.come()) for _ in range(10)])
        assert len(slow.inside) == FEW


async def test_one_slow_answer_closes_no_door() -> None:
    """Seen to fail with only the last answer looked at."""
    async with desk() as quick:
        await quick.come_many(FEW)
        await quick.serve(1, 10 * LONG)
        await quick.come()
        assert not turned_away(await quick.come())


async def test_whoever_is_turned_away_can_come_when_one_has_left() -> None:
    """Seen to fail with those who are turned away counted as inside."""
    async with slow_desk() as slow:
        await slow.come_many(FEW)
        assert all([turned_away(await slow.come()) for _ in range(10)])
        await slow.serve(1, 0)
        assert not turned_away(await slow.come())
        assert turned_away(await slow.come())


async def test_when_answers_are_quick_again_everybody_is_let_in() -> None:
    """Seen to fail with the slowest answer remembered for good."""
    async with slow_desk() as slow:
        await slow.come_many(FEW)
        assert turned_away(await slow.come())
        for _ in range(3 * OF_LATE):
            await slow.serve(FEW, 0)
            await slow.come_many(1)
        visits = [await slow.come() for _ in range(2 * FEW)]
        assert not any(map(turned_away, visits))


async def test_probes_and_figures_are_always_answered() -> None:
    """Seen to fail with the paths not looked at."""
    async with slow_desk() as slow:
        await slow.come_many(FEW)
        assert turned_away(await slow.come())
        for path in sorted(ALWAYS_OPEN):
            assert not turned_away(await slow.come(path)), path


async def test_whoever_listens_to_a_stream_keeps_nobody_out() -> None:
    """Seen to fail with people counted until the end of their answer."""
    async with slow_desk(listeners=2 * FEW) as slow:
        visits = [await slow.come() for _ in range(FEW)]
        assert not any(map(turned_away, visits))
        assert turned_away(await slow.come())


async def test_whoever_goes_away_or_fails_makes_room() -> None:
    """Seen to fail with people counted out by the beginning of their answer alone."""
    async with slow_desk() as slow:
        await slow.come_many(FEW - 1, "/failure")
        impatient = await slow.come()
        assert turned_away(await slow.come())
        impatient.cancel()
        await asyncio.wait([impatient])
        assert not turned_away(await slow.come())
        await slow.serve(FEW - 1, 3 * LONG)
        visits = [await slow.come() for _ in range(FEW - 1)]
        assert not any(map(turned_away, visits))


async def test_what_is_no_request_passes() -> None:
    """The start and the end of a process are told by the same way, also when it is full."""
    async with slow_desk() as slow:
        await slow.come_many(FEW)
        assert not turned_away(await slow.come(kind="lifespan"))
