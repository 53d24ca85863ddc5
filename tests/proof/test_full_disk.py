"""The disk of the database is full: whoever writes is told to come back, and nothing that was acknowledged is lost."""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from core.domain.ids import new_id
from tests.proof.faults import fill_disk
from tests.proof.house import House, furnished
from tests.proof.http_line import Answer, HttpLine, Lost
from tests.proof.invariants import broken_at, watching
from tests.proof.journal import Journal
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.proof.set_up import PATIENCE, set_up
from tests.proof.small_disk import CannotMount, SmallDisk, small_disk
from tests.proof.workload import compare, people_at_work
from tests.way_out import PLUGIN, importable

pytestmark = pytest.mark.anyio

PEOPLE = 8
SEED = 20261122
MEGABYTES = 1_000
SALE = {"lines": [{"product": "P1", "site": "UIO", "quantity": "1"}]}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pw", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture
def disk(folder: Path) -> Iterator[SmallDisk]:
    """Where the database of a set-up in the folder is."""
    with ExitStack() as stack:
        try:
            mounted = stack.enter_context(small_disk(folder / "pg", MEGABYTES))
        except CannotMount as error:
            pytest.skip(str(error))
        yield mounted


@pytest.mark.promise("B2", "I1", "I9")
async def test_whoever_writes_is_told_to_come_back_and_nothing_is_lost(
    folder: Path, disk: SmallDisk, tmp_path: Path, reached: Reach
) -> None:
    """Seen to fail where a full disk was an error of ours instead of a moment to come back later: 500."""
    times, between = amount(1, 5), amount(30, 400)
    with importable(tmp_path, PLUGIN):
        async with set_up(folder, tmp_path, disk=disk) as here:
            house = await furnished(here)
            here.start_worker()
            await here.start_servers(1)
            await house.switch_storefront_on()
            with closing(Journal(here.folder / "journal")) as journal:
                async with watching(here.postgres.url, house.shop.company_id) as watch:
                    longest = await fill_it_up(house, disk, journal, times, between)
                await house.told()
                compared = await compare(house.shop, journal)
            assert compared.is_right, compared
            assert watch.found == []
            assert await broken_at(here.postgres.url, house.shop.company_id) == []
            await house.shop.database.close()
    reached(
        "B2",
        f"the disk of the database full {times} times: 503 with Retry-After, {compared.acknowledged:,} acknowledged, 0 lost, 0 doubled,"
        f" ready again {longest:.1f} s after there was room",
    )


async def fill_it_up(house: House, disk: SmallDisk, journal: Journal, times: int, between: int) -> float:
    """So many times, while people work. Returns the longest time from when there was room until every server was ready."""
    longest = 0.0
    async with people_at_work(house.here.port, PEOPLE, house.signed_in, journal, SEED) as tally:
        for _ in range(times):
            await tally.until(tally.acknowledged + between)
            token = await house.signed_in()
            await asyncio.to_thread(disk.fill)
            refusal = await refused(house.here.port, token)
            assert int(refusal.headers["retry-after"]) > 0
            assert refusal.headers["content-type"].startswith("application/problem+json")
            assert refusal.json["code"] in ("database_unavailable", "database_busy"), refusal.body
            await fill_disk(house.here, random.Random(SEED))
            longest = max(longest, await house.here.ready())
        await tally.until(tally.acknowledged + between)
    return longest


async def refused(port: int, token: str) -> Answer:
    """The first answer to a sale that is none of success; every other answer is one of success."""
    line = HttpLine(port, {"Authorization": f"Bearer {token}"}, 20)
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    answer = await line.ask("POST", "/api/v1/sales", SALE, Idempotency_Key=str(new_id()))
                except Lost:
                    continue
                if answer.status != 201:
                    assert answer.status == 503, answer
                    return answer
    finally:
        line.close()
