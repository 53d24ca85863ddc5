"""How actual demand strays from its forecast: quantiles of their ratio, pooled over all series of like size and variability."""

from dataclasses import dataclass

import numpy as np

from core.forecasting.level_path import LevelPath
from core.forecasting.series import Floats, Places, sums_of

ORIGINS = 26
SIZES, VARIABILITIES = 10, 5
FEW_OF_CELL, FEW_OF_SIZE, ENOUGH_TO_SPLIT = 30, 80, 400
FEW = 400  # residuals in all, below which they say nothing


@dataclass(frozen=True)
class ResidualGrid:
    """Of sums over so many periods. `sizes` and, for each size, `variabilities` are the bounds between cells; `ratios` are quantiles of
    (actual + 1) / (forecast + 1), of shape (sizes, variabilities, probabilities)."""

    periods: int
    sizes: Floats
    variabilities: Floats
    ratios: Floats

    def quantiles(self, mean: Floats, variability: Floats) -> Floats:
        """Of sums with these expected values, of shape (probabilities, series)."""
        size, cell = _places(self.sizes, self.variabilities, mean, variability)
        return np.asarray(np.maximum((mean + 1) * self.ratios[size, cell].T - 1, 0), np.float32)


def learn_residuals(
    plain: Floats, path: LevelPath, periods: int, probabilities: Floats, stretch: float = 1.0
) -> ResidualGrid | None:
    """From the latest origins whose sums are complete; None where they are too few to tell. What exceeds the forecast is stretched by
    that power."""
    actual = sums_of(plain, periods)
    origins = slice(max(len(actual) - ORIGINS, 0), len(actual))
    usable = ~np.isnan(actual[origins]) & (path.age[origins] > 0)
    if usable.sum() < FEW:
        return None
    forecast = periods * path.level[origins][usable]
    ratio = (actual[origins][usable] + 1) / (forecast + 1)
    ratio = np.where(ratio > 1, ratio ** np.float32(stretch), ratio)
    return _grid(periods, forecast, path.variability[origins][usable], ratio, probabilities)


def _grid(periods: int, forecast: Floats, variability: Floats, ratio: Floats, probabilities: Floats) -> ResidualGrid:
    sizes = np.quantile(forecast, np.arange(1, SIZES) / SIZES)
    size = np.searchsorted(sizes, forecast, side="right")
    variabilities = np.full((SIZES, VARIABILITIES - 1), np.inf, np.float32)
    for place in range(SIZES):
        here = variability[size == place]
        if len(here) >= ENOUGH_TO_SPLIT:
            variabilities[place] = np.quantile(here, np.arange(1, VARIABILITIES) / VARIABILITIES)
    ratios = _ratios(ratio, *_places(sizes, variabilities, forecast, variability), probabilities)
    return ResidualGrid(periods, sizes.astype(np.float32), variabilities, ratios)


def _places(sizes: Floats, variabilities: Floats, mean: Floats, variability: Floats) -> tuple[Places, Places]:
    size = np.searchsorted(sizes, mean, side="right")
    cell = np.zeros(len(mean), np.intp)
    for bound in variabilities.T:
        cell += variability >= bound[size]
    return size, cell


def _ratios(ratio: Floats, size: Places, cell: Places, probabilities: Floats) -> Floats:
    """Quantiles of each cell; of all values where too few fell into the cell, or have its size."""
    number = size * VARIABILITIES + cell
    order = np.argsort(number, kind="stable")
    bounds = np.searchsorted(number[order], np.arange(SIZES * VARIABILITIES + 1))
    all_of_them = np.quantile(ratio, probabilities)
    ratios = np.tile(all_of_them.astype(np.float32), (SIZES, VARIABILITIES, 1))
    for place in range(SIZES):
        start, end = bounds[place * VARIABILITIES], bounds[(place + 1) * VARIABILITIES]
        if end - start < FEW_OF_SIZE:
            continue
        for own in range(VARIABILITIES):
            inside = order[slice(*bounds[place * VARIABILITIES + own : place * VARIABILITIES + own + 2])]
            if len(inside) >= FEW_OF_CELL:
                ratios[place, own] = np.quantile(ratio[inside], probabilities)
    return ratios
