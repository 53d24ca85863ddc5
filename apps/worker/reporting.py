"""Making reports that somebody asked for, or has sent: claim one, write it, store the file, hand it over.

Whoever takes over after a process has died begins anew: a report costs time and nothing else.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec

from apps.worker.retries import described
from apps.worker.schedule import Job
from core.commands.membership import actor_in, shared_by
from core.commands.report_letters import report_letter, require_address
from core.domain.access import Actor
from core.domain.errors import Busy, DomainError, Forbidden
from core.domain.job import KEPT
from core.domain.mail import MailFile
from core.domain.report import ReportFormat
from core.domain.report_schedule import LARGEST_FILE
from core.ports.clock import Clock
from core.ports.files import FileStore
from core.ports.identity import IdentityStore
from core.ports.jobs import DueJob, JobQueue, MadeFile
from core.queries.report_files import Reports

LEASE = timedelta(minutes=5)  # prolonged with every batch
REST = timedelta(minutes=1)
MOST_TRIES = 3
MOST_ROWS = {ReportFormat.PDF: 100_000, ReportFormat.XLSX: 1_000_000, ReportFormat.CSV: 5_000_000}

_logger = logging.getLogger(__name__)


class NotWanted(Exception):
    """Somebody cancelled the job, or somebody else does it."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Makes the reports of all companies, one at a time in each process. Links in mails begin with `home`; files of more bytes than `largest`
    are fetched by one."""

    queue: JobQueue
    reports: Reports
    store: FileStore
    identities: IdentityStore
    clock: Clock
    lease: timedelta = LEASE
    home: str = ""
    largest: int = LARGEST_FILE

    def jobs(self) -> Sequence[Job]:
        return (Job("forget_reports", self.forget, timedelta(hours=1), timedelta(minutes=10)),)

    async def forget(self, slot: datetime) -> None:
        """Deletes what was made more than a week ago."""
        for company_id, digest in await self.queue.forget(self.clock.now() - KEPT):
            await self.store.delete(company_id, digest)

    async def make(self) -> bool:
        """Makes one report that is due. Returns whether there may be another."""
        job = await self.queue.claim(self.lease)
        if job is None:
            return False
        try:
            await self._make(job)
        except NotWanted:
            _logger.info("company %s: job %s is not wanted any more", job.company_id, job.id)
        except Busy as error:
            await self._failed(job, error)
        except DomainError as refusal:
            await self.queue.fail(job, str(refusal), None, self.clock.now(), refusal.code)
        except Exception as error:
            await self._failed(job, error)
        return True

    async def _failed(self, job: DueJob, error: Exception) -> None:
        _logger.error("company %s: job %s failed", job.company_id, job.id, exc_info=error)
        again = REST if job.attempts < MOST_TRIES else None
        await self.queue.fail(job, described(error), again, self.clock.now())

    async def _make(self, job: DueJob) -> None:
        if job.schedule_id is not None:
            await self._send(job)
            return
        made = await self._written(job, await self._person(job.user_id, job.company_id))
        await self.queue.finish(job, made, self.clock.now())

    async def _send(self, job: DueJob) -> None:
        """Makes what both the reader and whoever has it sent may see, and posts it."""
        sending = await self.queue.sending(job)
        if sending is None:
            raise Forbidden("not_wanted", "nobody has it sent any more")
        require_address(sending)
        owner = await self._person(sending.owner_id, job.company_id)
        actor = shared_by(owner, await self._person(job.user_id, job.company_id))
        made = await self.queue.made_for_others(job, _sight(actor)) or await self._written(job, actor, sending.language)
        if sending.skip_empty and not made.rows:
            await self.queue.finish(job, made, self.clock.now())
            return
        heading = await self.reports.heading(actor, job.report, job.wanted, sending.language)
        mail = report_letter(sending, heading, self.home, await self._attached(job, made), job.id)
        await self.queue.finish(job, made, self.clock.now(), mail)

    async def _written(self, job: DueJob, actor: Actor, language: str | None = None) -> MadeFile:
        async def progress(rows: int, total: int | None) -> None:
            if not await self.queue.go_on(job, rows, total, self.lease):
                raise NotWanted

        most = MOST_ROWS[job.format]
        made = await self.reports.write(
            actor, job.report, job.wanted, job.format, most=most, progress=progress, language=language
        )
        with made.file:
            stored = await self.store.put(job.company_id, made.file)
        return MadeFile(stored.digest, stored.size, made.file_name, made.media_type, made.rows)

    async def _attached(self, job: DueJob, made: MadeFile) -> MailFile | None:
        """The file as it goes with a mail, unless it is too large."""
        if made.size > self.largest:
            return None
        content = b"".join([part async for part in await self.store.open(job.company_id, made.digest)])
        return MailFile(made.file_name, made.media_type.partition(";")[0], content)

    async def _person(self, user_id: UUID, company_id: UUID) -> Actor:
        """Somebody with the rights that they have now."""
        person = await self.identities.identity(user_id)
        is_open = person is not None and person.active
        actor = actor_in(replace(person, must_change_password=False), company_id) if person and is_open else None
        if actor is None:
            raise Forbidden(
                "not_a_member", "whoever asked for it, or was to be sent it, is not in the company any more"
            )
        return actor


def _sight(actor: Actor) -> bytes:
    """The same for all who may see the same."""
    sites = None if actor.read_sites is None else sorted(map(str, actor.read_sites))
    return sha256(msgspec.json.encode([sorted(actor.permissions), sites])).digest()
