"""From the ledger's weeks to arrays."""

from collections.abc import Sequence

import numpy as np

from core.domain.demand import NO_STOCK, DemandHistory
from core.forecasting.listing import listed
from core.forecasting.series import Demand, Flags, Floats, Places

_WEEK = np.dtype([("number", ">i2"), ("demand", ">f4"), ("arrived", ">f4"), ("change", ">f8")])


def quantities(rows: Sequence[DemandHistory], weeks: int) -> Floats:
    """Demand of so many weeks, of shape (weeks, rows); NaN before the listing, and where there was nothing to sell all week."""
    demand, arrived, change = np.zeros((3, weeks, len(rows)))
    moved = np.frombuffer(b"".join(row.weeks for row in rows), _WEEK)
    column = np.repeat(np.arange(len(rows)), [len(row.weeks) // _WEEK.itemsize for row in rows])
    for name, values in (("demand", demand), ("arrived", arrived), ("change", change)):
        values[moved["number"], column] = moved[name]
    at_first = np.array([float(row.on_hand) for row in rows]) - change[::-1].cumsum(axis=0)[::-1]
    sold_out = (at_first <= NO_STOCK) & (arrived == 0) & (demand == 0) & ~_endless(rows)
    unlisted = np.arange(weeks)[:, None] < np.where(at_first[0] > NO_STOCK, 0, _starts(rows, weeks))
    return np.where(sold_out | unlisted, np.nan, demand).astype(np.float32)


def _endless(rows: Sequence[DemandHistory]) -> Flags:
    return np.array([row.sells_below_zero for row in rows], np.bool_)


def _starts(rows: Sequence[DemandHistory], weeks: int) -> Places:
    starts = ([week for week in (row.listed, row.opened) if week is not None] for row in rows)
    return np.array([min(each, default=weeks) for each in starts], np.intp)


class DemandBuilder:
    """Gathers the series of a company batch by batch, so that the ledger's rows need not be held at once."""

    def __init__(self, weeks: int, end: int) -> None:
        """`end` is the number of the week after the last."""
        self._weeks, self._end = weeks, end
        self._parts: list[Floats] = []
        self._uncertain: list[bool] = []

    def add(self, rows: Sequence[DemandHistory]) -> None:
        self._parts.append(quantities(rows, self._weeks))
        self._uncertain += [row.opened is not None for row in rows]

    def demand(self) -> Demand:
        """All that was added, in its order, without the weeks before anything was listed."""
        quantity = np.concatenate(self._parts, axis=1)
        self._parts.clear()
        known = ~np.isnan(quantity).all(axis=1)
        first = int(known.argmax()) if known.any() else self._weeks - 1
        demand = Demand(quantity[first:], self._end - self._weeks + first)
        return listed(demand, np.array(self._uncertain, np.bool_))
