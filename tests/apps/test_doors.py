"""Who is let in, who stands in line and who is told to come back, with an application that answers when the test says so and a clock that
the test turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from apps.http.doors import ALWAYS_OPEN, GOOD_TIME, LONG, OF_LATE, OWN_LINE, ROOM, Doors
from apps.http.errors import RequestRefused

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B9")]

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"", "more_body": False}
FOR_EVER = 3600.0


class Desk:
    """An application behind doors. Whoever comes in waits until they are served; at /stream the answer begins at once and never ends, at
    /failure it fails. Nobody has patience, unless the test gives them some."""

    def __init__(self, good_time: float) -> None:
        self.now = 0.0
        self.inside: list[tuple[str, asyncio.Event]] = []
        self.doors = Doors(self._answer, lambda: self.now, good_time)
        self._visits: set[asyncio.Task[None]] = set()

    @property
    def paths(self) -> list[str]:
        """Where those are who wait for their answer, in the order in which they came in."""
        return [path for path, _ in self.inside]

    async def come(self, path: str = "/sales", kind: str = "http") -> asyncio.Task[None]:
        """Somebody's visit, once they are inside, in line or were turned away."""
        visit = asyncio.ensure_future(self._visit(path, kind))
        self._visits.add(visit)
        await _settled()
        return visit

    async def come_many(self, number: int, path: str = "/sales") -> None:
        for _ in range(number):
            await self.come(path)

    async def serve(self, number: int, after: float = 0) -> None:
        """So many of those who came in first are answered; `after` seconds have passed."""
        self.now += after
        served, self.inside = self.inside[:number], self.inside[number:]
        for _, one in served:
            one.set()
        await _settled()

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
            self.inside.append((scope["path"], waiting))
        await waiting.wait()
        if scope["path"] == "/failure":
            raise ZeroDivisionError
        await send(START)
        await send(BODY)

    async def _receive(self) -> Any:
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        assert message["type"].startswith("http.response")


async def _settled() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@asynccontextmanager
async def desk(good_time: float = 0) -> AsyncIterator[Desk]:
    made = Desk(good_time)
    try:
        yield made
    finally:
        await made.leave()


@asynccontextmanager
async def full_desk(good_time: float = 0) -> AsyncIterator[Desk]:
    async with desk(good_time) as full:
        await full.come_many(ROOM)
        assert len(full.inside) == ROOM
        yield full


def turned_away(visit: asyncio.Task[None]) -> bool:
    """Whether the visit has ended at the door."""
    if not visit.done():
        return False
    error = visit.exception()
    assert isinstance(error, RequestRefused), error
    assert (error.status, error.code, error.details) == (503, "server_busy", {"retry_after": 1})
    return True


async def test_whoever_finds_no_room_and_has_no_time_left_is_told_to_come_back() -> None:
    """Seen to fail with nobody counted, as without doors."""
    async with full_desk() as full:
        assert all([turned_away(await full.come()) for _ in range(10)])
        await full.serve(1)
        assert not turned_away(await full.come())
        assert turned_away(await full.come())


async def test_who_came_first_is_let_in_first() -> None:
    """Seen to fail when whoever came last was let in first."""
    async with full_desk(FOR_EVER) as full:
        for path in ("/first", "/second", "/third"):
            await full.come(path)
        assert len(full.inside) == ROOM
        await full.serve(2)
        await full.come("/newcomer")
        assert full.paths[-2:] == ["/first", "/second"]
        await full.serve(2)
        assert full.paths[-2:] == ["/third", "/newcomer"]


async def test_whoever_left_the_line_takes_no_place() -> None:
    """Seen to fail when who had gone was let in."""
    async with full_desk(FOR_EVER) as full:
        await full.come("/first")
        gone = await full.come("/gone")
        await full.come("/third")
        gone.cancel()
        await full.serve(2)
        assert full.paths[-2:] == ["/first", "/third"]
        assert len(full.inside) == ROOM


async def test_the_longer_one_is_inside_the_shorter_one_stands_in_line() -> None:
    """Seen to fail with the time of answers not looked at."""
    async with full_desk(GOOD_TIME) as full:
        assert full.doors.patience == GOOD_TIME
        for _ in range(5 * OF_LATE):
            await full.come()
            await full.serve(1, GOOD_TIME / 2 / ROOM)
        assert full.doors.patience == pytest.approx(GOOD_TIME / 2, rel=0.05)
        for _ in range(5 * OF_LATE):
            await full.come()
            await full.serve(1, 2 * GOOD_TIME / ROOM)
        assert full.doors.patience == 0
        await full.serve(ROOM)
        for _ in range(5 * OF_LATE):
            await full.come()
            await full.serve(1)
        assert full.doors.patience == pytest.approx(GOOD_TIME, rel=0.05)


async def test_as_many_as_there_is_room_for_are_let_in_however_slow_answers_are() -> None:
    """Seen to fail with nobody let in when there is no time to stand in line."""
    async with full_desk(GOOD_TIME) as full:
        for _ in range(5):
            await full.serve(ROOM, 2 * GOOD_TIME)
            await full.come_many(ROOM)
        assert full.doors.patience == 0
        await full.serve(ROOM)
        visits = [await full.come() for _ in range(ROOM)]
        assert not any(map(turned_away, visits))


async def test_one_long_report_shortens_the_time_in_line_for_nobody() -> None:
    """Seen to fail, with no time left for anybody, when an hour was counted as an hour."""
    async with full_desk(GOOD_TIME) as full:
        await full.serve(1, 3600)
        assert full.doors.patience > 0.95 * GOOD_TIME


async def test_nobody_waits_for_who_is_inside_for_long() -> None:
    """Seen to fail, with everybody turned away, when uploads and reports kept their places."""
    async with full_desk() as full:
        full.now += LONG - 0.1
        assert turned_away(await full.come())
        full.now += 0.1
        visits = [await full.come() for _ in range(ROOM)]
        assert not any(map(turned_away, visits))
        assert turned_away(await full.come())
        await full.serve(ROOM)
        assert turned_away(await full.come())


async def test_probes_figures_and_who_has_a_line_elsewhere_pass() -> None:
    """Seen to fail with the paths not looked at."""
    async with full_desk() as full:
        for path in sorted(ALWAYS_OPEN | OWN_LINE):
            assert not turned_away(await full.come(path)), path
        assert turned_away(await full.come())


async def test_whoever_listens_to_a_stream_keeps_nobody_out() -> None:
    """Seen to fail with people counted until the end of their answer."""
    async with desk() as listened:
        await listened.come_many(2 * ROOM, "/stream")
        visits = [await listened.come() for _ in range(ROOM)]
        assert not any(map(turned_away, visits))
        assert turned_away(await listened.come())


async def test_whoever_goes_away_or_fails_makes_room() -> None:
    """Seen to fail with people counted out by the beginning of their answer alone."""
    async with desk() as made:
        await made.come_many(ROOM - 1, "/failure")
        impatient = await made.come()
        assert turned_away(await made.come())
        impatient.cancel()
        await asyncio.wait([impatient])
        assert not turned_away(await made.come())
        await made.serve(ROOM - 1)
        visits = [await made.come() for _ in range(ROOM - 1)]
        assert not any(map(turned_away, visits))


async def test_what_is_no_request_passes() -> None:
    """The start and the end of a process are told by the same way, also when it is full."""
    async with full_desk() as full:
        assert not turned_away(await full.come(kind="lifespan"))
