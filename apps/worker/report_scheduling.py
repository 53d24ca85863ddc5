"""Asking for the reports whose time has come to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.worker.jobs import NOBODY, each
from apps.worker.schedule import Job
from core.commands.report_turns import take_turn
from core.domain.access import Actor
from core.ports.clock import Clock
from core.ports.report_schedules import DueSchedules
from core.ports.storage import Run


@dataclass(frozen=True, slots=True)
class ReportScheduler:
    """Sees to the schedules of all companies, every minute. What it asks for is made in the background."""

    due: DueSchedules
    run: Run
    clock: Clock

    def jobs(self) -> Sequence[Job]:
        return (Job("send_reports", self.ask, timedelta(minutes=1), patience=timedelta(minutes=5)),)

    async def ask(self, slot: datetime) -> None:
        """Takes the turn of every schedule to look at, each in a unit of work, also after one has failed."""
        await each(await self.due.companies(self.clock.now()), self._of_company)

    async def _of_company(self, company_id: UUID) -> None:
        actor = Actor(NOBODY, company_id, frozenset())

        async def take(schedule_id: UUID) -> None:
            await self.run(take_turn, actor, schedule_id)

        await each(await self.due.of_company(company_id, self.clock.now()), take)
