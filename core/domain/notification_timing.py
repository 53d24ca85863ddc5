"""When mail about news is due: after a moment in which others may join it, at the hour of the digest, never in quiet hours.

All hours are those of the clock on the reader's wall, so days on which it is changed are shorter or longer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from core.domain.local_time import moment_of
from core.domain.notification import Hours, QuietHours, Timing

GATHERING = timedelta(seconds=60)
"""How long the first of several waits for the others."""
_DAY = timedelta(days=1)


class Waits(Protocol):
    """Something that waits to be told."""

    @property
    def since(self) -> datetime: ...
    @property
    def timing(self) -> Timing: ...


One = TypeVar("One", bound=Waits)


@dataclass(frozen=True, slots=True)
class Plan(Generic[One]):
    """What is told now, and when to look again at the rest."""

    now: Sequence[One]
    next_at: datetime | None


def plan(waiting: Sequence[One], hours: Hours, zone: ZoneInfo, now: datetime) -> Plan[One]:
    """Once one is due, whatever else is to be told at once goes with it."""
    due = {index: due_at(one.since, one.timing, hours, zone) for index, one in enumerate(waiting)}
    is_time = any(at <= now for at in due.values())
    quiet_until = _quiet_until(hours.quiet, zone, now)
    if not is_time or quiet_until:
        return Plan((), max(min(due.values()), quiet_until or now) if due else None)
    told = {index for index, at in due.items() if at <= now or waiting[index].timing is Timing.AT_ONCE}
    rest = [at for index, at in due.items() if index not in told]
    return Plan([waiting[index] for index in sorted(told)], min(rest, default=None))


def due_at(since: datetime, timing: Timing, hours: Hours, zone: ZoneInfo) -> datetime:
    """When what has waited since then is due, quiet hours aside."""
    if timing is Timing.AT_ONCE:
        return since + GATHERING
    weekday = hours.digest_weekday if timing is Timing.WEEKLY else None
    at = time(hours.digest_hour)
    return next(
        moment
        for moment in _moments(at, zone, since, days=8)
        if moment > since and weekday in (None, moment.astimezone(zone).isoweekday())
    )


def _quiet_until(quiet: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end of the quiet hours in which we are; None outside of them."""
    if quiet is None or not quiet.hold(_on_the_wall(now, zone)):
        return None
    return next(
        moment
        for moment in sorted({*_moments(quiet.end, zone, now, days=2), *_moments(quiet.end, zone, now, days=2, fold=1)})
        if moment > now and not quiet.hold(_on_the_wall(moment, zone))
    )


def _moments(at: time, zone: ZoneInfo, since: datetime, days: int, fold: int = 0) -> Iterator[datetime]:
    """That time of this day and the days after it. With fold 1, where the clock shows it twice, the second."""
    today = since.astimezone(zone).date()
    for number in range(days + 1):
        yield moment_of(today + number * _DAY, at, zone, fold)


def _on_the_wall(moment: datetime, zone: ZoneInfo) -> time:
    return moment.astimezone(zone).time()
