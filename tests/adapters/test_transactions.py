"""The end of a transaction: what travels with the commit, and who is tried again."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import DivisionByZero

from adapters.postgres.constraints import UNREACHABLE
from adapters.postgres.engine import Database, Scope
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.pool import NO_CONNECTION
from adapters.postgres.uow import PostgresRun
from core.domain.access import Actor
from core.domain.errors import Busy
from core.domain.ids import new_id
from core.domain.stock import SUPPLIER, Line, Posting, PostingKind
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import UnitOfWork
from tests.shop import Shop

pytestmark = pytest.mark.anyio

SET = "SELECT set_config('app.reason', %s, false)"
SHOW = "SELECT current_setting('app.reason', true)"


@pytest.fixture
async def one_link(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=1, patience=0.05)
    await database.open()
    yield database
    await database.close()


async def test_what_closes_a_transaction_is_part_of_it(one_link: Database) -> None:
    """Seen to fail with what closes it left out."""
    async with one_link.transaction(Scope(), closing=[(SET, ("kept",))]):
        pass
    assert await one_link.fetch(Scope(), SHOW) == [("kept",)]


async def test_when_what_closes_a_transaction_fails_nothing_of_it_is_done(one_link: Database) -> None:
    """And the connection is as good as before. Seen to fail without the rollback: the next found it in a failed transaction, and lost it."""
    [[connection]] = await one_link.fetch(Scope(), "SELECT pg_backend_pid()")
    with pytest.raises(DivisionByZero):
        async with one_link.transaction(Scope(), closing=[(SET, ("lost",)), ("SELECT 1 / 0", None)]):
            pass
    assert await one_link.fetch(Scope(), SHOW) != [("lost",)]
    assert await one_link.fetch(Scope(), "SELECT pg_backend_pid()") == [(connection,)]


class Counted:
    """A database that counts how often somebody wants a connection."""

    def __init__(self, database: Database) -> None:
        self._database, self.wanted = database, 0
        self.wanted_again = asyncio.Event()

    def transaction(self, *arguments: Any) -> Any:
        self._count()
        return self._database.transaction(*arguments)

    def fetch(self, *arguments: Any) -> Any:
        self._count()
        return self._database.fetch(*arguments)

    def _count(self) -> None:
        self.wanted += 1
        if self.wanted > 1:
            self.wanted_again.set()


async def nothing(uow: UnitOfWork, actor: Actor, command: None) -> None:
    """Does nothing."""


@pytest.mark.promise("B9")
async def test_where_no_connection_is_free_nobody_is_tried_again(shop: Shop, one_link: Database) -> None:
    """Seen to fail with three tries: they made the line three times as long."""
    counted = Counted(one_link)
    async with one_link.transaction(Scope()):
        with pytest.raises(Busy) as refused:
            await PostgresRun(counted)(nothing, shop.admin, None)  # type: ignore[arg-type]
    assert (refused.value.code, counted.wanted) == (NO_CONNECTION, 1)


@pytest.mark.parametrize("ledger", [PostgresStockLedger, GroupCommitLedger])
async def test_a_posting_is_tried_again_when_others_stood_in_its_way(
    shop: Shop, ledger: type[PostgresStockLedger] | type[GroupCommitLedger]
) -> None:
    """It waits longer for a lock than PostgreSQL lets it. Seen to fail without a second try."""
    await shop.product("TEA")
    counted = Counted(shop.database)
    receipt = Posting(PostingKind.RECEIPT, (Line("TEA", SUPPLIER, "UIO", Decimal(1)),))
    async with shop.database.transaction(Scope(shop.company_id)) as others:
        await others.execute("SELECT FROM company WHERE id = app_company() FOR UPDATE")
        posting = asyncio.create_task(ledger(counted).post(shop.admin, [receipt]))  # type: ignore[arg-type]
        again = asyncio.create_task(counted.wanted_again.wait())
        await asyncio.wait([posting, again], return_when=asyncio.FIRST_COMPLETED)
    assert len((await posting).postings) == 1
    assert await again


@pytest.mark.parametrize(("keyed", "tries"), [(True, 3), (False, 1)])
async def test_what_may_have_been_done_is_tried_again_only_by_who_would_notice(
    shop: Shop, keyed: bool, tries: int
) -> None:
    """The database was lost, perhaps with the word that all is recorded. Seen to fail when who had no key was tried again."""
    counted = Counted(shop.database)
    key = IdempotencyKey(shop.user_id, str(new_id()), "00" * 32) if keyed else None
    with pytest.raises(Busy):
        await PostgresRun(counted)(lost, shop.admin, None, key)  # type: ignore[arg-type]
    assert counted.wanted == tries


async def lost(uow: UnitOfWork, actor: Actor, command: None) -> None:
    """Loses the database."""
    raise Busy(UNREACHABLE, "the database cannot be reached")
