"""A clock that is set forward and back by an hour, over a leap day and over the days on which clocks change: each day's work is done once."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from adapters.postgres.engine import Database
from adapters.postgres.schedule import PostgresScheduleRuns
from apps.worker.schedule import Job, Schedule
from core.domain.ids import new_id
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOK = timedelta(minutes=20)
STARTS = (
    datetime(2028, 2, 27, 12, tzinfo=UTC),  # over 29 February
    datetime(2027, 12, 30, 12, tzinfo=UTC),  # over the end of a year
    datetime(2026, 3, 28, 12, tzinfo=UTC),  # over the night in which Europe's clocks go forward
    datetime(2026, 10, 24, 12, tzinfo=UTC),  # and back
)


class SteppedClock:
    """Goes by looks, and is set forward or back by an hour every now and then: never further from the truth than that."""

    def __init__(self, start: datetime, seed: int) -> None:
        self._true, self._error, self._chance = start, timedelta(0), random.Random(seed)

    def go_on(self) -> None:
        self._true += LOOK
        if self._chance.random() < 0.1:
            self._error = self._chance.choice((-HOUR, timedelta(0), HOUR))

    def now(self) -> datetime:
        return self._true + self._error


@pytest.fixture
async def runs(database_url: str) -> AsyncIterator[PostgresScheduleRuns]:
    dispatch = Database(database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    yield PostgresScheduleRuns(dispatch)
    await dispatch.close()


@pytest.mark.promise("B15")
async def test_whatever_the_clock_is_set_to_each_slot_is_worked_off_once(
    runs: PostgresScheduleRuns, reached: Reach
) -> None:
    """Seen to fail with slots reckoned by the clocks of a country that change, and with a slot taken anew that was not the last one taken."""
    seeds, slots = amount(1, 5), 0
    for start in STARTS:
        for seed in range(seeds):
            for every in (DAY, HOUR):
                slots += await work_off(runs, start, every, seed)
    reached(
        "B15",
        f"{slots:,} slots over a leap day, a year's end and both changes of the clock, set by ±1 h: each worked off once",
    )


async def work_off(runs: PostgresScheduleRuns, start: datetime, every: timedelta, seed: int) -> int:
    """Four days of one job. Returns how many slots there were."""
    done: list[datetime] = []

    async def run(slot: datetime) -> None:
        done.append(slot)

    job, clock = (
        Job(f"clock-{new_id()}", run, every, timedelta(minutes=30) if every == DAY else timedelta(0)),
        SteppedClock(start, seed),
    )
    schedule = Schedule([job], runs, clock)
    for _ in range(4 * DAY // LOOK):
        clock.go_on()
        await schedule.run_due(job)
    assert {slot: times for slot, times in Counter(done).items() if times > 1} == {}
    if every == DAY:  # of hourly slots one may be leapt over: the next one does its work
        assert all(later - earlier == DAY for earlier, later in pairwise(sorted(done)))
    assert max(later - earlier for earlier, later in pairwise(sorted(done))) <= max(DAY, 3 * HOUR)
    return len(done)
