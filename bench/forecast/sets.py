"""The open data sets, as periods by series, and the times from which they are forecast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.forecasting.listing import listed
from core.forecasting.series import Demand, Doubles, Floats, Places


@dataclass(frozen=True, slots=True)
class DataSet:
    """`quantity` as the table has it; `price` weighs the series. `daily`: absent days had no sale, and nobody says when a series began.
    `recent`: only series with a sale in the last so many periods before an origin are forecast."""

    name: str
    quantity: Floats
    price: Doubles
    year: int
    origins: Sequence[int]
    daily: bool
    recent: int | None = None

    def views(self) -> Iterator[tuple[int, Places, Demand]]:
        """Each origin with the series that are forecast there and what was known."""
        for origin in self.origins:
            known = self.quantity[:origin]
            sold = (np.nan_to_num(known[-self.recent :] if self.recent else known) > 0).any(axis=0)
            chosen = np.flatnonzero(sold) if self.recent else np.arange(known.shape[1])
            demand = Demand(known[:, chosen], 0, self.year)
            yield origin, chosen, listed(demand, np.ones(len(chosen), np.bool_)) if self.daily else demand


def data_sets(folder: Path) -> list[DataSet]:
    """All of them. Licences and origins stand in the folder's own README."""
    return [
        _online_retail(folder),
        _carparts(folder),
        DataSet(
            "uci_sales", *_weeks(folder / "uci_sales_weekly.parquet", 52, np.nan), 52, range(24, 45, 4), daily=False
        ),
        DataSet(
            "completejourney",
            *_weeks(folder / "completejourney_daily.parquet", 52, 0),
            52,
            range(24, 45, 4),
            daily=True,
        ),
        DataSet(
            "dominicks",
            *_weeks(folder / "dominicks_oj_weekly.parquet", None, np.nan),
            52,
            range(60, 114, 8),
            daily=False,
        ),
    ]


def _online_retail(folder: Path) -> DataSet:
    quantity, _ = _weeks(folder / "online_retail_daily.parquet", 52, 0)
    prices = pq.read_table(folder / "online_retail_prices.parquet")
    of_sku = dict(zip(prices["sku"].to_pylist(), prices["unit_price"].to_pylist(), strict=True))
    skus = sorted(set(pq.read_table(folder / "online_retail_daily.parquet", columns=["sku"])["sku"].to_pylist()))
    price = np.array([of_sku.get(sku, 1.0) for sku in skus])
    return DataSet("online_retail", quantity, price, 52, range(26, 45, 3), daily=True, recent=26)


def _carparts(folder: Path) -> DataSet:
    """Those parts that have no gap."""
    sku, day, quantity = _columns(folder / "carparts_monthly.parquet")
    months = day.astype("datetime64[M]").astype(np.intp)
    table = _table(months - months.min(), sku, quantity, None, np.nan)
    whole = table[:, ~np.isnan(table).any(axis=0)]
    return DataSet("carparts", whole, np.ones(whole.shape[1]), 12, (31, 35, 39, 43), daily=False)


def _weeks(path: Path, periods: int | None, absent: float) -> tuple[Floats, Doubles]:
    """From the Monday of the first day on."""
    sku, day, quantity = _columns(path)
    weeks = (day.astype(np.intp) + 3) // 7  # the first day of that calendar was a Thursday
    table = _table(weeks - weeks.min(), sku, quantity, periods, absent)
    return table, np.ones(table.shape[1])


def _columns(path: Path) -> tuple[np.ndarray, np.ndarray, Doubles]:
    table = pq.read_table(path, columns=["sku", "date", "qty"])
    day = table["date"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[D]")
    return np.array(table["sku"].to_pylist(), dtype=str), day, table["qty"].cast(pa.float64()).to_numpy()


def _table(period: Places, sku: np.ndarray, quantity: Doubles, periods: int | None, absent: float) -> Floats:
    names, column = np.unique(sku, return_inverse=True)
    table = np.full((int(period.max()) + 1, len(names)), absent)
    if np.isnan(absent):
        table[period, column] = quantity
    else:
        np.add.at(table, (period, column), quantity)
    return table[:periods].astype(np.float32)
