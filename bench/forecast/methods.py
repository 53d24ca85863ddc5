"""The product's forecasts, and two rules that every textbook has."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from bench.forecast.measures import HORIZONS, PROBABILITIES, Said
from core.forecasting.forecast import fit
from core.forecasting.series import Demand, Doubles, Floats

Method = Callable[[Demand], Said]

RECENT, SPREAD_OF = 13, 26


def pirwa(demand: Demand) -> Said:
    """The production module."""
    figures = fit(demand, horizons=HORIZONS, probabilities=PROBABILITIES).figures
    return Said(figures.mean, figures.quantiles)


def textbook(demand: Demand) -> Said:
    """The mean of the last 13 periods, and safety stock of so many standard deviations of the last 26 times the root of the time."""
    level, deviation = _mean(demand.quantity[-RECENT:]), _deviation(demand.quantity[-SPREAD_OF:])
    mean = np.array([periods * level for periods in HORIZONS])
    factor = np.array([NormalDist().inv_cdf(each) for each in PROBABILITIES])[:, None, None]
    root = np.sqrt(np.array(HORIZONS, float))[:, None]
    return Said(mean, np.maximum(mean + factor * root * deviation, 0))


def seasonal_naive(demand: Demand) -> Said:
    """What came a year ago; where there is no year, the mean of the last 13 periods."""
    level = np.tile(_mean(demand.quantity[-RECENT:]), (max(HORIZONS), 1))
    start = demand.periods - demand.year
    if start >= 0:
        ago = demand.quantity[start : start + max(HORIZONS)]
        level = np.where(np.isnan(ago), level, ago)
    mean = np.array([level[:periods].sum(axis=0) for periods in HORIZONS])
    return Said(mean, np.repeat(mean[None], len(PROBABILITIES), axis=0))


def _mean(quantity: Floats) -> Doubles:
    known = ~np.isnan(quantity)
    return np.asarray(np.nansum(quantity, axis=0, dtype=np.float64) / np.maximum(known.sum(axis=0), 1))


def _deviation(quantity: Floats) -> Doubles:
    return np.sqrt(_mean((quantity - _mean(quantity)) ** 2))
