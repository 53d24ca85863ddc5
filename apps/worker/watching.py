"""Looking at whole companies at fixed times: what is late, what there is too much of, whom news do not reach, what people work with, what
is to be recommended."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.postgres.due_work import DueWork
from apps.worker.jobs import each
from apps.worker.schedule import Job
from core.ports.clock import Clock
from core.ports.interests import Interests
from core.ports.recommendations import Recommender
from core.ports.watch import Watch

Look = Callable[[UUID, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Watching:
    """The jobs. Days begin at other hours in other places, so what hangs on days is looked at every hour."""

    due: DueWork
    watch: Watch
    interests: Interests
    recommender: Recommender
    clock: Clock

    def jobs(self) -> Sequence[Job]:
        hour = timedelta(hours=1)
        return (
            self._job("find_late_orders", self.watch.late_orders, hour, timedelta(minutes=1)),
            self._job("find_overstock", self.watch.overstock, 6 * hour, timedelta(minutes=20)),
            self._job("find_failing_channels", self.watch.failing_channels, timedelta(minutes=15)),
            self._job("count_interests", self.interests.count, hour, timedelta(minutes=40)),
            self._job("find_recommendations", self.recommender.look, hour, timedelta(minutes=50)),
        )

    def _job(self, name: str, look: Look, every: timedelta, offset: timedelta = timedelta(0)) -> Job:
        async def run(slot: datetime) -> None:
            now = self.clock.now()
            await each(await self.due.companies(), lambda company_id: look(company_id, now))

        return Job(name, run, every, offset)
