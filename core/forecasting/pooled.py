"""What the series of a company teach one another: the season, the drift of late, how demand strays from its forecast, and how new
series begin."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np

from core.forecasting.cold_start import Newcomers, learn_newcomers
from core.forecasting.extra import Extra, learn_extra
from core.forecasting.level_path import LevelPath
from core.forecasting.residuals import ResidualGrid, learn_residuals
from core.forecasting.season import Season
from core.forecasting.series import Floats, Places, sums_of
from core.forecasting.variance import VarianceLaw, learn_law, own_errors

DRIFT_SUM, DRIFT_ORIGINS = 4, 6
MOST_DRIFT, BELIEVED = 0.1, 0.75  # of the logarithm, and the share of it that is believed


@dataclass(frozen=True)
class Pooled:
    """`extra` is by how much all that is sold exceeds the ordinary, `drift` by how much it has run ahead of its levels of late; `groups`
    names the groups of the series, by their numbers. `grids` and `laws` have an entry for each of `horizons`. A horizon with too few residuals of its own has the grid of the longest
    one before it that has enough; None where none has."""

    horizons: tuple[int, ...]
    probabilities: tuple[float, ...]
    season: Season
    extra: Extra
    drift: float
    grids: tuple[ResidualGrid | None, ...]
    laws: tuple[VarianceLaw | None, ...]
    newcomers: Newcomers
    groups: tuple[str, ...] = ()


def learn_pooled(
    plain: Floats,
    path: LevelPath,
    group: Places,
    season: Season,
    horizons: tuple[int, ...],
    probabilities: tuple[float, ...],
) -> Pooled:
    """From quantities without their season and the levels known before each of them."""
    wanted = np.array(probabilities)
    grids: list[ResidualGrid | None] = []
    for periods in horizons:
        grids.append(learn_residuals(plain, path, periods, wanted, season.unsure) or (grids[-1] if grids else None))
    return Pooled(
        horizons,
        probabilities,
        season,
        learn_extra(plain, path),
        drift_of(plain, path),
        tuple(grids),
        tuple(learn_law(own_errors(plain, path, periods)) for periods in horizons),
        learn_newcomers(plain, path.age, group, horizons, wanted),
    )


def drift_of(plain: Floats, path: LevelPath) -> float:
    """By what factor demand as a whole ran ahead of its levels lately: levels follow late. Most of it is believed, within limits."""
    actual = sums_of(plain, DRIFT_SUM)
    latest = slice(max(len(actual) - DRIFT_ORIGINS, 0), len(actual))
    usable = ~np.isnan(actual[latest]) & (path.age[latest] > 0)
    came = np.where(usable, actual[latest], 0).sum(axis=1, dtype=np.float64)
    expected = np.where(usable, DRIFT_SUM * path.level[latest], 0).sum(axis=1, dtype=np.float64)
    told = (came > 0) & (expected > 0)
    if not told.any():
        return 1.0
    ahead = float(np.log(came[told] / expected[told]).mean())
    return float(np.exp(np.clip(ahead, -MOST_DRIFT, MOST_DRIFT) * BELIEVED))


def written(pooled: Pooled) -> bytes:
    """As bytes that `read` understands."""
    arrays = {
        "horizons": np.array(pooled.horizons),
        "probabilities": np.array(pooled.probabilities),
        "season_kind": np.array(pooled.season.kind),
        "season": pooled.season.pooled,
        "season_unsure": np.array(pooled.season.unsure),
        "extra_variability": pooled.extra.variability,
        "extra_factors": pooled.extra.factors,
        "extra_trust": np.array(pooled.extra.trust),
        "drift": np.array(pooled.drift),
        "groups": np.array(pooled.groups, dtype=str),
        "laws": np.array([(law.intercept, law.slope) if law else (np.nan, np.nan) for law in pooled.laws]),
        "usual": pooled.newcomers.usual,
        "first_ratios": pooled.newcomers.ratios,
        "grid_periods": np.array([grid.periods if grid else 0 for grid in pooled.grids]),
    }
    for grid in {grid.periods: grid for grid in pooled.grids if grid}.values():
        arrays |= {f"{name}_{grid.periods}": getattr(grid, name) for name in ("sizes", "variabilities", "ratios")}
    stream = BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def read(content: bytes) -> Pooled:
    """What was written."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        grids = {
            periods: ResidualGrid(
                periods, *(arrays[f"{name}_{periods}"] for name in ("sizes", "variabilities", "ratios"))
            )
            for periods in arrays["grid_periods"].tolist()
            if periods
        }
        return Pooled(
            tuple(arrays["horizons"].tolist()),
            tuple(arrays["probabilities"].tolist()),
            Season(int(arrays["season_kind"]), arrays["season"], float(arrays["season_unsure"])),
            Extra(arrays["extra_variability"], arrays["extra_factors"], float(arrays["extra_trust"])),
            float(arrays["drift"]),
            tuple(grids.get(periods) for periods in arrays["grid_periods"].tolist()),
            tuple(None if np.isnan(law).any() else VarianceLaw(*law.tolist()) for law in arrays["laws"]),
            Newcomers(arrays["usual"], arrays["first_ratios"]),
            tuple(arrays["groups"].tolist()),
        )
