"""Making forecasts: claim a company's run, compute beside the event loop, keep the figures batch by batch.

numpy is loaded when the first forecast is made, by the process that makes it.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.postgres.due_work import DueWork
from apps.worker.jobs import each
from apps.worker.schedule import Job
from core.domain.demand import SeriesForecast
from core.ports.clock import Clock
from core.ports.forecasts import ForecastRun, ForecastRuns, ForecastStore, LeaseLost, RunKind

if TYPE_CHECKING:
    from core.forecasting.company import CompanyFit

HISTORY_WEEKS = 156
LEASE = timedelta(minutes=15)  # more than the largest company computes in one go
REST = timedelta(minutes=10)
MAX_TRIES = 5

_logger = logging.getLogger(__name__)

Batches = Iterator[list[SeriesForecast]]


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Sees to the runs of all companies, one at a time in each process."""

    due: DueWork
    runs: ForecastRuns
    store: ForecastStore
    clock: Clock
    lease: timedelta = LEASE

    def jobs(self) -> Sequence[Job]:
        """Weeks begin at other hours in other places."""
        return (Job("plan_forecasts", self.plan, timedelta(hours=1), timedelta(minutes=10)),)

    async def plan(self, slot: datetime) -> None:
        """Sees to it that every company has a run for its present week."""
        now = self.clock.now()
        await each(await self.due.companies(), lambda company_id: self.runs.plan(company_id, now))

    async def forecast(self) -> bool:
        """Does one run that is due. Returns whether there may be another."""
        run = await self.runs.claim(self.lease)
        if run is None:
            return False
        try:
            await (self._fit(run) if run.kind is RunKind.FIT else self._step(run))
        except LeaseLost:
            _logger.warning("company %s: another worker makes the forecasts", run.company_id)
        except Exception as error:
            _logger.exception("company %s: the forecasts of %s failed", run.company_id, run.as_of)
            await self.runs.failed(run, type(error).__name__, REST if run.attempts < MAX_TRIES else None)
        return True

    async def _fit(self, run: ForecastRun) -> None:
        company = await asyncio.to_thread(_new_fit, run)
        async with aclosing(self.store.histories(run, HISTORY_WEEKS)) as batches:
            async for rows in batches:
                await asyncio.to_thread(company.add, rows)
        await self.store.begin(run, company.series)
        if company.series:
            pooled, forecasts = await asyncio.to_thread(company.learn)
            await self._keep(run, forecasts)
            await self.store.finish(run, pooled, self.clock.now())
        else:
            await self.store.finish(run, None, self.clock.now())

    async def _step(self, run: ForecastRun) -> None:
        from core.forecasting.company import stepped

        pooled = await self.store.pooled(run)
        async with aclosing(self.store.histories(run, 1)) as batches:
            waiting = [rows async for rows in batches]
        await self.store.begin(run, sum(map(len, waiting)))
        for rows in waiting:
            await self._keep(run, await asyncio.to_thread(stepped, rows, pooled, run.as_of))
        await self.store.finish(run, None, self.clock.now())

    async def _keep(self, run: ForecastRun, batches: Batches) -> None:
        while batch := await asyncio.to_thread(next, batches, None):
            await self.store.keep(run, batch, self.lease)


def _new_fit(run: ForecastRun) -> "CompanyFit":
    from core.forecasting.company import CompanyFit

    return CompanyFit(HISTORY_WEEKS, run.as_of)
