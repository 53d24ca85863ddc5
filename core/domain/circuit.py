"""When to leave somebody alone who fails again and again, and when to try them once more. Knows no clock and asks nobody."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

WINDOW = timedelta(minutes=5)
COOL_DOWN = timedelta(seconds=30)
"""One try in that time harms nobody, and half a minute after they are well again all goes on: shops are to be equal within one."""

# One piece of work that fails is tried after 5 seconds and after 5 minutes, so it fails twice in a window at most: five failures are
# three pieces of work or more, also in a shop that has but a few sales an hour. With that little to go by, half of all must have failed.
FEW_FAILURES, FEW_SHARE = 5, 0.5
# Where there is much to go by, a third is enough.
MANY_FAILURES, MANY_SHARE = 100, 0.35

_BUCKETS = 10
_BUCKET = WINDOW / _BUCKETS


class Admission(Enum):
    """Whether somebody may be asked for something."""

    FREE = "free"
    TRIAL = "trial"
    """Once, to see whether they are well again."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rest:
    """They are left alone since then because of `reason`; at `retry_at` they are tried once."""

    since: datetime
    retry_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class _Bucket:
    begins: datetime
    calls: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Circuit:
    """How somebody has fared of late: closed without a rest, open until its end, half-open after it."""

    rest: Rest | None = None
    buckets: tuple[_Bucket, ...] = ()

    def admits(self, now: datetime) -> Admission:
        if self.rest is None:
            return Admission.FREE
        return Admission.TRIAL if now >= self.rest.retry_at else Admission.NONE

    def succeeded(self, now: datetime) -> "Circuit":
        """One success ends a rest, and what was before it is forgotten."""
        return Circuit() if self.rest else replace(self, buckets=self._counted(now, failed=False))

    def failed(self, now: datetime, reason: str) -> "Circuit":
        """A trial that fails makes the rest longer; of others, too many begin one."""
        if self.rest is not None:
            return Circuit(replace(self.rest, retry_at=now + COOL_DOWN, reason=reason))
        buckets = self._counted(now, failed=True)
        if not is_too_much(sum(one.calls for one in buckets), sum(one.failures for one in buckets)):
            return Circuit(buckets=buckets)
        return Circuit(Rest(now, now + COOL_DOWN, reason))

    def _counted(self, now: datetime, *, failed: bool) -> tuple[_Bucket, ...]:
        recent = tuple(one for one in self.buckets if one.begins > now - WINDOW)
        if not recent or now >= recent[-1].begins + _BUCKET:
            recent = (*recent, _Bucket(now))
        last = recent[-1]
        return (*recent[:-1], _Bucket(last.begins, last.calls + 1, last.failures + failed))


def is_too_much(calls: int, failures: int) -> bool:
    """Whether so many failures of so many calls within the window are more than bad luck."""
    few = failures >= FEW_FAILURES and failures >= FEW_SHARE * calls
    return few or (failures >= MANY_FAILURES and failures >= MANY_SHARE * calls)
