"""The forecasts of a product as charts show them: what was sold week by week, and what is expected."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.demand import Basis
from core.queries.forecasts import ForecastQuality


class PastWeek(msgspec.Struct, frozen=True):
    """The demand of the week from the Monday `week`; None where there was nothing to sell all week, and before the product was there."""

    week: date
    demand: Decimal | None


class ComingWeek(msgspec.Struct, frozen=True):
    """What the week from the Monday `week` adds to the expected demand and to each of its quantiles (by probability), and the sums up to
    its end. A quantile of a sum is not the sum of quantiles: only the first week's are those of the week alone."""

    week: date
    mean: Decimal
    quantiles: Mapping[str, Decimal]
    cumulated_mean: Decimal
    cumulated_quantiles: Mapping[str, Decimal]


class SiteSeries(msgspec.Struct, frozen=True):
    """The weeks of a product at a site (a code): those before `as_of`, oldest first, and those from then on. `quality` is that of the
    backtest."""

    site: str
    as_of: date
    basis: Basis
    weeks_of_history: int
    past: list[PastWeek]
    coming: list[ComingWeek]
    quality: ForecastQuality
    on_hand: Decimal
    incoming: Decimal
    depletes_on: date | None
    at_risk_on: date | None


class ForecastSeries(msgspec.Struct, frozen=True):
    """A product, and its weeks at each site where its demand is forecast."""

    product: UUID
    sku: str
    name: str
    sites: list[SiteSeries]


class ForecastSeriesReader(Protocol):
    async def series(self, actor: Actor, product_id: UUID, site: str | None, weeks: int) -> ForecastSeries:
        """Of the sites within the actor's reach, or of one of them (id or code), with at most so many weeks of the past. NotFound
        `product_not_found`."""
        ...
