"""The ports to jobs: asking for one, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.job import JobState
from core.domain.report import ReportFormat, ReportName
from core.ports.mail import Mail
from core.ports.reports import ReportFilter


class JobView(msgspec.Struct, frozen=True):
    """A job of the caller. `rows` are written of `total`, which is known once it has begun; `percent` says the same. The result can be had
    until `expires_at`. `schedule_id` names what had it made for the caller, where they did not ask themselves."""

    id: UUID
    report: ReportName
    format: ReportFormat
    filters: ReportFilter
    state: JobState
    rows: int
    total: int | None
    percent: int
    problem: str | None
    problem_code: str | None
    file_name: str | None
    size: int | None
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    schedule_id: UUID | None


@dataclass(frozen=True, slots=True)
class JobFile:
    digest: str
    file_name: str
    media_type: str


class Jobs(Protocol):
    """The jobs of one person after the other; nobody sees those of others."""

    async def add(
        self, actor: Actor, report: ReportName, form: ReportFormat, wanted: ReportFilter, now: datetime
    ) -> JobView:
        """Conflict `too_many_jobs` where too many are under way."""
        ...

    async def all(self, actor: Actor) -> Sequence[JobView]:
        """The latest first."""
        ...

    async def find(self, actor: Actor, job_id: UUID) -> JobView:
        """Raises `NotFound`."""
        ...

    async def cancel(self, actor: Actor, job_id: UUID, now: datetime) -> JobView:
        """Ends what is under way; what has ended stays as it is. Raises `NotFound`."""
        ...

    async def file(self, actor: Actor, job_id: UUID) -> JobFile:
        """Raises `NotFound`, and Conflict `job_not_done` where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that is ours until the lease ends. `attempts` counts this try too."""

    token: UUID
    company_id: UUID
    id: UUID
    user_id: UUID
    report: ReportName
    format: ReportFormat
    wanted: ReportFilter
    attempts: int
    schedule_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A report that was made and stored, and how many rows it has."""

    digest: str
    size: int
    file_name: str
    media_type: str
    rows: int


@dataclass(frozen=True, slots=True)
class Sending:
    """Who has a report sent to whom. Without a proven address nothing can be sent; to one that is blocked nothing is."""

    owner_id: UUID
    owner: str
    name: str
    language: str
    skip_empty: bool
    reader: str
    company: str
    address: str | None
    is_blocked: bool


class JobQueue(Protocol):
    """The jobs of all companies, as whoever does them sees them."""

    async def claim(self, lease: timedelta) -> DueJob | None:
        """Takes the one that has waited longest, unless there is none."""
        ...

    async def go_on(self, job: DueJob, rows: int, total: int | None, lease: timedelta) -> bool:
        """Notes how far it has come and prolongs the lease. Returns whether the result is still wanted, and by us."""
        ...

    async def sending(self, job: DueJob) -> Sending | None:
        """To whom it is sent; None where it is not, or no more."""
        ...

    async def made_for_others(self, job: DueJob, seen: bytes) -> MadeFile | None:
        """What was made at the same turn for another reader who may see the same. Notes what this one may see."""
        ...

    async def finish(self, job: DueJob, file: MadeFile, now: datetime, mail: Mail | None = None) -> None:
        """Posts the mail with it, if there is one. Without effect where the lease has passed to somebody else or nobody wants it any more."""
        ...

    async def fail(
        self, job: DueJob, problem: str, after: timedelta | None, now: datetime, code: str = "internal"
    ) -> None:
        """It is tried again after that time, or never; `code` is told to whoever asked for it, or has it sent."""
        ...

    async def forget(self, before: datetime) -> Sequence[tuple[UUID, str]]:
        """Deletes jobs that ended before. Returns the files that no job refers to any more, by company and digest."""
        ...
