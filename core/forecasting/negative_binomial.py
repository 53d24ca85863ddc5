"""Quantiles of demand by its expected value and variance: negative binomial, and gamma where single units no longer matter."""

import numpy as np

from core.forecasting.gamma import gamma_quantiles
from core.forecasting.series import Floats

MANY = 50.0  # units, from which on demand counts as continuous
WIDE = 100.0  # variance over mean, likewise


def demand_quantiles(mean: Floats, variance: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Of shape (probabilities, series). The variance is larger than the mean, which may be 0."""
    result = np.zeros((len(probabilities), len(mean)), np.float32)
    counted = np.flatnonzero((mean > 0) & (mean < MANY) & (variance < WIDE * mean))
    result[:, counted] = _counts(mean[counted], variance[counted], probabilities)
    smooth = np.flatnonzero((mean >= MANY) | ((mean > 0) & (variance >= WIDE * mean)))
    scale = variance[smooth] / mean[smooth]
    result[:, smooth] = gamma_quantiles(mean[smooth] / scale, scale, probabilities)
    return result


def _counts(mean: Floats, variance: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Counts upwards until the last quantile of every series is passed; those that are done are left behind."""
    result = np.zeros((len(probabilities), len(mean)), np.float32)
    size = (mean.astype(np.float64) ** 2) / (variance - mean)
    repeat = mean / (size + mean)
    mass = np.exp(-size * np.log1p(mean / size))
    below, count, left = mass.copy(), 0, np.arange(len(mean))
    while len(left):
        for place, probability in enumerate(probabilities):
            result[place, left[below < probability]] = count + 1
        open_ = below < probabilities[-1]
        left, size, repeat, mass, below = (each[open_] for each in (left, size, repeat, mass, below))
        mass = mass * (size + count) / (count + 1) * repeat
        below = below + mass
        count += 1
    return result
