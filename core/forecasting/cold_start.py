"""New series: what others of their group sold in their first periods stands in for what they have not sold yet."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.series import Floats, Places, sums_of

FIRST = 8  # periods that count as the start of a series
FEW = 5  # newcomers, below which a group says nothing of its own
FEW_RESIDUALS = 30
TRUST = (
    0.5  # of a period: its own first one counts twice what the others say; trusting those more halves what sells well
)
OLD = FIRST  # periods, from which on a series stands for itself


@dataclass(frozen=True)
class Newcomers:
    """The median demand of a period among the first ones, of each group and, last, of all; NaN where nobody is known to have begun.
    `ratios`, of shape (horizons, probabilities), are quantiles of (actual + 1) / (expected + 1) of the first sums; NaN likewise."""

    usual: Floats
    ratios: Floats

    def of_group(self, group: Places) -> Floats:
        """The usual demand of a period. A group that is not known, such as -1, is that of all."""
        known = (group >= 0) & (group < len(self.usual) - 1)
        return self.usual[np.where(known, group, len(self.usual) - 1)]

    def level(self, own: Floats, age: Floats, group: Places) -> Floats:
        """The level of series of this age, whose own one is drawn towards the usual."""
        usual = self.of_group(group)
        usual = np.where(np.isnan(usual), np.where(age > 0, own, 0), usual)
        trust = np.where(age < OLD, age / (age + TRUST), 1)
        return np.asarray(trust * own + (1 - trust) * usual, np.float32)


def learn_newcomers(
    plain: Floats, age: Floats, group: Places, horizons: tuple[int, ...], probabilities: Floats
) -> Newcomers:
    """From series that were listed within the time known, of groups numbered from 0. Their first `FIRST` periods must be over."""
    begun = np.flatnonzero((age[1] == 0) & (age[-1] >= FIRST))
    start = (age[1:, begun] > 0).argmax(axis=0)
    first = plain[np.minimum(start + np.arange(FIRST)[:, None], len(plain) - 1), begun]
    weekly = np.nansum(first, axis=0) / np.maximum((~np.isnan(first)).sum(axis=0), 1)
    usual = _medians(weekly, group[begun], int(group.max(initial=-1)) + 1)
    newcomers = Newcomers(usual, np.full((len(horizons), len(probabilities)), np.nan, np.float32))
    expected = newcomers.of_group(group[begun])
    for row, periods in enumerate(horizons):
        newcomers.ratios[row] = _ratios(plain[:, begun], start, expected, periods, probabilities)
    return newcomers


def _medians(weekly: Floats, group: Places, groups: int) -> Floats:
    of_all = np.median(weekly) if len(weekly) >= FEW else np.nan
    members = [weekly[group == number] for number in range(groups)]
    return np.array([np.median(each) if len(each) >= FEW else of_all for each in members] + [of_all], np.float32)


def _ratios(plain: Floats, start: Places, expected: Floats, periods: int, probabilities: Floats) -> Floats:
    sums = sums_of(plain, periods)
    inside = np.flatnonzero(start < len(sums))
    actual, mean = sums[start[inside], inside], periods * expected[inside]
    ratio = ((actual + 1) / (mean + 1))[~np.isnan(actual + mean)]
    if len(ratio) < FEW_RESIDUALS:
        return np.full(len(probabilities), np.nan, np.float32)
    return np.asarray(np.quantile(ratio, probabilities), np.float32)
