"""The ports to reports that come by mail: keeping schedules, and seeing to those that are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.report import ReportFormat, ReportName
from core.domain.report_schedule import Every, RelativePeriod, Rhythm
from core.ports.reports import ReportFilter


class StandingFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a report is narrowed to each time, as where it is shown; its days follow from the day on which it is sent."""

    site: str | None = None
    category: UUID | None = None
    product: str | None = None


class RhythmOfDays(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When: `every` day, weekday (Monday to Friday), week on `weekday` (1 is Monday) or month on `month_day` (31 is its last day, as is any
    day that a month does not have), at the full `hour` of the company's clock."""

    every: Every
    hour: Annotated[int, Meta(ge=0, le=23)]
    weekday: Annotated[int, Meta(ge=1, le=7)] | None = None
    month_day: Annotated[int, Meta(ge=1, le=31)] | None = None

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every, self.hour, self.weekday, self.month_day)


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """A report that is sent in a rhythm. `done` is the last day that needs nothing more; `next_at` is when to look again."""

    id: UUID
    owner_id: UUID
    name: str
    report: ReportName
    format: ReportFormat
    filters: StandingFilter
    period: RelativePeriod | None
    rhythm: Rhythm
    language: str
    skip_empty: bool
    readers: tuple[UUID, ...]
    paused: bool
    done: date
    next_at: datetime
    version: int = 1


class ReportSchedules(Protocol):
    """The schedules of the company of a unit of work."""

    async def zone(self) -> ZoneInfo:
        """That of the company's clock."""
        ...

    async def find(self, schedule_id: UUID) -> ReportSchedule | None:
        """Others who want to change it wait until the unit of work ends."""
        ...

    async def count(self, owner_id: UUID) -> int:
        """How many somebody has. Others who add to them wait until the unit of work ends."""
        ...

    async def add(self, schedule: ReportSchedule, now: datetime) -> None: ...

    async def change(self, schedule: ReportSchedule) -> None:
        """Whatever of it is a person's to change, and the times that follow from it; its version goes up."""
        ...

    async def remove(self, schedule_id: UUID) -> None: ...

    async def leave(self, schedule_id: UUID, user_id: UUID) -> bool:
        """Sends it to them no more. Returns whether it was sent to them."""
        ...

    async def due(self, schedule_id: UUID, now: datetime) -> ReportSchedule | None:
        """The schedule, if it is still to be looked at and nobody else does; it is ours until the unit of work ends."""
        ...

    async def turned(self, schedule_id: UUID, done: date, next_at: datetime) -> None:
        """Notes when to look again."""
        ...

    async def rest(self, schedule: ReportSchedule, due_at: datetime, problem: str) -> None:
        """Notes for every reader why nothing is made for them."""
        ...

    async def is_under_way(self, schedule_id: UUID) -> bool: ...

    async def begin(self, schedule: ReportSchedule, wanted: ReportFilter, due_at: datetime, now: datetime) -> None:
        """Asks for a report for each reader; whatever an earlier turn still wanted is cancelled."""
        ...

    async def drop(self, schedule_id: UUID, now: datetime, user_id: UUID | None = None) -> None:
        """Cancels what is under way, for one reader or all."""
        ...


class DueSchedules(Protocol):
    """The schedules of all companies, for whoever sees to them."""

    async def companies(self, now: datetime) -> Sequence[UUID]:
        """Companies that are not suspended with schedules to look at."""
        ...

    async def of_company(self, company_id: UUID, now: datetime) -> Sequence[UUID]:
        """Those of a company that are to be looked at, the longest due first."""
        ...


class Readership(Protocol):
    """Who may be sent reports."""

    async def readers(self, actor: Actor, report: ReportName) -> Sequence["PossibleReader"]:
        """The members of the company who may take the report away and see a site that the actor sees, by name."""
        ...


class PossibleReader(msgspec.Struct, frozen=True):
    """Somebody who may be sent a report. Without a proven mail address they would be sent nothing."""

    id: UUID
    name: str
    has_address: bool
