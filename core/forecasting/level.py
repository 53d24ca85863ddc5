"""The level of demand: what one period brings. Each estimate goes on period by period from a state of its own, so the level that
was known before each period of the past falls out of the same pass that ends with the present one."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.series import Flags, Floats

SHORT, LONG = 8, 13
SPREAD_GAIN = np.float32(0.1)
CUT = np.float32(
    2
)  # standard deviations above the mean, beyond which by more than a unit demand is out of the ordinary
ORDINARY_AGE = 4  # known periods, before which nothing is


@dataclass
class LevelState:
    """What the next period needs of the past, a column for each series. `age` counts known periods, `demands` those with sales,
    `idle` the known ones since the last sale. `sizes`, `rates` and `smooth` have a row for each gain."""

    recent: Floats
    age: Floats
    demands: Floats
    idle: Floats
    mean: Floats
    square: Floats
    sizes: Floats
    rates: Floats
    smooth: Floats

    @property
    def short(self) -> Floats:
        """The mean of the latest `SHORT` known periods."""
        return np.asarray(self.recent[-SHORT:].sum(axis=0) / np.clip(self.age, 1, SHORT))

    @property
    def long(self) -> Floats:
        """The mean of the latest `LONG` known periods."""
        return np.asarray(self.recent.sum(axis=0) / np.clip(self.age, 1, LONG))

    @property
    def variability(self) -> Floats:
        """Standard deviation over mean, of late."""
        deviation = np.sqrt(np.maximum(self.square - self.mean**2, 0))
        return np.asarray(np.divide(deviation, self.mean, out=np.zeros_like(deviation), where=self.mean > 0))

    @property
    def limit(self) -> Floats:
        """The most that would be ordinary in the next period."""
        deviation = np.sqrt(np.maximum(self.square - self.mean**2, 0))
        return np.asarray(np.where(self.age < ORDINARY_AGE, np.inf, self.mean + CUT * deviation + 1), np.float32)


@dataclass(frozen=True)
class Gains:
    """How fast estimates follow: of the size of a demand, of how often there is one, and of simple smoothing. Rows are tried side by
    side; each has one figure for all series, or one for each."""

    size: Floats
    rate: Floats
    smooth: Floats


def new_level(series: int, gains: Gains) -> LevelState:
    """Of series without any past."""
    rows = (LONG, None, None, None, None, None, len(gains.size), len(gains.rate), len(gains.smooth))
    return LevelState(*(np.zeros((row, series) if row else series, np.float32) for row in rows))


def advance(state: LevelState, quantity: Floats, gains: Gains) -> None:
    """Takes in one period. A gain is at least 1 / number of observations, so that the first one already gives a value."""
    known = ~np.isnan(quantity)
    now = np.where(known, quantity, np.float32(0))
    sold = now > 0
    state.age = state.age + _floats(known)
    state.demands = state.demands + _floats(sold)
    state.idle = np.where(sold, np.float32(0), state.idle + _floats(known))
    state.recent = np.where(known, np.vstack([state.recent[1:], now]), state.recent)
    by_age = _floats(known) / np.maximum(state.age, 1)
    by_demand = _floats(sold) / np.maximum(state.demands, 1)
    state.sizes = state.sizes + np.maximum(gains.size * _floats(sold), by_demand) * (now - state.sizes)
    state.rates = state.rates + np.maximum(gains.rate * _floats(known), by_age) * (_floats(sold) - state.rates)
    state.smooth = state.smooth + np.maximum(gains.smooth * _floats(known), by_age) * (now - state.smooth)
    gain = np.maximum(SPREAD_GAIN * _floats(known), by_age)
    state.mean = state.mean + gain * (now - state.mean)
    state.square = state.square + gain * (now**2 - state.square)


def _floats(flags: Flags) -> Floats:
    return flags.astype(np.float32)


def combined(short: Floats, long: Floats, intermittent: Floats, smooth: Floats) -> Floats:
    """One level of several estimates: the mean of a nimble pair and a steady three. Estimates err in different ways; picking the one
    that was best of late did worse on every set of data tried."""
    return np.asarray(((short + intermittent) / 2 + (long + smooth + intermittent) / 3) / 2, np.float32)


def level_of(state: LevelState) -> Floats:
    """The present level, where one row of each gain is left."""
    return combined(state.short, state.long, state.sizes[0] * state.rates[0], state.smooth[0])
