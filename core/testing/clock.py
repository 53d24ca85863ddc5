"""A clock that stands still until a test turns it."""

from datetime import UTC, datetime, timedelta

MIDDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


class HandClock:
    """`Clock`."""

    def __init__(self, now: datetime = MIDDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        """Lets so much time pass."""
        self._now += by
