"""Sales as a table of sku, date, qty, and the figures asked for as another."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from core.domain.demand import number_of_week
from core.forecasting.figures import Figures
from core.forecasting.listing import listed
from core.forecasting.series import Demand, Doubles, Flags, Places

WRITTEN_OUT = 0.9  # of the periods between a series' first and last: then one that is absent is missing, not 0
MONTHS, WEEKS = "MS", "W-MON"
LONGEST = {MONTHS: 120, WEEKS: 156}  # periods of the past that are looked at, as many weeks as the worker looks at
MOST = 1e15  # of a row: beyond it squares exceed what the arrays can hold


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sums are asked for. Horizons and probabilities rise."""

    origin: date
    monthly: bool
    skus: list[str]
    horizons: tuple[int, ...]
    probabilities: tuple[float, ...]


def read_train(path: Path) -> tuple[Asked, Demand]:
    """The question beside the table, and the demand of its skus before its origin. What is less than nothing came back, and was no
    demand; what is no number is not known."""
    asked = _asked(json.loads(Path(f"{path}.json").read_text(encoding="utf-8")))
    table = pq.read_table(path, columns=["sku", "date", "qty"])
    skus = np.array(table["sku"].cast(pa.string()).to_pylist(), dtype=str)
    days = table["date"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")
    quantity = table["qty"].cast(pa.float64()).to_numpy()
    chosen = (days < np.datetime64(asked.origin)) & np.isin(skus, asked.skus)
    sold = np.where(np.isfinite(quantity[chosen]), np.clip(quantity[chosen], 0, MOST), np.nan)
    return asked, demand_of(asked, skus[chosen], days[chosen], sold)


def _asked(question: dict[str, object]) -> Asked:
    frequency = question["freq"]
    if frequency not in (MONTHS, WEEKS):
        raise SystemExit(f"freq must be {WEEKS} or {MONTHS}, not {frequency}")
    return Asked(
        date.fromisoformat(str(question["origin"])[:10]),
        frequency == MONTHS,
        list(dict.fromkeys(str(sku) for sku in _list(question["skus"]))),
        tuple(sorted({int(str(each)) for each in _list(question["cum"])})),
        tuple(sorted({float(str(each)) for each in _list(question["quantiles"])})),
    )


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise SystemExit("skus, cum and quantiles must be lists")
    return value


def demand_of(asked: Asked, skus: NDArray[np.str_], days: NDArray[np.datetime64], quantity: Doubles) -> Demand:
    """Rows as periods by skus, in the order in which they are asked for. The last period ends with the origin. What sold before the
    longest past was there when that began."""
    names = np.array(asked.skus, dtype=str)
    order = np.argsort(names, kind="stable")
    column = order[np.searchsorted(names, skus, sorter=order)]
    back, longest = _periods_before(asked, days), LONGEST[MONTHS if asked.monthly else WEEKS]
    old, late = np.zeros(len(names), np.bool_), back <= longest
    old[column[~late]] = True
    periods = int(np.minimum(back, longest).max(initial=1))
    first, year = (_month(asked.origin), 12) if asked.monthly else (number_of_week(asked.origin), 52)
    empty = Demand(np.zeros((periods, len(names)), np.float32), first - periods, year)
    return _with_gaps(periods - back[late], column[late], days[late], quantity[late], empty, old)


def _periods_before(asked: Asked, days: NDArray[np.datetime64]) -> Places:
    """1 for the last period before the origin."""
    if asked.monthly:
        return np.asarray(_month(asked.origin) - (days.astype("datetime64[M]").astype(np.intp) + 1970 * 12), np.intp)
    return np.asarray(-((days - np.datetime64(asked.origin)).astype(np.intp) // 7), np.intp)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _with_gaps(
    row: Places, column: Places, days: NDArray[np.datetime64], quantity: Doubles, empty: Demand, old: Flags
) -> Demand:
    """Absent days had no sale, and a series began when it began to sell or all of them with the first; but of a table that has a row
    for each period, an absent one is missing."""
    total = np.zeros(empty.quantity.shape)
    np.add.at(total, (row, column), np.nan_to_num(quantity))
    known = np.zeros(total.shape, np.bool_)
    known[row, column] = True
    if _has_row_for_each_period(row, column, days, quantity, known, empty.year == 12):
        unknown = np.isnan(quantity)
        known[row[unknown], column[unknown]] = False
        return Demand(np.where(known, total, np.nan).astype(np.float32), empty.first, empty.year)
    return listed(Demand(total.astype(np.float32), empty.first, empty.year), ~old)


def _has_row_for_each_period(
    row: Places, column: Places, days: NDArray[np.datetime64], quantity: Doubles, known: Flags, monthly: bool
) -> bool:
    of_month = days - days.astype("datetime64[M]")
    of_week = days.astype(np.intp) % 7
    on_one_day = len(np.unique(of_month if monthly else of_week)) <= 1
    if not on_one_day or known.sum() < len(row):
        return False
    lifetime = np.logical_or.accumulate(known, axis=0) & np.logical_or.accumulate(known[::-1], axis=0)[::-1]
    return bool((quantity == 0).any() or known.sum() >= WRITTEN_OUT * max(lifetime.sum(), 1))


def write_figures(path: Path, asked: Asked, figures: Figures) -> None:
    """One row for each sku and sum."""
    places = len(asked.horizons)
    columns: dict[str, object] = {
        "sku": pa.array(np.repeat(np.array(asked.skus, dtype=object), places)),
        "k": np.tile(np.array(asked.horizons, np.int64), len(asked.skus)),
        "mean": figures.mean.T.ravel().astype(np.float64),
    }
    for probability, values in zip(asked.probabilities, figures.quantiles, strict=True):
        columns[f"q{probability:g}"] = values.T.ravel().astype(np.float64)
    pq.write_table(pa.table(columns), path)
