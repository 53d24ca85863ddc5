"""What a real shop sold in a year, moved to one that is over, on the same days of the week."""

import csv
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SALES = Path(__file__).parent.parent / "data" / "online_retail" / "daily.csv.gz"
MOVED = timedelta(weeks=782)
BEGIN = date(2009, 12, 1) + MOVED
DAYS = 364


@dataclass(frozen=True, slots=True)
class Demand:
    """How many units of what customers want on each day, and of which products at all."""

    skus: Sequence[str]
    wanted: Mapping[date, Mapping[str, int]]

    def weekly(self, sku: str, weeks: int) -> float:
        """The mean of a week in the first weeks."""
        days = (BEGIN + timedelta(days=day) for day in range(7 * weeks))
        return sum(self.wanted.get(day, {}).get(sku, 0) for day in days) / weeks


def demand_of(products: int) -> Demand:
    """Of so many products: in equal parts of those that sell every day, every second day and now and then."""
    wanted: dict[date, dict[str, int]] = {}
    days_of: dict[str, int] = {}
    with gzip.open(SALES, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day, sku = date.fromisoformat(row["date"]) + MOVED, row["sku"]
            wanted.setdefault(day, {})[sku] = int(row["quantity"])
            days_of[sku] = days_of.get(sku, 0) + 1
    ranked = sorted(days_of, key=lambda sku: (-days_of[sku], sku))
    chosen = frozenset(ranked[:: len(ranked) // products][:products])
    kept = {day: {sku: units for sku, units in of_day.items() if sku in chosen} for day, of_day in wanted.items()}
    return Demand(sorted(chosen), kept)
