"""When series began, where nobody wrote it down."""

import numpy as np

from core.forecasting.level_path import level_path
from core.forecasting.series import Demand, Flags, Floats, canonical_order, sums_of

HOLD_OUT = 13
TRIED_SUM = 4
HANDICAP = 1.1  # the early beginning must win by so much
SAMPLE = 20_000


def listed(demand: Demand, uncertain: Flags) -> Demand:
    """The demand with NaN before the uncertain series began: with the first sale, or, where that foretells the latest periods worse,
    where they begin now. Starting with the first sale makes rare sales look frequent; starting early makes what is new look slow. All
    of them are treated alike."""
    if not uncertain.any():
        return demand
    early = demand.quantity[:, uncertain]
    late = _from_first_sale(early)
    sample = canonical_order(early)[:SAMPLE]
    if _missed(early[:, sample]) * HANDICAP < _missed(late[:, sample]):
        return demand
    quantity = demand.quantity.copy()
    quantity[:, uncertain] = late
    return Demand(quantity, demand.first, demand.year)


def _from_first_sale(quantity: Floats) -> Floats:
    begun = np.maximum.accumulate(quantity > 0, axis=0)
    return np.where(begun, quantity, np.float32(np.nan))


def _missed(quantity: Floats) -> float:
    """By how much the latest sums of series that had sold before were missed."""
    actual, path = sums_of(quantity, TRIED_SUM), level_path(quantity)
    sold_before = np.vstack([np.zeros((1, quantity.shape[1]), np.bool_), np.maximum.accumulate(quantity > 0, axis=0)])
    latest = slice(max(len(actual) - HOLD_OUT, 0), len(actual))
    error = np.abs(actual[latest] - TRIED_SUM * path.level[latest])
    return float(np.nansum(np.where(sold_before[latest], error, np.float32(0)), dtype=np.float64))
