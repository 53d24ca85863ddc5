"""Group commit beyond the contract of the ledger: nobody is left waiting, and nobody waits without end."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from adapters.postgres.constraints import UNREACHABLE
from adapters.postgres.engine import Database, Scope
from adapters.postgres.group_commit import MAX_WAITING, GroupCommitLedger
from adapters.postgres.pool import NO_CONNECTION
from core.domain.errors import Busy
from core.domain.ids import new_id
from core.domain.stock import SUPPLIER, Line, Posting, PostingKind
from core.ports.stock_ledger import IdempotencyKey, Posted
from tests.shop import Shop

pytestmark = pytest.mark.anyio


class HeldDatabase:
    """A database whose answers are held back until `release` is set, and then come all at one moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.held: asyncio.Queue[None] = asyncio.Queue()
        self.release = asyncio.Event()

    async def fetch(self, scope: Scope, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        rows = await self._database.fetch(scope, statement, parameters)
        self.held.put_nowait(None)
        await self.release.wait()
        return rows


def receipt() -> Posting:
    return Posting(PostingKind.RECEIPT, (Line("A", SUPPLIER, "UIO", Decimal(1)),))


@pytest.fixture
async def held_back(shop: Shop) -> HeldDatabase:
    await shop.product("A")
    return HeldDatabase(shop.database)


@pytest.fixture
def ledger(held_back: HeldDatabase) -> GroupCommitLedger:
    return GroupCommitLedger(held_back)  # type: ignore[arg-type]


@pytest.fixture
async def under_way(
    shop: Shop, held_back: HeldDatabase, ledger: GroupCommitLedger
) -> AsyncIterator[asyncio.Task[Posted]]:
    """A posting under way, in a group of its own."""
    task = asyncio.create_task(ledger.post(shop.admin, [receipt()]))
    await held_back.held.get()
    yield task
    held_back.release.set()
    await task


async def test_whoever_comes_as_the_last_group_ends_is_served(
    shop: Shop, held_back: HeldDatabase, ledger: GroupCommitLedger, under_way: asyncio.Task[Posted]
) -> None:
    """Seen to fail when flushers were counted by their tasks, which end a moment after their last look at the lane."""

    async def come_late() -> Posted:
        await held_back.release.wait()
        return await ledger.post(shop.admin, [receipt()])

    late = asyncio.create_task(come_late())
    await asyncio.sleep(0)
    held_back.release.set()
    async with asyncio.timeout(5):
        assert len((await under_way).postings + (await late).postings) == 2


async def test_those_who_wait_go_in_two_groups_of_like_size(
    shop: Shop, held_back: HeldDatabase, ledger: GroupCommitLedger, under_way: asyncio.Task[Posted]
) -> None:
    """Seen to fail when all who waited went at once: groups of one and nine, over and over."""
    waiting = [asyncio.create_task(ledger.post(shop.admin, [receipt()])) for _ in range(9)]
    await asyncio.sleep(0)
    held_back.release.set()
    await asyncio.gather(under_way, *waiting)
    sizes = await shop.fetch(
        "SELECT count(*) FROM posting WHERE company_id = app_company() GROUP BY recorded_at ORDER BY recorded_at"
    )
    assert sizes == [(1,), (5,), (4,)]


@pytest.mark.promise("B9")
async def test_when_too_many_wait_the_next_is_told_to_come_back(
    shop: Shop, ledger: GroupCommitLedger, under_way: asyncio.Task[Posted]
) -> None:
    waiting = [asyncio.create_task(ledger.post(shop.admin, [receipt()])) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy) as refused:
        await ledger.post(shop.admin, [receipt()])
    assert refused.value.details["retry_after"] == 1
    for task in waiting:
        task.cancel()
    assert not under_way.done()


@pytest.mark.promise("B9")
async def test_where_no_connection_is_free_nobody_asks_again(shop: Shop, database_url: str) -> None:
    """Seen to fail when a group that got no connection became as many waiters as it had members."""
    await shop.product("A")
    database = Database(database_url, size=1, patience=0.05)
    await database.open()
    asked = list[str]()

    class Listening:
        async def fetch(self, scope: Scope, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
            asked.append(statement)
            return await database.fetch(scope, statement, parameters)

    ledger = GroupCommitLedger(Listening())  # type: ignore[arg-type]
    async with database.transaction(Scope()):
        answers = await asyncio.gather(
            *(ledger.post(shop.admin, [receipt()]) for _ in range(9)), return_exceptions=True
        )
    assert [(type(answer), getattr(answer, "code", "")) for answer in answers] == [(Busy, NO_CONNECTION)] * 9
    assert len(asked) == 1  # all nine came before the lane looked
    assert (await ledger.post(shop.admin, [receipt()])).postings
    await database.close()


async def test_what_may_have_been_recorded_is_recorded_again_for_nobody(shop: Shop) -> None:
    """The database was lost with the word that all of a group is recorded. Seen to fail when everybody of it was tried again."""
    await shop.product("A")

    class Lost:
        def __init__(self) -> None:
            self.asked = 0

        async def fetch(self, *arguments: Any) -> list[tuple[Any, ...]]:
            rows = await shop.database.fetch(*arguments)
            self.asked += 1
            if self.asked == 1:
                raise Busy(UNREACHABLE, "the database cannot be reached")
            return rows

    ledger = GroupCommitLedger(Lost())  # type: ignore[arg-type]
    key = IdempotencyKey(shop.user_id, str(new_id()), "00" * 32)
    keyed, *others = await asyncio.gather(
        ledger.post(shop.admin, [receipt()], key),
        *(ledger.post(shop.admin, [receipt()]) for _ in range(2)),
        return_exceptions=True,
    )
    assert isinstance(keyed, Posted)
    assert keyed.replayed
    assert [getattr(answer, "code", "") for answer in others] == [UNREACHABLE] * 2
    assert await shop.fetch("SELECT count(*) FROM posting WHERE company_id = app_company()") == [(3,)]
