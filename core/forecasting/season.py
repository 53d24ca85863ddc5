"""The season: an index for each period of the year, learnt from all series together, and bent towards each group and each series as
far as their own sales bear it out. Whether it helps at all is tried on the latest periods, for all series together."""

from dataclasses import dataclass, replace

import numpy as np

from core.forecasting.series import WEEKS_OF_YEAR, Demand, Doubles, Flags, Floats, Places, sums_of

LOWEST, HIGHEST = 0.2, 5.0
POOLED_WEEKS, OWN_WEEKS = 3, 9  # over which an index is smoothed
TRUST = 32  # periods with sales, at which half of a series' own season counts
GROUP_TRUST = 20  # series with sales, likewise of a group
GROWTH_TRUST, MOST_GROWTH = 4, 0.7  # weeks, at which half of the growth counts; of the logarithm
HOLD_OUT = 13
TINY = 1e-6
TRIED_SUM, TRIED_MEAN = 4, 8
HANDICAP = 1.02  # a season must win by so much against none
UNTRIED, MOST_UNSURE = 1.2, 2.0  # by what factor forecasts with a season stray farther than the past tells
WHOLE = 0.5  # what the error of all series together counts, beside those of each

NONE, POOLED, OWN = 0, 1, 2
"""What the gate lets through: no season, the one that all series of a group share, or each its own."""


@dataclass(frozen=True)
class Season:
    """The kind in use, and the indices that series share, with a row for each place in the year: a column for each group, where groups
    have their own, and last that of all series. `unsure` is how much farther forecasts stray with a season that did not know the
    periods that it is tried on than with one that did, as it knows all those that residuals are taken from."""

    kind: int
    pooled: Floats
    unsure: float = 1.0

    def of_groups(self, group: Places) -> Floats:
        """What is shared by the groups with these numbers, of shape (year, groups). A group that is not known has that of all."""
        last = self.pooled.shape[1] - 1
        return self.pooled[:, np.where((group >= 0) & (group < last), group, last)]

    def of_each(self, demand: Demand, group: Places) -> Floats:
        """The index of each series, of shape (year, series)."""
        shared = self.of_groups(group)
        return own_index(demand, shared) if self.kind == OWN else shared


def learn_season(demand: Demand, group: Places, sample: Places) -> Season:
    """The season of all series, as far as it proves itself on the sample. There is none in less than a year."""
    none = Season(NONE, np.ones((demand.year, 1), np.float32))
    if demand.periods < demand.year + 2:
        return none
    start = max(demand.year + 2, demand.periods - HOLD_OUT)
    if demand.periods - start <= TRIED_SUM:
        return Season(OWN, shared_indices(demand, group), UNTRIED)
    missed = _tried(demand, group, sample, start)
    kind, grouped = min(missed, key=lambda tried: missed[tried])
    if kind == NONE:
        return none
    season = Season(kind, shared_indices(demand, group if grouped else group[:0]))
    some = demand.of(sample)
    knowing = _missed(some, start, season.of_each(some, group[sample])) * HANDICAP
    return replace(season, unsure=float(np.clip(missed[kind, grouped] / max(knowing, TINY), 1, MOST_UNSURE)))


def shared_indices(demand: Demand, group: Places) -> Floats:
    """That of each group, numbered from 0, and last that of all series."""
    total = np.asarray(np.nansum(demand.quantity, axis=1, dtype=np.float64))
    whole = _index(total[:, None], demand, POOLED_WEEKS)
    groups = int(group.max(initial=-1)) + 1
    if not groups:
        return whole
    inside = group >= 0
    totals = np.zeros((groups, demand.periods))
    np.add.at(totals, group[inside], np.nan_to_num(demand.quantity[:, inside]).T)
    selling = np.bincount(group[inside], (demand.quantity[-demand.year :, inside] > 0).any(axis=0), groups)
    smooth = _smoothed(whole, _window(OWN_WEEKS, demand.year))
    ratio = _index(totals.T, demand, OWN_WEEKS) / (smooth / smooth.mean())
    bent = whole * ratio ** (selling / (selling + GROUP_TRUST)).astype(np.float32)
    return np.asarray(np.hstack([bent / bent.mean(axis=0), whole]), np.float32)


def _index(totals: Doubles, demand: Demand, weeks: int) -> Floats:
    """The mean shape of the last whole years of totals, a column each, without their growth."""
    years = len(totals) // demand.year
    latest = totals[-years * demand.year :]
    growth = np.exp(-_growth(totals, demand.year) * (np.arange(len(latest)) / demand.year)[:, None])
    of_years = (latest * growth).reshape(years, demand.year, -1)
    means = of_years.mean(axis=1, keepdims=True)
    shape = np.divide(of_years, means, out=np.ones_like(of_years), where=means > 0).mean(axis=0)
    smooth = _smoothed(np.roll(shape, demand.end % demand.year, axis=0), _window(weeks, demand.year))
    return np.asarray(np.clip(smooth / smooth.mean(axis=0), LOWEST, HIGHEST), np.float32)


def _growth(totals: Doubles, year: int) -> Doubles:
    """The logarithm of how totals grew within a year, as far as the periods that are known of two years tell. Without it the growth of
    a single year would look like a season that ends in a fall."""
    both = min(len(totals) - year, year // 2)
    came, before = totals[len(totals) - both :].sum(axis=0), totals[len(totals) - year - both : -year].sum(axis=0)
    told = (came > 0) & (before > 0)
    ratio = np.divide(came, before, out=np.ones_like(came), where=told)
    trust = both / (both + GROWTH_TRUST * year / WEEKS_OF_YEAR)
    return np.asarray(np.clip(np.log(ratio), -MOST_GROWTH, MOST_GROWTH) * trust)


def own_index(demand: Demand, shared: Floats) -> Floats:
    """The shared indices, bent towards each series that was there a year ago."""
    latest = np.roll(demand.quantity[-demand.year :], demand.end % demand.year, axis=0)
    window = _window(OWN_WEEKS, demand.year)
    known = ~np.isnan(latest)
    sales = np.where(known, latest, np.float32(0))
    weight = _smoothed(known.astype(np.float32), window)
    mean = sales.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    expected = weight * mean * _smoothed(shared, window)
    ratio = np.divide(_smoothed(sales, window), expected, out=np.ones_like(sales), where=expected > 0)
    selling = (sales > 0).sum(axis=0)
    trust = np.where(_was_there(demand), selling / (selling + TRUST), 0).astype(np.float32)
    index = shared * np.clip(ratio, 0.1, 10) ** trust
    return np.asarray(index / index.mean(axis=0), np.float32)


def _was_there(demand: Demand) -> Flags:
    return np.asarray((~np.isnan(demand.quantity[: demand.periods - demand.year + 1])).any(axis=0))


def _tried(demand: Demand, group: Places, sample: Places, start: int) -> dict[tuple[int, bool], float]:
    """How far each kind would have missed since the period `start`, without and with seasons of the groups' own."""
    some, past = demand.of(sample), demand.before(start)
    missed = {(NONE, False): _missed(some, start, np.ones((demand.year, 1), np.float32))}
    for grouped in (False, True) if (group >= 0).any() else (False,):
        shared = Season(POOLED, shared_indices(past, group if grouped else group[:0])).of_groups(group[sample])
        missed[POOLED, grouped] = _missed(some, start, shared) * HANDICAP
        missed[OWN, grouped] = _missed(some, start, own_index(some.before(start), shared)) * HANDICAP
    return missed


def _missed(demand: Demand, start: int, index: Floats) -> float:
    """How far sums are missed by the mean of the latest periods and this season, forecast from every second period on: those of each
    series, and that of all of them, lest a season win that merely expects too little."""
    plain, actual = demand.without(index), sums_of(demand.quantity, TRIED_SUM)
    error = 0.0
    for origin in range(start, len(actual), 2):
        recent = plain[max(origin - TRIED_MEAN, 0) : origin]
        level = np.nansum(recent, axis=0) / np.maximum((~np.isnan(recent)).sum(axis=0), 1)
        ahead = index[(demand.first + origin + np.arange(TRIED_SUM)) % demand.year].sum(axis=0)
        short = actual[origin] - level * ahead
        error += float(np.nansum(np.abs(short), dtype=np.float64))
        error += WHOLE * abs(float(np.nansum(short, dtype=np.float64)))
    return error


def _window(weeks: int, year: int) -> int:
    """An odd number of periods that last about so many weeks."""
    return 2 * round((weeks * year / WEEKS_OF_YEAR - 1) / 2) + 1


def _smoothed(values: Floats, window: int) -> Floats:
    """The circular moving average."""
    shifted = (np.roll(values, shift, axis=0) for shift in range(-(window // 2), window // 2 + 1))
    return np.asarray(sum(shifted) / window, values.dtype)
