"""The end of a transaction: what travels with the commit, and who is tried again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg.errors import DivisionByZero

from adapters.postgres.engine import Database, Scope
from adapters.postgres.pool import NO_CONNECTION
from adapters.postgres.uow import PostgresRun
from core.domain.access import Actor
from core.domain.errors import Busy
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

    def transaction(self, *arguments: Any) -> Any:
        self.wanted += 1
        return self._database.transaction(*arguments)


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
