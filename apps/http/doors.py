"""When more is asked than can be answered in good time, whoever comes is told at once to come back, so that those inside are served.

As many find room inside as were answered in the last half second, so whoever is let in waits for about so long. While answers come in time there is
room for a crowd at least, because nobody has seen yet how many could be answered; and for a few there always is.
"""

from collections import deque
from collections.abc import Callable
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from apps.http.errors import RequestRefused

CROWD = 256  # as many as press a button at once: there is room for them while most answers come in time
FEW = 100  # there is always room for them
LONG = 0.5  # seconds that somebody should wait inside; four times that is too long, and a database may become slower any moment
LATE = LONG / 2  # seconds after which an answer is late, if others wait
OF_LATE = 32  # answers
PATIENT = 16  # times LONG, after which somebody waits for no turn: a report, an upload, somebody who sends nothing
ALWAYS_OPEN = frozenset({"/health/live", "/health/ready", "/metrics"})


class Doors:
    """Counts who has been waiting for the beginning of an answer, and not for all too long: neither a stream nor a report keeps anybody
    out. `elapsed` is a clock in seconds."""

    def __init__(self, app: ASGIApp, elapsed: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._elapsed = elapsed
        self._inside = 0
        self._came = deque([0] * PATIENT)  # those inside, by the period in which they came; the last is the present one
        self._period, self._since = 0, elapsed()
        self._answered = 0  # in the present period
        self._rate = 0.0  # answers in LONG, as the last period had them
        self._late = 0.0  # the share of late ones among the answers of late

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        entered = self._elapsed()
        if entered - self._since >= LONG:
            self._begin_period(entered)
        if self._inside >= self._room() and scope["path"] not in ALWAYS_OPEN:
            raise RequestRefused(503, "server_busy", "too many requests at once", {"retry_after": 1})
        period: int | None = self._period
        waits_for_others = self._inside > FEW / 2
        self._came[-1] += 1
        self._inside += 1

        def leave(*, answered: bool) -> None:
            nonlocal period
            if period is not None:
                self._answered += answered
                self._make_room(period)
                is_late = waits_for_others and self._elapsed() - entered > LATE
                self._late += (is_late - self._late) / OF_LATE
                period = None

        async def send_and_leave(message: Message) -> None:
            leave(answered=True)
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            leave(answered=False)

    def _room(self) -> float:
        return max(FEW if self._late > 0.5 else CROWD, self._rate)

    def _begin_period(self, now: float) -> None:
        self._rate = self._answered * LONG / (now - self._since)
        self._period, self._since, self._answered = self._period + 1, now, 0
        self._came.append(0)
        self._inside -= self._came.popleft()

    def _make_room(self, period: int) -> None:
        age = self._period - period
        if age < PATIENT:
            self._came[-1 - age] -= 1
            self._inside -= 1
