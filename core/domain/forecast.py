"""What demand is expected of a product at a site, and how far it may stray: expected values and quantiles of the demand
accumulated over the weeks to come."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from core.domain.values import QUANTITY_DECIMALS

HORIZONS = (1, 2, 3, 4, 6, 8, 13, 26)
"""Weeks ahead for which figures are kept."""
PROBABILITIES = tuple(map(Decimal, ("0.5", "0.8", "0.9", "0.95", "0.98", "0.99")))
"""With which demand stays at or below its quantile."""
DAYS_OF_WEEK = 7

_PLACES = Decimal(1).scaleb(-QUANTITY_DECIMALS)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Figures of demand from `as_of` on, a Monday, accumulated over each of `HORIZONS`. `quantiles` has a row for each of
    `PROBABILITIES`. Between horizons, and between probabilities, figures lie on a straight line; beyond the last horizon the
    last slope goes on; a probability outside the range of `PROBABILITIES` counts as the nearest of them."""

    as_of: date
    mean: tuple[Decimal, ...]
    quantiles: tuple[tuple[Decimal, ...], ...]

    def mean_over(self, days: Decimal | int) -> Decimal:
        """Demand expected within the first `days`, which may be a fraction."""
        return _rounded(_accumulated(self.mean, Decimal(days)))

    def quantile_over(self, days: Decimal | int, probability: Decimal) -> Decimal:
        """What demand within the first `days` does not exceed, with the probability."""
        wanted = min(max(probability, PROBABILITIES[0]), PROBABILITIES[-1])
        above = max(bisect_left(PROBABILITIES, wanted), 1)
        low, high = (_accumulated(self.quantiles[place], Decimal(days)) for place in (above - 1, above))
        share = (wanted - PROBABILITIES[above - 1]) / (PROBABILITIES[above] - PROBABILITIES[above - 1])
        return _rounded(low + (high - low) * share)


def _accumulated(figures: Sequence[Decimal], days: Decimal) -> Decimal:
    """The figure after so many days, on the line from one horizon to the next."""
    weeks = max(days, Decimal(0)) / DAYS_OF_WEEK
    place = min(bisect_right(HORIZONS, weeks), len(HORIZONS) - 1)
    before, start = (HORIZONS[place - 1], figures[place - 1]) if place else (0, Decimal(0))
    return start + (figures[place] - start) * (weeks - before) / (HORIZONS[place] - before)


def _rounded(figure: Decimal) -> Decimal:
    return figure.quantize(_PLACES, ROUND_HALF_EVEN)
