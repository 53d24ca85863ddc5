"""Reports that come by mail: when one is due, of which days it speaks, and how much of it there may be."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.domain.access import Actor
from core.domain.local_time import moment_of
from core.domain.report import REPORTS, ReportName

MOST_OF_ONE = 20
"""Schedules of one person."""
MOST_READERS = 20
"""People who are sent one report."""
LARGEST_FILE = 5_000_000
"""Bytes of a file that goes with a mail: a third more on its way, which is what mail servers take. A larger one is fetched by a link."""
_DAY = timedelta(days=1)
_LONGEST_WAIT = 31  # days between two turns of any rhythm


class Every(StrEnum):
    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    MONTH = "month"


class RelativePeriod(StrEnum):
    """Days, seen from the day on which a report is sent. Weeks begin on Monday. Those `to_date` end with the day itself, the others before
    it."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_WEEK = "last_week"
    LAST_MONTH = "last_month"
    LAST_YEAR = "last_year"
    WEEK_TO_DATE = "week_to_date"
    MONTH_TO_DATE = "month_to_date"
    YEAR_TO_DATE = "year_to_date"


class ScheduleOutcome(StrEnum):
    """What became of a report for one of its readers: it is being made; it waits at the mail server, was taken there; there was nothing to say;
    it failed; whoever has it sent may not at present; somebody cancelled it."""

    WAITING = "waiting"
    POSTED = "posted"
    SENT = "sent"
    NOTHING = "nothing"
    FAILED = "failed"
    RESTING = "resting"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On which days, and at which full hour of the company's clock. `weekday` (1 is Monday) is for weeks, `month_day` for months: one that
    a month does not have is its last day, so 31 always is."""

    every: Every
    hour: int
    weekday: int | None = None
    month_day: int | None = None

    def falls_on(self, day: date) -> bool:
        match self.every:
            case Every.DAY:
                return True
            case Every.WEEKDAY:
                return day.isoweekday() <= 5
            case Every.WEEK:
                return day.isoweekday() == self.weekday
            case Every.MONTH:
                return day.day == min(self.month_day or 1, calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class Turn:
    """A day of a rhythm, and the moment at which its report is due."""

    day: date
    at: datetime


def done_at_first(rhythm: Rhythm, zone: ZoneInfo, now: datetime) -> date:
    """The last day for which nothing is due where the rhythm begins now: today, unless the hour is still to come."""
    today = now.astimezone(zone).date()
    return today if _moment(rhythm, today, zone) <= now else today - _DAY


def next_turn(rhythm: Rhythm, zone: ZoneInfo, done: date) -> Turn:
    """The first after the day that is done."""
    return next(_turns(rhythm, zone, done))


def due_turn(rhythm: Rhythm, zone: ZoneInfo, done: date, now: datetime) -> Turn | None:
    """The latest whose time has come, unless its day is done: whatever was missed before it is not made up for, and no day has two."""
    today = now.astimezone(zone).date()
    begin = max(done, today - (_LONGEST_WAIT + 1) * _DAY)
    latest = None
    for turn in _turns(rhythm, zone, begin):
        if turn.at > now:
            break
        latest = turn
    return latest


def days_of(period: RelativePeriod, today: date) -> tuple[date, date]:
    """The first day and the last."""
    monday, first = today - (today.isoweekday() - 1) * _DAY, today.replace(day=1)
    before = first - _DAY
    match period:
        case RelativePeriod.TODAY:
            return today, today
        case RelativePeriod.YESTERDAY:
            return today - _DAY, today - _DAY
        case RelativePeriod.LAST_7_DAYS:
            return today - 7 * _DAY, today - _DAY
        case RelativePeriod.LAST_30_DAYS:
            return today - 30 * _DAY, today - _DAY
        case RelativePeriod.LAST_WEEK:
            return monday - 7 * _DAY, monday - _DAY
        case RelativePeriod.LAST_MONTH:
            return before.replace(day=1), before
        case RelativePeriod.LAST_YEAR:
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
        case RelativePeriod.WEEK_TO_DATE:
            return monday, today
        case RelativePeriod.MONTH_TO_DATE:
            return first, today
        case RelativePeriod.YEAR_TO_DATE:
            return date(today.year, 1, 1), today


def may_take_away(actor: Actor, report: ReportName) -> bool:
    """Whether somebody may have the report as a file."""
    return all(actor.may(permission) for permission in ("export:read", *REPORTS[report].permissions))


def sees_all_schedules(actor: Actor) -> bool:
    """Whether somebody sees, rests and ends those of others: who administers the whole of the company."""
    return actor.may("company:write") and actor.sites is None


def _turns(rhythm: Rhythm, zone: ZoneInfo, after: date) -> Iterator[Turn]:
    day = after
    while True:
        day += _DAY
        if rhythm.falls_on(day):
            yield Turn(day, _moment(rhythm, day, zone))


def _moment(rhythm: Rhythm, day: date, zone: ZoneInfo) -> datetime:
    return moment_of(day, time(rhythm.hour), zone)
