"""Migrating while people work: nobody is turned away, and whoever holds a lock goes first.

Seen to fail when all triggers and policies were made in one transaction: it never had all of its locks at once, and gave up.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.migrate import is_current, migrate
from apps.settings import Settings
from tests.api import Api
from tests.proof.books import differences
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.proof.seeded import own_database
from tests.proof.shoppers import Shoppers
from tests.proof.stocked import stocked

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B12")]

CLIENTS = 6
PATIENCE = 30.0  # seconds


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    with own_database(server_url, "at_work") as url:
        migrate(url)
        yield url


@pytest.fixture
async def api(url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """The application, with stock to sell."""
    async with stocked(Settings(data=tmp_path, database_url=url)) as api:
        yield api


async def test_nobody_is_turned_away_while_the_schema_changes(url: str, api: Api, reached: Reach) -> None:
    """What changed of triggers and policies is made anew among those who use their tables."""
    shoppers = Shoppers([await api.client() for _ in range(CLIENTS)])
    times = amount(4, 20)
    async with shoppers.at_work():
        await shoppers.until(50)
        for _ in range(times):
            await asyncio.to_thread(outdate, url)
            await asyncio.to_thread(migrate, url, PATIENCE)
            await shoppers.until(20)
    assert shoppers.failed == []
    with psycopg.connect(url) as owner:
        assert is_current(owner)
    assert await differences(url) == []
    reached(
        "B12", f"{times} migrations under {CLIENTS} clients, {shoppers.answers:,} requests: 0 refused, 0 differences"
    )


async def test_a_long_transaction_holds_up_the_migration_and_nobody_else(url: str, api: Api) -> None:
    client = await api.client()
    outdate(url)
    with psycopg.connect(url) as holder:
        holder.execute("SELECT set_config('app.company_id', %s, true)", (str(api.shop.company_id),))
        holder.execute("SELECT count(*) FROM reservation")  # as a report does: the lock stays until its end
        migration = threading.Thread(target=migrate, args=(url,))
        migration.start()
        ends = time.monotonic() + 3.0
        while time.monotonic() < ends:
            assert (await client.get("/stock/reservations")).status_code == 200
        assert migration.is_alive()
    await asyncio.to_thread(migration.join)
    with psycopg.connect(url) as owner:
        assert is_current(owner)


def outdate(url: str) -> None:
    """The database is of a version of before: a trigger is another one, a policy is missing, and it bears another stamp."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("COMMENT ON TRIGGER audited ON company IS NULL")
        owner.execute("COMMENT ON TRIGGER audited ON transfer IS NULL")
        owner.execute("DROP POLICY dispatch ON reservation")
        owner.execute("COMMENT ON SCHEMA public IS 'pirwa of yesterday'")
