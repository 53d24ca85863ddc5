"""From states to figures: expected values and quantiles of demand accumulated over the periods to come."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.level import level_of
from core.forecasting.negative_binomial import demand_quantiles
from core.forecasting.pooled import Pooled
from core.forecasting.series import WEEKS_OF_YEAR, Flags, Floats, Places
from core.forecasting.state import SeriesState
from core.forecasting.variance import OwnErrors, assumed, variance_of

IDLE_WEEKS, IDLE_GAPS = 26, 4
RARE = 1.0  # expected units, below which demand is nearly Poisson and the residuals alone know it best


@dataclass(frozen=True)
class Figures:
    """`mean` of shape (horizons, series), `quantiles` of shape (probabilities, horizons, series). `inactive` is what has sold
    nothing for long: some of it will all the same, as its quantiles know."""

    mean: Floats
    quantiles: Floats
    inactive: Flags

    def of(self, chosen: Places) -> "Figures":
        """Some of the series, or all of them in another order."""
        return Figures(self.mean[:, chosen], self.quantiles[:, :, chosen], self.inactive[chosen])


def figures_of(state: SeriesState, pooled: Pooled, group: Places, end: int) -> Figures:
    """Of demand from the period with the number `end` on."""
    ahead = np.array([_ahead(state.season, end, periods) for periods in pooled.horizons], np.float32)
    of_all = level_of(state.level)
    expected = pooled.extra.level(of_all, level_of(state.usual), state.level.variability)
    every, mean = (
        pooled.newcomers.level(level * np.float32(pooled.drift), state.level.age, group) * ahead
        for level in (of_all, expected)
    )
    quantiles = np.array([_quantiles(state, pooled, row, each) for row, each in enumerate(every)])
    rising = np.maximum.accumulate(np.maximum.accumulate(quantiles.transpose(1, 0, 2), axis=0), axis=1)
    return Figures(mean, rising, _inactive(state))


def _inactive(state: SeriesState) -> Flags:
    """No sale for half a year, or for four times the mean gap between sales where that is longer."""
    level = state.level
    half_a_year = IDLE_WEEKS * len(state.season) / WEEKS_OF_YEAR
    gap = level.age / np.maximum(level.demands, 1)
    never_sold = (level.demands == 0) & (level.age >= half_a_year)
    return np.asarray(never_sold | (level.idle >= np.maximum(half_a_year, IDLE_GAPS * gap)))


def _ahead(season: Floats, end: int, periods: int) -> Floats:
    return np.asarray(season[(end + np.arange(periods)) % len(season)].sum(axis=0))


def _quantiles(state: SeriesState, pooled: Pooled, row: int, mean: Floats) -> Floats:
    """Of one horizon, of shape (probabilities, series)."""
    new = state.level.age == 0
    result = np.zeros((len(pooled.probabilities), len(mean)), np.float32)
    result[:, ~new] = _known(state, pooled, row, mean, np.flatnonzero(~new))
    result[:, new] = _unknown(pooled, row, mean[new])
    return result


def _known(state: SeriesState, pooled: Pooled, row: int, mean: Floats, chosen: Places) -> Floats:
    mean, grid = mean[chosen], pooled.grids[row]
    if grid is None:
        return demand_quantiles(mean, assumed(mean), pooled.probabilities)
    share = np.float32(grid.periods / pooled.horizons[row])
    result = grid.quantiles(mean * share, state.level.variability[chosen]) / share
    frequent = np.flatnonzero(mean >= RARE)
    if grid.periods == pooled.horizons[row]:
        one = chosen[frequent]
        own = OwnErrors(state.own.square[row, one], state.own.count[row, one], state.own.mean[row, one])
        spread = np.float32(pooled.season.unsure**2)
        variance = variance_of(mean[frequent], own, pooled.laws[row]) * spread
        apart = demand_quantiles(mean[frequent], variance, pooled.probabilities)
        result[:, frequent] = (result[:, frequent] + apart) / 2
    return result


def _unknown(pooled: Pooled, row: int, mean: Floats) -> Floats:
    """Of series that have not been there for a whole period yet."""
    ratios = pooled.newcomers.ratios[row]
    if np.isnan(ratios).any():
        return demand_quantiles(mean, assumed(mean), pooled.probabilities)
    return np.asarray(np.maximum((mean + 1) * ratios[:, None] - 1, 0), np.float32)
