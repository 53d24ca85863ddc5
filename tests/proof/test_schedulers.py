"""Three processes that schedule, two of which freeze."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from tests.proof.crowd import Crowd, crowd
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B7")]

SCHEDULERS = 3
MANY = 8  # schedules in each process, so that some look at the same moment
FAST = (1, 2)  # whose clocks are ahead of the third's
EVERY = 1  # seconds
SECONDS = 60.0  # until a test takes what it waits for to be lost


@dataclass
class Schedulers:
    """The processes, seen from outside."""

    members: Crowd

    def _told(self, what: str) -> list[tuple[int, str]]:
        told = [line for number in range(SCHEDULERS) for line in self.members.so_far(number)]
        return [(number, value) for kind, number, value in told if kind == what]

    @property
    def runs(self) -> list[tuple[int, datetime]]:
        """Who ran which slot, in the order of the slots."""
        return sorted(
            ((number, datetime.fromisoformat(slot)) for number, slot in self._told("ran")), key=lambda run: run[1]
        )

    @property
    def slots(self) -> list[datetime]:
        return [slot for _, slot in self.runs]

    async def all_there(self) -> None:
        await until(lambda: len(self._told("process")) == SCHEDULERS)

    async def run_on(self, slots: int) -> None:
        """Until so many slots more were run."""
        before = len(self.runs)
        await until(lambda: len(self.runs) >= before + slots)

    def send(self, signal_number: signal.Signals, members: Sequence[int]) -> None:
        for number, process in self._told("process"):
            if number in members:
                os.kill(int(process), signal_number)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - what another process does sets no event here
            await asyncio.sleep(0.02)


async def rows_of(database: Database, job: str) -> int:
    [[count]] = await database.fetch(Scope(), "SELECT count(*) FROM schedule_run WHERE job = %s", (job,))
    return int(count)


@pytest.fixture
async def dispatch(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, role="pirwa_dispatch", size=1)
    await database.open()
    yield database
    await database.close()


async def test_each_slot_is_run_once_while_two_of_three_are_frozen_and_when_they_are_back(
    dispatch: Database, database_url: str, tmp_path: Path, reached: Reach
) -> None:
    """Their clocks differ by as much as 0.4 s. Seen to fail when a slot was looked for before it was taken."""
    job, phase = f"proof-{new_id()}", amount(2, 10)
    arguments = {"url": database_url, "job": job, "every": EVERY, "patience": 3600, "schedules": MANY}
    async with crowd(tmp_path, "tests.proof.schedulers:keep_schedule", SCHEDULERS, **arguments) as members:
        schedulers = Schedulers(members)
        await schedulers.all_there()
        await schedulers.run_on(phase)
        schedulers.send(signal.SIGSTOP, FAST)
        frozen_at = len(schedulers.runs)
        await schedulers.run_on(phase + 1)
        alone = schedulers.runs[frozen_at:]
        schedulers.send(signal.SIGCONT, FAST)
        await schedulers.run_on(phase)
        slots = schedulers.slots
    times = Counter(slots)
    assert set(times.values()) == {1}, times
    assert all(later - earlier == timedelta(seconds=EVERY) for earlier, later in pairwise(slots)), slots
    assert {number for number, _ in alone[1:]} == {0}
    assert await rows_of(dispatch, job) == len(slots)
    reached("B7", f"3 schedulers, 2 frozen and thawed: {len(slots)} slots, each run once, none left out")


async def test_what_a_frozen_one_had_begun_is_taken_over_by_one_other(
    dispatch: Database, database_url: str, tmp_path: Path, reached: Reach
) -> None:
    """It freezes in the middle of its job, and its patience passes. Seen to fail when it was not noted that the other
    had ended: it was taken over again."""
    job = f"proof-{new_id()}"
    arguments = {"url": database_url, "job": job, "every": 86_400, "patience": 1, "stuck": 0, "schedules": 1}
    async with crowd(tmp_path, "tests.proof.schedulers:keep_schedule", 1, **arguments) as first:
        stuck = Schedulers(first)
        await until(lambda: len(stuck.runs) == 1)
        stuck.send(signal.SIGSTOP, [0])
        (tmp_path / "others").mkdir()
        others_are = {**arguments, "stuck": None, "schedules": MANY}
        async with crowd(
            tmp_path / "others", "tests.proof.schedulers:keep_schedule", SCHEDULERS, **others_are
        ) as others:
            schedulers = Schedulers(others)
            await schedulers.run_on(1)
            stuck.send(signal.SIGCONT, [0])
            assert not await others.end_within(2.0)  # longer than their patience
            assert len(schedulers.runs) == 1
    assert schedulers.slots == stuck.slots
    assert await rows_of(dispatch, job) == 1
    reached("B7", "a run that froze half-way: taken over by one of three others")
