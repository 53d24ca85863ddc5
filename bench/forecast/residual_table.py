"""Quantiles for methods that have none: of the ratio of what came to what they had said a little earlier, by size alone."""

from collections.abc import Callable

import numpy as np

from bench.forecast.measures import HORIZONS, LEAD, PROBABILITIES, REVIEW, Said
from core.forecasting.series import Demand, Doubles

SIZES = 10
FEW = 30
PERIODS = LEAD + REVIEW
"""The sum whose ratios are taken: one more fit for all of them keeps the slow methods within reason."""

Mean = Callable[[Demand], Doubles]


def with_quantiles(mean: Mean) -> Callable[[Demand], Said]:
    """Asks the method twice: now, and as it would have been asked when the sum began that has just ended."""

    def said(demand: Demand) -> Said:
        expected = mean(demand)
        earlier = mean(demand.before(demand.periods - PERIODS))[HORIZONS.index(PERIODS)]
        actual = demand.quantity[-PERIODS:].sum(axis=0)
        quantiles = np.array([_quantiles(each, earlier, actual) for each in expected])
        return Said(expected, np.maximum.accumulate(quantiles.transpose(1, 0, 2), axis=0))

    return said


def _quantiles(expected: Doubles, earlier: Doubles, actual: Doubles) -> Doubles:
    known = ~np.isnan(actual)
    ratio = (actual[known] + 1) / (earlier[known] + 1)
    bounds = np.quantile(earlier[known], np.arange(1, SIZES) / SIZES)
    size = np.searchsorted(bounds, earlier[known], side="right")
    cells = [ratio[size == each] if (size == each).sum() >= FEW else ratio for each in range(SIZES)]
    table = np.array([np.quantile(cell, PROBABILITIES) for cell in cells])
    return np.maximum((expected + 1) * table[np.searchsorted(bounds, expected, side="right")].T - 1, 0)
