"""What stock is expected to be: on hand, with what comes by then, less the demand of the forecast until then."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from core.domain.forecast import DAYS_OF_WEEK, HORIZONS, Forecast
from core.domain.replenishment import Standing
from core.domain.values import normal

TRANSFER_DAYS = 2
"""How long goods take from one site to another, which nobody measures yet."""

_STEP = Decimal("0.000001")
_FOREVER = Decimal(10_000)  # days, which no projection outlasts


def remaining_on(standing: Standing, today: date, day: date) -> Decimal:
    """What is expected to be left on a day, before what is to be ordered now arrives. Without a forecast no demand is expected."""
    come = sum((quantity for when, quantity in receipts(standing, today) if when <= day), Decimal(0))
    demand = standing.forecast.mean_over((day - today).days) if standing.forecast else Decimal(0)
    return normal(standing.available - standing.owed + come - demand)


def stock_out_on(standing: Standing, today: date) -> date | None:
    """The first day on which on hand + receipts(t) − M(t) < 0 (the projection of the reference for planning); None where that is
    farther away than anybody looks, or nothing is forecast."""
    if standing.forecast is None:
        return None
    stock = standing.available - standing.owed
    for when, quantity in receipts(standing, today):
        if when - today > timedelta(days=int(_days_of(standing.forecast.mean, stock))):
            break
        stock += quantity
    days = _days_of(standing.forecast.mean, stock)
    return None if days >= _FOREVER else today + timedelta(days=int(days))


def receipts(standing: Standing, today: date) -> Sequence[tuple[date, Decimal]]:
    """What is to come, by day. What is late comes today; what has no day is not counted on. Transfers take their usual time."""
    if not standing.receipts and not standing.arriving:
        return ()
    known = [(max(when, today), quantity) for when, quantity in standing.receipts if when is not None]
    if standing.arriving:
        known.append((today + timedelta(days=TRANSFER_DAYS), standing.arriving))
    return sorted(known)


def _days_of(mean: Sequence[Decimal], stock: Decimal) -> Decimal:
    """For how many whole days the expected demand stays within the stock."""
    if stock < 0:
        return Decimal(0)
    start, before = 0, Decimal(0)
    for weeks, demand in zip(HORIZONS, mean, strict=True):
        slope = (demand - before) / ((weeks - start) * DAYS_OF_WEEK)
        if demand > stock:
            break
        if weeks != HORIZONS[-1]:
            start, before = weeks, demand
    if slope <= 0:
        return _FOREVER
    return min(start * DAYS_OF_WEEK + (stock - before) / slope, _FOREVER).to_integral_value(ROUND_FLOOR)


def daily_demand(forecast: Forecast | None) -> Decimal | None:
    """What is expected of a day in the weeks to come."""
    days = 4 * DAYS_OF_WEEK
    return None if forecast is None else normal((forecast.mean_over(days) / days).quantize(_STEP))
