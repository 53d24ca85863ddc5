"""Jobs that run at fixed times. Every process schedules; a row for each slot lets one of them run it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from core.ports.clock import Clock

CHECK_SECONDS = 10.0
GRACE_SECONDS = 2.0
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What runs `every` so often, `offset` after midnight UTC. Missed slots are not made up for: the last one does all.

    Whoever has not finished after `patience` is taken for dead, so a run must be harmless to repeat.
    """

    name: str
    run: Callable[[datetime], Awaitable[None]]
    every: timedelta
    offset: timedelta = timedelta(0)
    patience: timedelta = timedelta(hours=1)

    def slot(self, now: datetime) -> datetime:
        """The latest slot that is due."""
        start = _EPOCH + self.offset
        return start + (now - start) // self.every * self.every


class ScheduleRuns(Protocol):
    async def claim(self, job: str, slot: datetime, patience: timedelta) -> bool: ...

    async def finish(self, job: str, slot: datetime) -> None: ...


class Schedule:
    """Runs the jobs, each by itself so that a long one delays no other."""

    def __init__(self, jobs: Sequence[Job], runs: ScheduleRuns, clock: Clock) -> None:
        self.jobs, self._runs, self._clock = jobs, runs, clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Looks after the jobs until stopped. A job that is running then has a little time; after that it is given up, and somebody takes
        its slot anew when their patience is over: many companies must not keep a process from ending."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._keep(job, stopping)) for job in self.jobs]
            await stopping.wait()
            await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            for task in tasks:
                task.cancel()

    async def run_due(self, job: Job) -> bool:
        """Runs the job if its present slot is free. Returns whether it did."""
        slot = job.slot(self._clock.now())
        if not await self._runs.claim(job.name, slot, job.patience):
            return False
        await job.run(slot)
        await self._runs.finish(job.name, slot)
        return True

    async def _keep(self, job: Job, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.run_due(job)
            except Exception:
                _logger.exception("the job %s failed", job.name)
            await pause(stopping, CHECK_SECONDS)


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Waits, or not so long when it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
