"""Demand as the ledger tells it, and what is kept of a forecast made from it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from struct import Struct
from uuid import UUID

from core.domain.forecast import DAYS_OF_WEEK, Forecast
from core.domain.values import QUANTITY_DECIMALS, normal

_FIRST_MONDAY = date(2000, 1, 3)


def number_of_week(monday: date) -> int:
    """Weeks are numbered, so that a season can be told by the number."""
    return (monday - _FIRST_MONDAY).days // DAYS_OF_WEEK


def monday_of(day: date) -> date:
    """The first day of the week of this day."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class DemandHistory:
    """Weeks of a product at a site, numbered from 0. `weeks` holds those in which something moved, packed in big-endian order: the
    number in 2 bytes; demand and what arrived, as floating-point numbers of 4 bytes; what stock changed by, as one of 8. `on_hand` is
    the stock at the end. The product was `listed` in the week of its first movement; where an import of sales had to open its stock,
    in the week `opened`, that is not certain. Of an earlier forecast come `state`, empty where there is none, and `demand_changed`."""

    product_id: UUID
    site_id: UUID
    category_id: UUID | None
    on_hand: Decimal
    sells_below_zero: bool
    listed: int | None
    opened: int | None
    weeks: bytes
    state: bytes
    demand_changed: bool


NO_STOCK = 1e-9
"""Packed figures are floating-point numbers: stock up to this is none."""
_WEEK = Struct(">hffd")
_STILL = (0.0, 0.0, 0.0)


def known_weeks(history: DemandHistory, weeks: int) -> list[Decimal | None]:
    """The demand of each of so many weeks; None for those that say nothing of it: before the listing, and where there was nothing to
    sell from the first day to the last."""
    moved = {number: figures for number, *figures in _WEEK.iter_unpack(history.weeks)}
    at_first, stock = [0.0] * weeks, float(history.on_hand)
    for week in reversed(range(weeks)):
        stock -= moved.get(week, _STILL)[2]
        at_first[week] = stock
    known = (week for week in (history.listed, history.opened) if week is not None)
    start = 0 if at_first and at_first[0] > NO_STOCK else min(known, default=weeks)
    demands: list[Decimal | None] = [None] * weeks
    for week in range(start, weeks):
        demand, arrived, _ = moved.get(week, _STILL)
        if history.sells_below_zero or demand or arrived or at_first[week] > NO_STOCK:
            demands[week] = normal(Decimal(f"{demand:.{QUANTITY_DECIMALS}f}"))
    return demands


class Basis(StrEnum):
    """What a forecast rests on: sales of its own, those of newcomers like it, or that nothing was sold for long, so that little is
    expected."""

    HISTORY = "history"
    NEWCOMER = "newcomer"
    INACTIVE = "inactive"


class Verdict(StrEnum):
    """In plain words, how well demand was forecast lately."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    TOO_LITTLE_DATA = "too_little_data"


@dataclass(frozen=True, slots=True)
class Quality:
    """How forecasts of four weeks did in the backtest: their absolute error, bias (above 0 where too much was expected) and pinball
    loss relative to the demand that came, and the share of times that it stayed within the 95 % quantile. None where there was
    nothing to compare with."""

    verdict: Verdict
    wape: Decimal | None
    bias: Decimal | None
    pinball: Decimal | None
    coverage: Decimal | None


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """The forecast of a product at a site, with what the next weekly step goes on from. `quality` is None where it is as it was.
    `misses` is the sum of the latest errors of weekly forecasts, above 0 where more came than was expected."""

    product_id: UUID
    site_id: UUID
    forecast: Forecast
    basis: Basis
    weeks: int
    quality: Quality | None
    tracking_signal: Decimal | None
    demand_changed: bool
    is_news: bool
    misses: Decimal | None
    state: bytes
