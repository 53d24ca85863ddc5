"""Forecasts as they stand."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.demand import Basis, Verdict
from core.queries.paging import Page


class ForecastFigures(msgspec.Struct, frozen=True):
    """Demand accumulated over the next `weeks` weeks: what is expected, and what is not exceeded with each probability."""

    weeks: int
    mean: Decimal
    quantiles: dict[str, Decimal]


class ForecastQuality(msgspec.Struct, frozen=True):
    """How forecasts of four weeks did in the backtest. `wape` and `bias` are relative to the demand that came; `coverage` is the share
    of times that demand stayed within the 95 % quantile."""

    verdict: Verdict
    wape: Decimal | None
    bias: Decimal | None
    pinball: Decimal | None
    coverage: Decimal | None
    tracking_signal: Decimal | None
    demand_changed: bool


class ForecastView(msgspec.Struct, frozen=True):
    """What demand is expected of a product at a site (a code) from `as_of` on, and when its stock will be used up: as expected, and at
    the earliest with one chance in ten. `weekly_mean` is the mean of the next four weeks."""

    product: UUID
    sku: str
    name: str
    site: str
    as_of: date
    basis: Basis
    weeks_of_history: int
    weekly_mean: Decimal
    horizons: list[ForecastFigures]
    quality: ForecastQuality
    on_hand: Decimal
    incoming: Decimal
    depletes_on: date | None
    at_risk_on: date | None


class ForecastFilter(msgspec.Struct, frozen=True):
    """Which forecasts: of a product (id or SKU), at a site (id or code)."""

    product: str | None = None
    site: str | None = None


class ForecastRunView(msgspec.Struct, frozen=True):
    """The making of a week's forecasts, and how far it has come."""

    as_of: date
    kind: Literal["step", "fit"]
    state: Literal["waiting", "running", "done", "failed"]
    series: int
    series_done: int
    started_at: datetime | None
    finished_at: datetime | None
    last_error: str | None


class ForecastReader(Protocol):
    """Reads forecasts within the actor's reach."""

    async def forecasts(
        self, actor: Actor, wanted: ForecastFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ForecastView]:
        """Forecasts by SKU and site."""
        ...

    async def runs(self, actor: Actor) -> Sequence[ForecastRunView]:
        """The latest runs, the last one first."""
        ...
