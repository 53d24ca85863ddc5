"""`Attempts` in memory."""

from collections.abc import Sequence
from math import ceil

from core.domain.throttling import too_many
from core.ports.attempts import Allowance
from core.ports.clock import Clock


class InMemoryAttempts:
    """Keeps the seconds at which each name was tried."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: dict[str, list[float]] = {}

    async def admit(self, allowances: Sequence[Allowance]) -> None:
        now = self._clock.now().timestamp()
        wait, worst = max(((self._wait(one, now), one) for one in allowances), key=lambda found: found[0])
        if wait > 0:
            raise too_many(ceil(wait), worst.limit, ceil(worst.window.total_seconds()))
        for one in allowances:
            self._times.setdefault(one.name, []).append(now)

    async def forgive(self, allowances: Sequence[Allowance]) -> None:
        for one in allowances:
            if times := self._times.get(one.name):
                times.pop()

    def _wait(self, allowance: Allowance, now: float) -> float:
        window = allowance.window.total_seconds()
        recent = [time for time in self._times.get(allowance.name, ()) if time > now - window]
        return recent[-allowance.limit] + window - now if len(recent) >= allowance.limit else 0.0
