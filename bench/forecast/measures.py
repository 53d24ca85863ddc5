"""How good figures were: error, bias, loss of the quantiles, coverage, and the stock that it takes to fill 90 % of the demand."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bench.forecast.sets import DataSet
from core.forecasting.series import Doubles, Floats

HORIZONS = (1, 3, 4, 8)
PROBABILITIES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
LEAD, REVIEW = 2, 1
MULTIPLES = (0.25, 0.5, 0.75)  # of the median, for fills below it, and ...
MORE_MULTIPLES = (1.25, 1.5, 2.0, 3.0, 5.0)  # of the highest quantile, for those above


@dataclass(frozen=True, slots=True)
class Said:
    """What a method says at one origin: `mean` of shape (horizons, series), `quantiles` of (probabilities, horizons, series)."""

    mean: Floats
    quantiles: Floats


@dataclass(slots=True)
class Score:
    """Sums over origins, of which the measures are ratios."""

    missed: float = 0
    off: float = 0
    came: float = 0
    loss: float = 0
    came_in_three: float = 0
    inside: list[Doubles] = field(default_factory=list)
    seconds: float = 0

    def add(self, said: Said, future: Floats) -> None:
        """Compares sums of four, and quantiles of three periods, where none is missing."""
        four, three = future[:4].sum(axis=0), future[:3].sum(axis=0)
        error = (said.mean[2] - four)[~np.isnan(four)]
        self.missed, self.off = self.missed + float(np.abs(error).sum()), self.off + float(error.sum())
        self.came += float(np.nansum(four))
        known = ~np.isnan(three)
        for probability, quantile in zip(PROBABILITIES, said.quantiles[:, 1], strict=True):
            short = (three - quantile)[known]
            self.loss += (
                2 * float(np.maximum(probability * short, (probability - 1) * short).sum()) / len(PROBABILITIES)
            )
        self.came_in_three += float(np.nansum(three))
        self.inside.append((three <= said.quantiles[3, 1])[known].astype(float))

    def figures(self) -> dict[str, float]:
        """WAPE4, bias4, PL and cov95 as docs/forecasting.md explains them."""
        return {
            "WAPE4": self.missed / self.came,
            "bias4": self.off / self.came,
            "PL": self.loss / self.came_in_three,
            "cov95": float(np.concatenate(self.inside).mean()),
        }


def stock_for(data: DataSet, levels: Mapping[int, Floats], fill: float) -> float:
    """On-hand stock, in periods of demand by value, with which that share of the value demanded can be sold; NaN where no multiple of
    the quantiles reaches it. What cannot be sold is lost. `levels` are the quantiles of lead time and review at each origin, of shape
    (probabilities, series), NaN for series that are not forecast: what they sell before they are, no method can have in stock, so it
    counts for nothing."""
    aims = {origin: _aims(level) for origin, level in levels.items()}
    reached = np.array(
        [_simulated(data, {origin: aim[row] for origin, aim in aims.items()}) for row in range(_rows(aims))]
    )
    fills, stocks = np.maximum.accumulate(reached[:, 0]), reached[:, 1]
    return float(np.interp(fill, fills, stocks)) if fills[0] <= fill <= fills[-1] else float("nan")


def _aims(level: Floats) -> Floats:
    return np.array([*(m * level[0] for m in MULTIPLES), *level, *(m * level[-1] for m in MORE_MULTIPLES)])


def _rows(aims: Mapping[int, Floats]) -> int:
    return len(next(iter(aims.values())))


def _simulated(data: DataSet, aims: Mapping[int, Floats]) -> tuple[float, float]:
    """The share that was sold and the mean stock, over what was demanded, both by value. Orders of a period's end come two later."""
    first, end = min(aims), min(max(aims) + 8, len(data.quantity))
    on_hand = np.nan_to_num(aims[first])
    coming = [np.zeros_like(on_hand) for _ in range(LEAD)]
    aim, sold, wanted, stock = aims[first], 0.0, 0.0, 0.0
    for period in range(first, end):
        aim = aims.get(period, aim)
        on_hand = on_hand + coming.pop(0)
        demand = np.where(np.isnan(aim), 0, np.nan_to_num(data.quantity[period]))
        sales = np.minimum(on_hand, demand)
        sold, wanted = sold + float((sales * data.price).sum()), wanted + float((demand * data.price).sum())
        stock += float(((on_hand - sales / 2) * data.price).sum())
        on_hand = on_hand - sales
        coming.append(np.nan_to_num(np.maximum(aim - on_hand - sum(coming), 0)))
    return sold / wanted, stock / wanted
