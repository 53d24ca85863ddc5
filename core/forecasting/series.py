"""Demand as arrays: a row for each period, oldest first, a column for each series. A period that says nothing about demand is NaN:
one before the listing, or without stock."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
"""Quantities of demand, and what is reckoned from them."""
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

WEEKS_OF_YEAR = 52


@dataclass(frozen=True)
class Demand:
    """`quantity` of shape (periods, series), 0 or more. `first` is the number of the first period, counted from any fixed one, so
    that a season falls on the same number modulo `year`, the periods of a year."""

    quantity: Floats
    first: int = 0
    year: int = WEEKS_OF_YEAR

    @property
    def periods(self) -> int:
        return len(self.quantity)

    @property
    def series(self) -> int:
        return int(self.quantity.shape[1])

    @property
    def end(self) -> int:
        """The number of the first period that is not known yet."""
        return self.first + self.periods

    def before(self, periods: int) -> "Demand":
        """What was known after so many periods."""
        return Demand(self.quantity[:periods], self.first, self.year)

    def of(self, chosen: Places | slice) -> "Demand":
        """Some of the series."""
        return Demand(self.quantity[:, chosen], self.first, self.year)

    def without(self, season: Floats) -> Floats:
        """The quantities without their season, which has a row for each place in the year."""
        return self.quantity / season[np.arange(self.first, self.end) % self.year]


def sums_of(quantity: Floats, periods: int) -> Floats:
    """Sums over so many periods, by the first of them; NaN where one of them is missing."""
    total = quantity[: max(len(quantity) - periods + 1, 0)].copy()
    for later in range(1, min(periods, len(quantity))):
        total += quantity[later : later + len(total)]
    return total


def canonical_order(quantity: Floats) -> Places:
    """An order of the series that depends on their figures alone, so that no result depends on the order they came in. It mixes large
    and small ones: the first so many are a fair sample."""
    mark = np.zeros(quantity.shape[1])
    for number, row in enumerate(quantity):
        mark += _irrational(7 * number + 2) * np.where(np.isnan(row), -1 / 3, row)
    return np.argsort(np.modf(np.abs(mark) * np.sqrt(3))[0], kind="stable")


def _irrational(number: int) -> float:
    """From 1 to 2, without a pattern."""
    return float(np.modf(np.sqrt(number) * np.pi)[0]) + 1
