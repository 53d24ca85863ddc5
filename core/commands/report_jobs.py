"""Reports made in the background: asking for one, cancelling it, fetching the file."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import Fault, Forbidden, Invalid
from core.domain.report import ReportFormat, ReportName
from core.ports.clock import Clock
from core.ports.doorbell import Doorbell
from core.ports.files import FileStore
from core.ports.jobs import JobFile, Jobs, JobView
from core.ports.reports import ReportCheck, ReportFilter


class AskForReport(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A report as a file; `filters` as where it is shown."""

    report: Annotated[ReportName, Meta(examples=["movements"])]
    format: ReportFormat
    filters: ReportFilter = msgspec.field(default_factory=ReportFilter)


class ReportDesk:
    """Takes orders for reports, and hands them out to whoever asked for them."""

    def __init__(self, jobs: Jobs, reports: ReportCheck, store: FileStore, doorbell: Doorbell, clock: Clock) -> None:
        self._jobs, self._reports, self._store, self._doorbell, self._clock = jobs, reports, store, doorbell, clock

    async def ask(self, actor: Actor, wanted: AskForReport) -> JobView:
        """Begins a job. Raises Invalid with everything that is wrong with the filters."""
        _require(actor)
        try:
            await self._reports.check(actor, wanted.report, wanted.filters)
        except Invalid as error:
            raise Invalid(error.code, error.detail, [_of_filters(fault) for fault in error.faults]) from None
        job = await self._jobs.add(actor, wanted.report, wanted.format, wanted.filters, self._clock.now())
        self._doorbell.ring(actor.company)
        return job

    async def all(self, actor: Actor) -> Sequence[JobView]:
        _require(actor)
        return await self._jobs.all(actor)

    async def one(self, actor: Actor, job_id: UUID) -> JobView:
        _require(actor)
        return await self._jobs.find(actor, job_id)

    async def cancel(self, actor: Actor, job_id: UUID) -> JobView:
        _require(actor)
        return await self._jobs.cancel(actor, job_id, self._clock.now())

    async def result(self, actor: Actor, job_id: UUID) -> tuple[JobFile, AsyncIterator[bytes]]:
        """The file that was made, with what its reader might see when it was made."""
        _require(actor)
        file = await self._jobs.file(actor, job_id)
        return file, await self._store.open(actor.company, file.digest)


def _require(actor: Actor) -> None:
    """Jobs are for people: what somebody may have in full, their programs may have only in part."""
    actor.require("export:read")
    if actor.agent is not None:
        raise Forbidden("for_people_only", "a program fetches reports at once, and has no jobs")


def _of_filters(fault: Fault) -> Fault:
    return Fault(f"/filters/{fault.pointer.rpartition('/')[2]}", fault.code, fault.detail)
