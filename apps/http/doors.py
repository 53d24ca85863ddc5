"""No more requests are served at once than can be served in good time. Who comes then stands in line for a moment; who has stood there in
vain is told to come back, so that those inside are served."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from apps.http.errors import RequestRefused

ROOM = 160  # requests inside: those that are posted together and those of the next group; more would only wait for each other
GOOD_TIME = 1.15  # seconds in line and inside together that are usual when there is too much to do
OF_LATE = 64  # answers by which it is known how long one is inside
LONG = 2.0  # seconds inside after which nobody waits for this one to leave: an upload, a report, the answer of somebody else's server
ALWAYS_OPEN = frozenset({"/health/live", "/health/ready", "/metrics"})
OWN_LINE = frozenset({"/api/v1/auth/login"})  # few passwords are checked at a time, and nobody else is to wait for that
_PASSING = ALWAYS_OPEN | OWN_LINE

_Visit = asyncio.Future[None]
"""A request, until its answer begins: a stream that has begun keeps nobody out. Done once it was let in."""


class Doors:
    """Lets in who came first. `elapsed` is a clock in seconds."""

    def __init__(self, app: ASGIApp, elapsed: Callable[[], float] = perf_counter, good_time: float = GOOD_TIME) -> None:
        self._app = app
        self._elapsed = elapsed
        self._good_time = good_time
        self._line: deque[_Visit] = deque()
        self._inside: dict[_Visit, float] = {}  # and when they were let in, which is their order
        self._usual = 0.0  # seconds that one was inside of late

    @property
    def patience(self) -> float:
        """Seconds that one stands in line, so that whoever is let in is answered in good time."""
        return max(self._good_time - self._usual, 0.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in _PASSING:
            await self._app(scope, receive, send)
            return
        visit: _Visit = asyncio.get_running_loop().create_future()

        async def send_and_leave(message: Message) -> None:
            self._leave(visit)
            await send(message)

        try:
            await self._enter(visit)
            await self._app(scope, receive, send_and_leave)
        finally:
            self._leave(visit)

    async def _enter(self, visit: _Visit) -> None:
        self._line.append(visit)
        self._let_in()
        if visit.done():
            return
        await asyncio.wait([visit], timeout=self.patience)
        self._let_in()  # those who have been inside for long tell nobody
        if not visit.done():
            raise RequestRefused(503, "server_busy", "too many requests at once", {"retry_after": 1})

    def _leave(self, visit: _Visit) -> None:
        visit.cancel()  # where it is in line yet
        if visit in self._inside:
            self._no_longer_counts(visit, self._elapsed())
            self._let_in()

    def _let_in(self) -> None:
        now = self._elapsed()
        while self._line and self._has_room(now):
            visit = self._line.popleft()
            if not visit.cancelled():
                self._inside[visit] = now
                visit.set_result(None)

    def _has_room(self, now: float) -> bool:
        if len(self._inside) >= ROOM:
            for visit in [visit for visit, entered in self._inside.items() if now - entered >= LONG]:
                self._no_longer_counts(visit, now)
        return len(self._inside) < ROOM

    def _no_longer_counts(self, visit: _Visit, now: float) -> None:
        inside = min(now - self._inside.pop(visit), LONG)  # one report of a minute says nothing of the others
        self._usual += (inside - self._usual) / OF_LATE
