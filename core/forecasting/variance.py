"""The variance of sums of demand: of each series' own errors, drawn towards what all series of its size have in common."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.level_path import LevelPath
from core.forecasting.series import Floats, sums_of

FADING = np.float32(0.98)  # of an error's weight, for each period that has passed since
IGNORED = 4  # periods of a series before its errors count
USABLE = 20  # series, below which nothing is learnt
TRUST = 4
TINY = np.float32(1e-6)


@dataclass
class OwnErrors:
    """Of each series: the mean square of its errors, how many independent ones they are worth, and the mean forecast."""

    square: Floats
    count: Floats
    mean: Floats


@dataclass(frozen=True)
class VarianceLaw:
    """What the size of a sum says about its variance: ln variance = intercept + slope × ln mean."""

    intercept: float
    slope: float

    def at(self, mean: Floats) -> Floats:
        return np.exp(self.intercept + self.slope * np.log(np.maximum(mean, TINY)) + 0.15)


def own_errors(plain: Floats, path: LevelPath, periods: int) -> OwnErrors:
    """Of sums over so many periods."""
    actual = sums_of(plain, periods)
    forecast = periods * path.level[: len(actual)]
    fading = FADING ** np.arange(len(actual) - 1, -1, -1, dtype=np.float32)
    weight = fading[:, None] * (~np.isnan(actual) & (path.age[: len(actual)] >= IGNORED))
    total = weight.sum(axis=0)
    share = 1 / np.maximum(total, TINY)
    square = np.nansum(weight * (actual - forecast) ** 2, axis=0) * share
    return OwnErrors(square, total / periods, (weight * forecast).sum(axis=0) * share)


def learn_law(own: OwnErrors) -> VarianceLaw | None:
    """The regression over all series with enough errors; None where they are too few."""
    usable = (own.count > 2) & (own.square > 0) & (own.mean > 0)
    if usable.sum() < USABLE:
        return None
    size, spread = (np.log(each[usable].astype(np.float64)) for each in (own.mean, own.square))
    size_off, spread_off = size - size.mean(), spread - spread.mean()
    width = float((size_off**2).sum())
    slope = float((size_off * spread_off).sum()) / width if width > TINY else 1.5
    return VarianceLaw(float(spread.mean() - slope * size.mean()), slope)


def assumed(mean: Floats) -> Floats:
    """The variance of sums with these expected values, where nothing is known."""
    return np.asarray(1.01 * mean + 0.5 * mean**2 + TINY, np.float32)


def variance_of(mean: Floats, own: OwnErrors, law: VarianceLaw | None) -> Floats:
    """The variance of sums with these expected values: more than they are."""
    pooled = np.maximum(law.at(mean) if law else assumed(mean), TINY)
    has_own = (own.square > 0) & (own.mean > 0)
    scale = np.clip(mean / np.maximum(own.mean, TINY), 0.2, 5) ** 1.5
    mine = np.where(has_own, np.maximum(own.square * scale, TINY), pooled)
    trust = np.where(has_own, own.count / (own.count + TRUST), 0)
    blend = np.exp(trust * np.log(mine) + (1 - trust) * np.log(pooled))
    return np.asarray(np.maximum(blend, 1.01 * mean + TINY), np.float32)
