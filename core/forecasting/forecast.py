"""Forecasts of many series at once: a fit learns everything anew; a step takes in one more period and costs the same however long the
past is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.domain import forecast as domain
from core.forecasting.figures import Figures, figures_of
from core.forecasting.level import Gains, new_level
from core.forecasting.level_path import RATE_GAINS, SIZE_GAINS, SMOOTH_GAINS, LevelPath, level_path
from core.forecasting.pooled import Pooled, learn_pooled
from core.forecasting.season import Season, learn_season
from core.forecasting.series import Demand, Floats, Places, canonical_order
from core.forecasting.state import TRACKED, SeriesState, packed, state_of, step, unpacked
from core.forecasting.variance import OwnErrors

CHUNK = 20_000
"""Series that are worked on at once. What is pooled is learnt from the first of these in an order of their own."""
HORIZONS = domain.HORIZONS
PROBABILITIES = tuple(float(each) for each in domain.PROBABILITIES)


@dataclass(frozen=True)
class Forecasts:
    """Figures and packed states of every series, and what they have in common."""

    figures: Figures
    states: Floats
    pooled: Pooled


@dataclass(frozen=True)
class _Passed:
    """Some series, their season, and without it the levels of all demand and of ordinary demand."""

    demand: Demand
    group: Places
    season: Floats
    plain: Floats
    path: LevelPath
    usual: LevelPath


def fit(
    demand: Demand,
    group: Places | None = None,
    horizons: tuple[int, ...] = HORIZONS,
    probabilities: tuple[float, ...] = PROBABILITIES,
) -> Forecasts:
    """Learns everything anew. `group` has the number of each series' group, from 0 on, or -1. Horizons and probabilities rise."""
    group = _no_groups(demand.series) if group is None else group
    order = canonical_order(demand.quantity)
    chunks = [order[start : start + CHUNK] for start in range(0, max(demand.series, 1), CHUNK)]
    season = learn_season(demand, group, chunks[0])
    sample = _passed(demand.of(chunks[0]), group[chunks[0]], season)
    pooled = learn_pooled(sample.plain, sample.path, sample.group, season, horizons, probabilities)
    rest = (_passed(demand.of(chunk), group[chunk], season) for chunk in chunks[1:])
    return _in_order(np.argsort(order), [_of_one(each, pooled) for each in _first_then(sample, rest)], pooled)


def advanced(states: Floats, quantity: Floats, number: int, pooled: Pooled, group: Places | None = None) -> Forecasts:
    """The states with one more period of demand, of this number, and what is to be expected then."""
    group = _no_groups(len(states)) if group is None else group
    parts = []
    for start in range(0, max(len(states), 1), CHUNK):
        some = slice(start, start + CHUNK)
        state = unpacked(states[some], len(pooled.horizons))
        step(state, quantity[some], number)
        parts.append((figures_of(state, pooled, group[some], number + 1), packed(state)))
    return _in_order(np.arange(len(states)), parts, pooled)


def new_states(group: Places, pooled: Pooled) -> Floats:
    """The packed states of series of these groups before their first period."""
    series = len(group)
    gains = Gains(*(np.full((1, series), each[0], np.float32) for each in (SIZE_GAINS, RATE_GAINS, SMOOTH_GAINS)))
    levels = (new_level(series, gains), gains, new_level(series, gains), gains)
    own = OwnErrors(*(np.zeros((len(pooled.horizons), series), np.float32) for _ in range(3)))
    errors = np.full((TRACKED, series), np.nan, np.float32)
    return packed(SeriesState(*levels, own, errors, pooled.season.of_groups(group)))


def _passed(demand: Demand, group: Places, season: Season) -> _Passed:
    index = season.of_each(demand, group)
    plain = demand.without(index)
    path = level_path(plain)
    return _Passed(demand, group, index, plain, path, level_path(path.ordinary(plain)))


def _of_one(each: _Passed, pooled: Pooled) -> tuple[Figures, Floats]:
    state = state_of(each.demand, each.season, each.path, each.usual, each.plain, pooled.horizons)
    return figures_of(state, pooled, each.group, each.demand.end), packed(state)


def _in_order(places: Places, parts: list[tuple[Figures, Floats]], pooled: Pooled) -> Forecasts:
    figures = Figures(
        np.concatenate([each.mean for each, _ in parts], axis=-1),
        np.concatenate([each.quantiles for each, _ in parts], axis=-1),
        np.concatenate([each.inactive for each, _ in parts]),
    )
    return Forecasts(figures.of(places), np.concatenate([states for _, states in parts])[places], pooled)


def _first_then(first: _Passed, rest: Iterator[_Passed]) -> Iterator[_Passed]:
    yield first
    yield from rest


def _no_groups(series: int) -> Places:
    return np.full(series, -1, np.intp)
