"""A forecast week by week, as a chart shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.domain.forecast import DAYS_OF_WEEK, HORIZONS, PROBABILITIES, Forecast


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """The week from the Monday `first_day`. `mean` and `quantiles` (one for each of `PROBABILITIES`) are what the week adds to the sums
    up to its end, which are `total_mean` and `total_quantiles`."""

    first_day: date
    mean: Decimal
    quantiles: tuple[Decimal, ...]
    total_mean: Decimal
    total_quantiles: tuple[Decimal, ...]


def weeks_of(forecast: Forecast) -> list[ForecastWeek]:
    """All weeks up to the last horizon. No figure is below 0, and none is below that of a smaller probability."""
    weeks: list[ForecastWeek] = []
    mean, quantiles = Decimal(0), (Decimal(0),) * len(PROBABILITIES)
    for number in range(HORIZONS[-1]):
        days = (number + 1) * DAYS_OF_WEEK
        next_mean = max(mean, forecast.mean_over(days))
        reached = [forecast.quantile_over(days, probability) for probability in PROBABILITIES]
        next_quantiles = _rising([max(pair) for pair in zip(quantiles, reached, strict=True)])
        added = _rising([after - before for before, after in zip(quantiles, next_quantiles, strict=True)])
        first_day = forecast.as_of + timedelta(weeks=number)
        weeks.append(ForecastWeek(first_day, next_mean - mean, added, next_mean, next_quantiles))
        mean, quantiles = next_mean, next_quantiles
    return weeks


def _rising(figures: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Each at least as much as the one before it."""
    return tuple(max(figures[: place + 1]) for place in range(len(figures)))
