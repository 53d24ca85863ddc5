"""The levels of the past: what was known before each period, with the gains that fit each series best."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np

from core.forecasting.level import Gains, LevelState, advance, combined, new_level
from core.forecasting.series import Flags, Floats, Places, sums_of

SIZE_GAINS = (0.1, 0.2)
RATE_GAINS = (0.1, 0.05, 0.2, 0.4)
SMOOTH_GAINS = (0.1, 0.05, 0.2, 0.3, 0.5)
TRIED_SUM = 4
FADING = np.float32(0.97)  # of an error's weight, for each period that has passed since
TOO_YOUNG = 13  # periods, before which the first gains are used


@dataclass(frozen=True)
class LevelPath:
    """The level, its variability, the age and the most that would be ordinary, before each period and after the last, each of shape
    (periods + 1, series); the state after the last, with the gains that were chosen for each series."""

    level: Floats
    variability: Floats
    age: Floats
    limit: Floats
    state: LevelState
    gains: Gains

    def ordinary(self, plain: Floats) -> Floats:
        """The quantities that the path was made from, without what was out of the ordinary when it came."""
        return np.asarray(np.where(plain > self.limit[:-1], self.limit[:-1], plain), np.float32)


@dataclass(frozen=True)
class _Trail:
    """What every candidate estimated, of shape ([gains,] periods + 1, series)."""

    short: Floats
    long: Floats
    variability: Floats
    age: Floats
    limit: Floats
    sizes: Floats
    rates: Floats
    smooth: Floats


def level_path(plain: Floats) -> LevelPath:
    """One pass over quantities without their season."""
    tried = Gains(*(np.array(gains, np.float32)[:, None] for gains in (SIZE_GAINS, RATE_GAINS, SMOOTH_GAINS)))
    state = new_level(plain.shape[1], tried)
    trail = _new_trail(plain, tried)
    trail.limit[0] = state.limit
    for place, quantity in enumerate(plain, 1):
        advance(state, quantity, tried)
        _note(trail, place, state)
    return _chosen(trail, state, tried, *_best_gains(trail, plain, state.age < TOO_YOUNG))


def _new_trail(plain: Floats, tried: Gains) -> _Trail:
    shape = (plain.shape[0] + 1, plain.shape[1])
    rows = (None, None, None, None, None, len(tried.size), len(tried.rate), len(tried.smooth))
    return _Trail(*(np.zeros((row, *shape) if row else shape, np.float32) for row in rows))


def _note(trail: _Trail, place: int, state: LevelState) -> None:
    trail.short[place], trail.long[place] = state.short, state.long
    trail.variability[place], trail.age[place], trail.limit[place] = state.variability, state.age, state.limit
    trail.sizes[:, place], trail.rates[:, place], trail.smooth[:, place] = state.sizes, state.rates, state.smooth


def _best_gains(trail: _Trail, plain: Floats, young: Flags) -> tuple[Places, Places, Places]:
    """Which gains miss sums of the past least, by the square of the error."""
    pairs = list(product(range(len(SIZE_GAINS)), range(len(RATE_GAINS))))
    best = _least(plain, (trail.sizes[size] * trail.rates[rate] for size, rate in pairs), young)
    size, rate = np.array(pairs).T[:, best]
    return size, rate, _least(plain, trail.smooth, young)


def _least(plain: Floats, paths: Iterable[Floats], young: Flags) -> Places:
    actual = sums_of(plain, TRIED_SUM)
    weight = FADING ** np.arange(len(actual) - 1, -1, -1, dtype=np.float32)[:, None]
    errors = [np.nansum(weight * (actual - TRIED_SUM * path[: len(actual)]) ** 2, axis=0) for path in paths]
    return np.where(young, 0, np.argmin(errors, axis=0))


def _chosen(trail: _Trail, state: LevelState, tried: Gains, size: Places, rate: Places, smooth: Places) -> LevelPath:
    intermittent = _of_each(trail.sizes, size) * _of_each(trail.rates, rate)
    level = combined(trail.short, trail.long, intermittent, _of_each(trail.smooth, smooth))
    state.sizes, state.rates = _of_each(state.sizes, size)[None], _of_each(state.rates, rate)[None]
    state.smooth = _of_each(state.smooth, smooth)[None]
    gains = Gains(tried.size[size].T, tried.rate[rate].T, tried.smooth[smooth].T)
    return LevelPath(level, trail.variability, trail.age, trail.limit, state, gains)


def _of_each(candidates: Floats, chosen: Places) -> Floats:
    """Of each series, the candidate chosen for it; the series are the last axis."""
    picked = np.zeros_like(candidates[0])
    for number, candidate in enumerate(candidates):
        np.copyto(picked, candidate, where=chosen == number)
    return np.asarray(picked)
