"""What is kept of each series from one period to the next, so that the next one costs the same however long the past is."""

from dataclasses import dataclass, fields

import numpy as np

from core.forecasting.level import LONG, Gains, LevelState, advance, level_of
from core.forecasting.level_path import LevelPath
from core.forecasting.series import Demand, Floats
from core.forecasting.variance import OwnErrors, own_errors

TRACKED = 8
"""Errors of forecasts one period ahead that are kept: of the latest known periods, the last one last."""


@dataclass
class SeriesState:
    """A column for each series. `level` is that of all demand, `usual` that of ordinary demand. `own` has a row for each horizon;
    `errors` are actual less expected, NaN where there is none yet."""

    level: LevelState
    gains: Gains
    usual: LevelState
    usual_gains: Gains
    own: OwnErrors
    errors: Floats
    season: Floats

    @property
    def series(self) -> int:
        return int(self.season.shape[1])


def state_of(
    demand: Demand, season: Floats, path: LevelPath, usual: LevelPath, plain: Floats, horizons: tuple[int, ...]
) -> SeriesState:
    """The state at the end of what is known."""
    each = [own_errors(plain, path, periods) for periods in horizons]
    own = OwnErrors(*(np.array([getattr(one, name.name) for one in each]) for name in fields(OwnErrors)))
    errors = (plain - path.level[:-1]) * season[np.arange(demand.first, demand.end) % demand.year]
    errors[path.age[:-1] == 0] = np.nan
    return SeriesState(path.state, path.gains, usual.state, usual.gains, own, _latest(errors), season)


def step(state: SeriesState, quantity: Floats, number: int) -> None:
    """Takes in one more period, of this number."""
    season = state.season[number % len(state.season)]
    error = np.where(state.level.age > 0, quantity - level_of(state.level) * season, np.float32(np.nan))
    plain = quantity / season
    advance(state.usual, np.where(plain > state.level.limit, state.level.limit, plain), state.usual_gains)
    advance(state.level, plain, state.gains)
    state.errors = np.where(np.isnan(error), state.errors, np.vstack([state.errors[1:], error]))


def _latest(errors: Floats) -> Floats:
    """The last known ones of each series."""
    known = ~np.isnan(errors)
    back = known[::-1].cumsum(axis=0)[::-1]
    kept = np.full((TRACKED, errors.shape[1]), np.nan, np.float32)
    period, series = np.nonzero(known & (back <= TRACKED))
    kept[TRACKED - back[period, series], series] = errors[period, series]
    return kept


def packed(state: SeriesState) -> Floats:
    """As one array of shape (series, figures)."""
    levels = (state.level, state.gains, state.usual, state.usual_gains)
    parts = [*(part for each in levels for part in _parts(each)), *_parts(state.own), state.errors, state.season]
    return np.ascontiguousarray(np.vstack(parts).T, np.float32)


def unpacked(figures: Floats, horizons: int) -> SeriesState:
    """The state again. Raises ValueError if it was packed otherwise."""
    level = (LONG, *[1] * 11)
    sizes = (*level, *level, horizons, horizons, horizons, TRACKED)
    columns = np.ascontiguousarray(figures.T)
    parts = np.split(columns, np.cumsum(sizes))
    if len(parts[-1]) == 0:
        raise ValueError("the state does not fit these horizons")
    levels = (*_level(parts[: len(level)]), *_level(parts[len(level) : 2 * len(level)]))
    rest = parts[2 * len(level) :]
    return SeriesState(*levels, OwnErrors(*rest[:3]), rest[3], rest[4])


def _level(parts: list[Floats]) -> tuple[LevelState, Gains]:
    recent, age, demands, idle, mean, square, *rest = parts
    plain = (each[0] for each in (age, demands, idle, mean, square))
    return LevelState(recent, *plain, *rest[:3]), Gains(*rest[3:])


def _parts(of: LevelState | Gains | OwnErrors) -> list[Floats]:
    return [np.atleast_2d(getattr(of, field.name)) for field in fields(of)]
