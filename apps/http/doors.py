"""When more is asked than can be answered in good time, whoever comes is told at once to come back, so that those inside are served."""

from collections.abc import Callable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from apps.http.errors import RequestRefused

FEW = 256  # requests inside are never too many: as many as people who press a button at once
LONG = 1.0  # seconds that answers have taken of late
OF_LATE = 32  # answers
ALWAYS_OPEN = frozenset({"/health/live", "/health/ready", "/metrics"})


class Doors:
    """Counts who waits for the beginning of an answer: a stream that has begun keeps nobody out. `elapsed` is a clock in seconds."""

    def __init__(self, app: ASGIApp, elapsed: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._elapsed = elapsed
        self._inside = 0
        self._usual = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        if self._inside >= FEW and self._usual > LONG and scope["path"] not in ALWAYS_OPEN:
            raise RequestRefused(503, "server_busy", "too many requests at once", {"retry_after": 1})
        entered: float | None = self._elapsed()
        self._inside += 1

        def leave() -> None:
            nonlocal entered
            if entered is not None:
                self._inside -= 1
                self._usual += (self._elapsed() - entered - self._usual) / OF_LATE
                entered = None

        async def send_and_leave(message: Message) -> None:
            leave()
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            leave()
