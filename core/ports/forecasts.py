"""The ports of forecasting: runs that wait, the demand that the books tell, and where forecasts are kept."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.domain.demand import DemandHistory, SeriesForecast


class RunKind(StrEnum):
    """A fit learns everything anew; a step takes in the last week."""

    STEP = "step"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class ForecastRun:
    """A run on its `attempts`-th try, which nobody else tries until the lease ends. `as_of` is a Monday: the demand before it is
    known."""

    token: UUID
    company_id: UUID
    as_of: date
    kind: RunKind
    attempts: int


class LeaseLost(Exception):
    """Another worker has taken the run over."""


class ForecastRuns(Protocol):
    """The runs of all companies."""

    async def plan(self, company_id: UUID, now: datetime) -> None:
        """Sees to it that there is a run for the present week of a company with stock."""
        ...

    async def claim(self, lease: timedelta) -> ForecastRun | None:
        """One that is due, of a company that is not suspended."""
        ...

    async def failed(self, run: ForecastRun, error: str, after: timedelta | None) -> None:
        """To be tried again after that time, or not at all."""
        ...


class ForecastStore(Protocol):
    """The demand and the forecasts of one company."""

    def histories(self, run: ForecastRun, weeks: int) -> AsyncGenerator[Sequence[DemandHistory]]:
        """Every product at every site that may be sold there, in batches, with the demand of so many weeks before the run's day. Of
        a step, those whose step is not done yet."""
        ...

    async def pooled(self, run: ForecastRun) -> bytes:
        """What the last fit found the products to have in common."""
        ...

    async def begin(self, run: ForecastRun, series: int) -> None:
        """Says how many forecasts there will be. Raises `LeaseLost`."""
        ...

    async def keep(self, run: ForecastRun, forecasts: Sequence[SeriesForecast], lease: timedelta) -> None:
        """Keeps some of them, appends the events of those that are news, and prolongs the lease. Raises `LeaseLost`."""
        ...

    async def finish(self, run: ForecastRun, pooled: bytes | None, now: datetime) -> None:
        """Ends the run, with what a fit found; forgets the forecasts that it did not renew. Raises `LeaseLost`."""
        ...
