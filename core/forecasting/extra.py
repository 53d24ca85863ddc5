"""What comes out of the ordinary: promotions and bulk orders. A level without them says better what the next weeks bring; in all they
still come, so that what they add is given back to series that are alike."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.level_path import LevelPath
from core.forecasting.series import Floats

PERIODS = 26
CLASSES = 5
MOST = 2.0
TRUST = 20  # series, at which half of what they say of one another counts


@dataclass(frozen=True)
class Extra:
    """By what factor all demand exceeded the ordinary lately: `factors` at some degrees of `variability`, from 0 on, where it is 1.
    `trust`, from 0 to 1, is how far a shop has series enough to tell."""

    variability: Floats
    factors: Floats
    trust: float

    def level(self, every: Floats, usual: Floats, variability: Floats) -> Floats:
        """The level of series by those of all demand and of ordinary demand. Between two degrees the factor lies on a straight line."""
        factor = np.interp(variability, self.variability, self.factors)
        return np.asarray(self.trust * usual * factor + (1 - self.trust) * every, np.float32)


def learn_extra(plain: Floats, path: LevelPath) -> Extra:
    """From quantities without their season, in classes of like variability."""
    latest = slice(max(len(plain) - PERIODS, 0), len(plain))
    known = ~np.isnan(plain[latest])
    every, ordinary = plain[latest][known], path.ordinary(plain)[latest][known]
    variability = path.variability[:-1][latest][known]
    if not ordinary.any():
        return Extra(np.zeros(1, np.float32), np.ones(1, np.float32), 0.0)
    bounds = np.quantile(variability, np.arange(CLASSES + 1) / CLASSES)
    place = np.searchsorted(bounds[1:-1], variability, side="right")
    members, degrees, more, less = (
        np.bincount(place, each, CLASSES) for each in (np.ones(len(place)), variability, every, ordinary)
    )
    told = less > 0
    factors, centres = np.minimum(more[told] / less[told], MOST), degrees[told] / members[told]
    series = int(known.any(axis=0).sum())
    degree, factor = (np.concatenate(pair).astype(np.float32) for pair in (([0], centres), ([1], factors)))
    return Extra(degree, factor, series / (series + TRUST))
