"""Moments by the clock on somebody's wall, which is put forward and back."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment_of(day: date, at: time, zone: ZoneInfo, fold: int = 0) -> datetime:
    """When it is that time of that day there. A time that the clock leaves out comes when it has been put forward, so every day has one;
    of a time that it shows twice the first counts, or the second with fold 1."""
    return datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)
