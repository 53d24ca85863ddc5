"""How good forecasts have been: forecasts as they would have been made at earlier times, compared with what came."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.forecast import PROBABILITIES, fit
from core.forecasting.series import Demand, Doubles, Flags, Floats, Places
from core.forecasting.state import TRACKED, SeriesState

PERIODS = 4
"""What is forecast and compared: the sum of so many periods."""
ORIGINS, APART = 6, 3
FEW = 3  # origins, below which nothing can be said
ENOUGH_INSIDE = 0.8
UPPER = 0.95
GOOD, FAIR = 0.35, 0.7
CHANGED, SURPRISING = 4.0, 2.5

TOO_LITTLE_DATA, VERDICT_POOR, VERDICT_FAIR, VERDICT_GOOD = 0, 1, 2, 3


@dataclass(frozen=True)
class Backtest:
    """Of each series: how many sums were compared, and relative to the demand that came the absolute error (WAPE), the error (bias:
    more than 0 where too much was expected) and the mean pinball loss of the quantiles, NaN where there was no demand; the share of
    sums within the 95 % quantile."""

    compared: Doubles
    wape: Doubles
    bias: Doubles
    pinball: Doubles
    coverage: Doubles

    def verdicts(self) -> Places:
        """In plain words, from `TOO_LITTLE_DATA` to `VERDICT_GOOD`."""
        by_error = 1 + (self.wape <= FAIR) + ((self.wape <= GOOD) & (self.coverage >= ENOUGH_INSIDE))
        return np.where((self.compared < FEW) | np.isnan(self.wape), TOO_LITTLE_DATA, by_error)


def backtest(demand: Demand, group: Places | None = None) -> Backtest:
    """Fits anew at each earlier time, from what was known then."""
    sums = {name: np.zeros(demand.series) for name in ("compared", "came", "absolute", "error", "pinball", "inside")}
    for origin in range(demand.periods - PERIODS, max(demand.periods - PERIODS - ORIGINS * APART, 0), -APART):
        figures = fit(demand.before(origin), group, (PERIODS,)).figures
        actual = demand.quantity[origin : origin + PERIODS].sum(axis=0)
        listed = ~np.isnan(demand.quantity[:origin]).all(axis=0)
        _compare(sums, actual, figures.mean[0], figures.quantiles[:, 0], listed & ~np.isnan(actual))
    return _relative(sums)


def _compare(sums: dict[str, Doubles], actual: Floats, mean: Floats, quantiles: Floats, compared: Flags) -> None:
    actual, mean = np.where(compared, actual, 0), np.where(compared, mean, 0)
    levels = np.array(PROBABILITIES)[:, None]
    short = np.where(compared, actual - quantiles, 0)
    sums["compared"] += compared
    sums["came"] += actual
    sums["absolute"] += np.abs(actual - mean)
    sums["error"] += mean - actual
    sums["pinball"] += (2 * np.maximum(levels * short, (levels - 1) * short)).mean(axis=0)
    sums["inside"] += compared & (actual <= quantiles[PROBABILITIES.index(UPPER)])


def _relative(sums: dict[str, Doubles]) -> Backtest:
    compared, came = sums["compared"], sums["came"]
    wape, bias, pinball = (_share(sums[name], came) for name in ("absolute", "error", "pinball"))
    return Backtest(compared, wape, bias, pinball, _share(sums["inside"], compared))


def _share(part: Doubles, whole: Doubles) -> Doubles:
    return np.asarray(np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0))


def tracking_signal(state: SeriesState) -> Floats:
    """The sum of the latest errors over their mean size; NaN while there are too few. With errors to both sides it stays small."""
    size = np.abs(state.errors).mean(axis=0)
    total = np.abs(state.errors.sum(axis=0))
    return np.asarray(np.divide(total, size, out=np.where(np.isnan(size), size, 0), where=size > 0), np.float32)


def is_changed(state: SeriesState) -> Flags:
    """Whether demand is another than it was: the errors go one way, and so far that chance would hardly take them there."""
    chance = np.sqrt(TRACKED * np.maximum(state.own.square[0], 1))
    far = np.abs(state.errors.sum(axis=0)) > SURPRISING * chance
    return np.asarray(far & (tracking_signal(state) > CHANGED))
