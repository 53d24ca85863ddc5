"""Reports that come by mail, as they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.report import ReportFormat, ReportName
from core.domain.report_schedule import RelativePeriod, ScheduleOutcome
from core.ports.report_schedules import RhythmOfDays, StandingFilter


class LastReport(msgspec.Struct, frozen=True):
    """What became of the last one for one reader; `problem` says why where it failed or rests."""

    due_at: datetime
    state: ScheduleOutcome
    problem: str | None


class ReaderView(msgspec.Struct, frozen=True):
    """Somebody to whom it is sent."""

    id: UUID
    name: str
    last: LastReport | None


class ScheduleView(msgspec.Struct, frozen=True, kw_only=True):
    """A report that is sent at fixed times, on behalf of its owner. It `rests` while its owner may not have it (`owner_left`,
    `owner_may_not`) or `no_readers` are left; the next time finds out again."""

    id: UUID
    name: str
    owner_id: UUID
    owner: str
    report: ReportName
    format: ReportFormat
    filters: StandingFilter
    period: RelativePeriod | None
    rhythm: RhythmOfDays
    language: str
    skip_empty: bool
    readers: list[ReaderView]
    paused: bool
    rests: str | None
    next_at: datetime | None
    version: int


class ScheduleReader(Protocol):
    """Reads the actor's schedules, and those of all for whoever administers the whole company."""

    async def schedules(self, actor: Actor) -> Sequence[ScheduleView]:
        """The actor's own first, then by name."""
        ...

    async def schedule(self, actor: Actor, schedule_id: UUID) -> ScheduleView:
        """Raises `NotFound`."""
        ...
