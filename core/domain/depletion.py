"""When stock will be used up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.domain.forecast import DAYS_OF_WEEK, HORIZONS, Forecast

HORIZON_DAYS = HORIZONS[-1] * DAYS_OF_WEEK
RISK = Decimal("0.9")
"""Demand stays below its quantile of this probability nine times out of ten."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Units that are to come on a day."""

    day: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Depletion:
    """The first day on which stock with what is to come no longer covers the demand: that which is expected, and that which is not
    exceeded nine times out of ten. None where it lasts beyond the last horizon."""

    expected_on: date | None
    at_risk_on: date | None


def depletion(on_hand: Decimal, receipts: Sequence[Receipt], forecast: Forecast, today: date) -> Depletion:
    """What the forecast says of stock as it stands today. What should have come already counts from today."""
    coming = sorted(((max((each.day - today).days, 0), each.quantity) for each in receipts), key=lambda each: each[0])
    expected = _first_short(on_hand, coming, forecast.mean_over)
    at_risk = _first_short(on_hand, coming, lambda days: forecast.quantile_over(days, RISK))
    return Depletion(*(None if days is None else today + timedelta(days=days) for days in (expected, at_risk)))


def _first_short(
    on_hand: Decimal, coming: Sequence[tuple[int, Decimal]], demand: Callable[[int], Decimal]
) -> int | None:
    """Demand only grows, so between two arrivals the first day is found by halving."""
    stock, start = on_hand, 0
    for day, quantity in [*coming, (HORIZON_DAYS + 1, Decimal(0))]:
        end = min(day - 1, HORIZON_DAYS)
        if end >= start:
            if stock < demand(end):
                return _halved(stock, demand, start, end)
            start = end + 1
        stock += quantity
    return None


def _halved(stock: Decimal, demand: Callable[[int], Decimal], low: int, high: int) -> int:
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if stock < demand(middle) else (middle + 1, high)
    return low
