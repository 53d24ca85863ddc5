"""The seals of the audit trail: nobody without the key changes, removes, swaps or slips in a row unnoticed, not even the owner
of the database with all triggers off."""

import asyncio
from random import Random

import pytest

from adapters.postgres.audit_chain import SEALED_AT_ONCE, PostgresAuditChain
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from tests.falsifying import COLUMNS, FALSIFICATIONS, KEY, Falsification, Trail, trail_of
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

ROUNDS = 4  # of each kind of falsification, at places taken at random


@pytest.fixture
async def trail(database: Database, database_url: str) -> Trail:
    return await trail_of(database, database_url)


# ------------------------------------------------------------------ sealing


@pytest.mark.promise("I10")
async def test_every_entry_gets_one_seal_in_order(trail: Trail) -> None:
    seals = await trail.seals()
    assert [seq for seq, _ in seals] == list(range(1, len(seals) + 1))
    in_time = [entry for (entry,) in await trail.shop.fetch("SELECT id FROM audit_entry ORDER BY at, id")]
    assert [entry for _, entry in seals] == in_time
    assert await trail.shop.fetch("SELECT FROM audit_unsealed") == []
    assert await trail.faults() == []


async def test_sealing_goes_on_where_it_ended_and_takes_a_long_queue_in_parts(trail: Trail) -> None:
    """Seen to fail when each part began a chain of its own."""
    made = SEALED_AT_ONCE + 7
    await trail.shop.fetch(
        "INSERT INTO category (company_id, id, name, depth) SELECT app_company(), new_id(), 'C' || n, 1 FROM generate_series(1, %s) n",
        made,
    )
    before = len(await trail.seals())
    assert await trail.chain.seal(trail.shop.company_id)
    assert not await trail.chain.seal(trail.shop.company_id)
    assert len(await trail.seals()) == before + made
    assert await trail.faults() == []


async def test_what_is_committed_late_is_sealed_late(trail: Trail) -> None:
    """Its time lies before that of rows which have their seal. Seen to fail when only entries later than the last sealed one
    were looked for."""
    async with trail.shop.database.transaction(trail.shop.scope) as slow:
        await slow.execute("UPDATE product SET name = 'Slow' WHERE sku = 'P1'")
        await trail.shop.fetch("UPDATE product SET name = 'Quick' WHERE sku = 'P2'")
        await trail.seal()
    assert await trail.faults() == []
    await trail.seal()
    last = await trail.shop.fetch(
        "SELECT e.after ->> 'name' FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id ORDER BY s.seq DESC LIMIT 2"
    )
    assert last == [("Slow",), ("Quick",)]
    assert await trail.faults() == []


async def test_sealers_wait_for_each_other(trail: Trail) -> None:
    """Seen to fail without the lock: two gave out the same numbers."""
    for number in range(5):
        await trail.shop.fetch("UPDATE product SET name = %s", f"Name {number}")
        await asyncio.gather(*(trail.chain.seal(trail.shop.company_id) for _ in range(6)))
    assert await trail.shop.fetch("SELECT FROM audit_unsealed") == []
    assert await trail.faults() == []


async def test_the_dispatcher_finds_the_companies_that_wait(database: Database, database_url: str) -> None:
    trail, other = await trail_of(database, database_url, 1), await trail_of(database, database_url, 1)
    await other.shop.product("NEW")
    dispatch = Database(database_url, role="pirwa_dispatch", size=1)
    await dispatch.open()
    try:
        waiting = await DueWork(dispatch).companies_to_seal()
    finally:
        await dispatch.close()
    assert other.shop.company_id in waiting
    assert trail.shop.company_id not in waiting


async def test_nothing_is_said_before_the_first_seal(database: Database, database_url: str) -> None:
    shop = await open_shop(database)
    assert list(await PostgresAuditChain(database, KEY).faults(shop.company_id)) == []


# ------------------------------------------------------------------ falsifying


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.promise("I10")
async def test_an_edited_row_is_named(trail: Trail, column: str) -> None:
    """Seen to fail for each column that was left out of the sealed text."""
    number, entry = Random(column).choice(await trail.seals())
    trail.falsify((f"UPDATE audit_entry SET {column} = {COLUMNS[column]} WHERE id = %s", (entry,)))
    first, *_ = await trail.faults()
    assert first.startswith(f"entry {entry}, number {number}, is not what was sealed there")


@pytest.mark.parametrize("falsified", FALSIFICATIONS, ids=lambda one: one.__name__)
@pytest.mark.promise("I10")
async def test_the_first_broken_row_is_named(database: Database, database_url: str, falsified: Falsification) -> None:
    """Seen to fail when the hash did not take in the one before (swapped seals, and what was deleted and renumbered), when gaps
    between numbers were passed over, and when only sealed rows were looked at."""
    chance = Random(falsified.__name__)
    for _ in range(ROUNDS):
        trail = await trail_of(database, database_url)
        expected = falsified(trail, await trail.seals(), chance)
        first, *_ = await trail.faults()
        assert first.startswith(expected)


@pytest.mark.promise("I10")
async def test_a_row_that_waits_cannot_vanish(trail: Trail) -> None:
    """Seen to fail when only what is there was looked at."""
    await trail.shop.product("LATE")
    [(entry,)] = await trail.shop.fetch("SELECT entry_id FROM audit_unsealed")
    trail.falsify(("DELETE FROM audit_entry WHERE id = %s", (entry,)))
    assert await trail.faults() == [f"entry {entry}, which waited for its seal, is gone or has another time"]


async def test_another_key_fits_no_trail(trail: Trail) -> None:
    (fault,) = await PostgresAuditChain(trail.shop.database, bytes(32)).faults(trail.shop.company_id)
    assert fault.endswith("number 1, is not what was sealed there, unless it was sealed with another key")
