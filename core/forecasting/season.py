"""The season: an index for each period of the year, learnt from all series together and bent towards each one as far as its own
sales bear it out. Whether it helps at all is tried on the latest periods, for all series together."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.series import WEEKS_OF_YEAR, Demand, Flags, Floats, sums_of

LOWEST, HIGHEST = 0.2, 5.0
POOLED_WEEKS, OWN_WEEKS = 3, 9  # over which an index is smoothed
TRUST = 32  # periods with sales, at which half of a series' own season counts
HOLD_OUT = 13
TRIED_SUM, TRIED_MEAN = 4, 8
HANDICAP = 1.02  # a season must win by so much against none

NONE, POOLED, OWN = 0, 1, 2
"""What the gate lets through: no season, the one that all series share, or each its own."""


@dataclass(frozen=True)
class Season:
    """The kind in use, and the index that all series share, a figure for each place in the year."""

    kind: int
    pooled: Floats

    def of_each(self, demand: Demand) -> Floats:
        """The index of each series, of shape (year, series)."""
        if self.kind == OWN:
            return own_index(demand, self.pooled)
        return np.repeat(self.pooled[:, None], demand.series, axis=1)


def learn_season(demand: Demand, sample: Demand) -> Season:
    """The season of all series, as far as it proves itself on the sample. There is none in less than a year."""
    if demand.periods >= demand.year + 2 and (kind := _let_through(demand, sample)) != NONE:
        return Season(kind, pooled_index(demand))
    return Season(NONE, np.ones(demand.year, np.float32))


def pooled_index(demand: Demand) -> Floats:
    """The mean shape of the last whole years of the sum of all series."""
    years = demand.periods // demand.year
    latest = demand.quantity[-years * demand.year :]
    total = np.nansum(latest, axis=1, dtype=np.float64).reshape(years, demand.year)
    means = total.mean(axis=1, keepdims=True)
    shape = np.divide(total, means, out=np.ones_like(total), where=means > 0).mean(axis=0)
    in_place = np.roll(shape, demand.end % demand.year)
    smooth = _smoothed(in_place, _window(POOLED_WEEKS, demand.year))
    return np.asarray(np.clip(smooth / smooth.mean(), LOWEST, HIGHEST), np.float32)


def own_index(demand: Demand, pooled: Floats) -> Floats:
    """The pooled index, bent towards each series that was there a year ago."""
    latest = np.roll(demand.quantity[-demand.year :], demand.end % demand.year, axis=0)
    window = _window(OWN_WEEKS, demand.year)
    known = ~np.isnan(latest)
    sales = np.where(known, latest, np.float32(0))
    weight = _smoothed(known.astype(np.float32), window)
    mean = sales.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    expected = weight * mean * _smoothed(pooled, window)[:, None]
    ratio = np.divide(_smoothed(sales, window), expected, out=np.ones_like(sales), where=expected > 0)
    selling = (sales > 0).sum(axis=0)
    trust = np.where(_was_there(demand), selling / (selling + TRUST), 0).astype(np.float32)
    index = pooled[:, None] * np.clip(ratio, 0.1, 10) ** trust
    return np.asarray(index / index.mean(axis=0), np.float32)


def _was_there(demand: Demand) -> Flags:
    return np.asarray((~np.isnan(demand.quantity[: demand.periods - demand.year + 1])).any(axis=0))


def _let_through(demand: Demand, sample: Demand) -> int:
    start = max(demand.year + 2, demand.periods - HOLD_OUT)
    if demand.periods - start <= TRIED_SUM:
        return OWN
    pooled = pooled_index(demand.before(start))
    tried = {NONE: np.ones((demand.year, 1), np.float32), POOLED: pooled[:, None]}
    tried[OWN] = own_index(sample.before(start), pooled)
    missed = {kind: _missed(sample, start, index) * (HANDICAP if kind else 1) for kind, index in tried.items()}
    return min(missed, key=lambda kind: missed[kind])


def _missed(demand: Demand, start: int, index: Floats) -> float:
    """How far sums are missed by the mean of the latest periods and this season, forecast from every second period on."""
    plain, actual = demand.without(index), sums_of(demand.quantity, TRIED_SUM)
    error = 0.0
    for origin in range(start, len(actual), 2):
        recent = plain[max(origin - TRIED_MEAN, 0) : origin]
        level = np.nansum(recent, axis=0) / np.maximum((~np.isnan(recent)).sum(axis=0), 1)
        ahead = index[(demand.first + origin + np.arange(TRIED_SUM)) % demand.year].sum(axis=0)
        error += float(np.nansum(np.abs(actual[origin] - level * ahead), dtype=np.float64))
    return error


def _window(weeks: int, year: int) -> int:
    """An odd number of periods that last about so many weeks."""
    return 2 * round((weeks * year / WEEKS_OF_YEAR - 1) / 2) + 1


def _smoothed(values: Floats, window: int) -> Floats:
    """The circular moving average."""
    shifted = (np.roll(values, shift, axis=0) for shift in range(-(window // 2), window // 2 + 1))
    return np.asarray(sum(shifted) / window, values.dtype)
