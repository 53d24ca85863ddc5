"""Quantiles of the gamma distribution, near enough for stock: from a table for small shapes, by Wilson and Hilferty for large."""

from functools import cache
from math import lgamma
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from core.forecasting.series import Floats

LEAST, LARGE = 0.01, 20.0  # shapes between which the table lies
POINTS = 80
TERMS = 160
HALVINGS = 48


def gamma_quantiles(shape: Floats, scale: Floats, probabilities: tuple[float, ...]) -> Floats:
    """Of shape (probabilities, distributions)."""
    shapes, roots = _table(probabilities)
    place = np.log(np.maximum(shape, LEAST))
    small = np.array([np.exp(np.interp(place, shapes, row)) for row in roots])
    return (np.where(shape < LARGE, small, _wilson_hilferty(shape, probabilities)) * scale).astype(np.float32)


def _wilson_hilferty(shape: Floats, probabilities: tuple[float, ...]) -> NDArray[np.float64]:
    spread = 1 / (9 * np.maximum(shape, LARGE))
    normal = np.array([NormalDist().inv_cdf(each) for each in probabilities])[:, None]
    return np.asarray(shape * (1 - spread + normal * np.sqrt(spread)) ** 3, np.float64)


@cache
def _table(probabilities: tuple[float, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logarithms of shapes, and of their quantiles at scale 1, found by halving."""
    shape = np.geomspace(LEAST, LARGE, POINTS)
    wanted = np.array(probabilities)[:, None]
    low = np.full((len(probabilities), POINTS), -120.0)
    high = np.full_like(low, np.log(LARGE * 4))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = _distribution(shape, np.exp(middle)) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.log(shape), high


def _distribution(shape: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of at most this value, by its power series."""
    term = np.ones_like(value)
    total = term.copy()
    for number in range(1, TERMS):
        term = term * value / (shape + number)
        total += term
    size = np.array([lgamma(each + 1) for each in shape])
    return np.asarray(np.exp(shape * np.log(value) - value - size) * total, np.float64)
