"""The looks that are taken under load find whatever is wrong with the books: each of them was shown a difference of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import psycopg
import pytest

from adapters.postgres.engine import Database
from core.commands.transfers import (
    DispatchTransfer,
    StartTransfer,
    StartTransferLine,
    dispatch_transfer,
    start_transfer,
)
from core.domain.company import CostingMethod
from tests.proof.invariants import INVARIANTS, Books, broken_at, broken_here, watching
from tests.shop import Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("I1", "I9")]

FALSIFICATIONS = {
    "I1 a balance is the sum of its moves": "UPDATE stock_balance SET on_hand = on_hand + 1 WHERE NOT is_serial",
    "I1 what a site has is the sum of its balances": "UPDATE site_stock SET on_hand = on_hand + 1",
    "I2 what a transfer sent has arrived, is accounted for or is on its way": "DELETE FROM transfer_line",
    "I3 nothing is below zero where that is not allowed": "UPDATE stock_balance SET on_hand = -1, negative_ok = true WHERE NOT is_serial",
    "I4 what is promised is the sum of the open reservations, and there": "UPDATE site_stock SET promised = promised + 1",
    "I5 the application may not change what was posted": "GRANT UPDATE ON move TO pirwa_app",
    "I6 a serial number is in one place": """
        INSERT INTO stock_balance (company_id, product_id, location_id, lot_id, on_hand)
        SELECT b.company_id, b.product_id, l.id, b.lot_id, 1 FROM stock_balance b
        JOIN location l ON l.company_id = b.company_id AND l.id <> b.location_id AND l.site_id IS NOT NULL WHERE b.is_serial LIMIT 1
    """,
    "I7 the value of stock is what came in less what left": "UPDATE site_stock SET value = value + 0.0001",
    "I7 cost layers hold what is on hand": "UPDATE site_stock SET issued_position = issued_position + 1",
    "I8 whatever refers to something of a company refers to it by company": """
        CREATE UNIQUE INDEX one ON product (id);
        ALTER TABLE reservation ADD CONSTRAINT bare FOREIGN KEY (product_id) REFERENCES product (id) NOT VALID
    """,
    "I9 a posting has one event of its own": """
        DELETE FROM delivery WHERE company_id = app_company();
        DELETE FROM outbox_event WHERE company_id = app_company()
            AND id = (SELECT min(id::text)::uuid FROM outbox_event WHERE company_id = app_company() AND subject_type = 'posting')
    """,
    "I9 events are numbered without a gap": """
        UPDATE outbox_event SET position = position + 1 WHERE company_id = app_company()
            AND position = (SELECT max(position) FROM outbox_event WHERE company_id = app_company())
    """,
    "I9 whoever is told of one sort of event is told of each that follows": """
        DELETE FROM delivery WHERE company_id = app_company() AND event_id = (SELECT later.id FROM outbox_event first
            JOIN outbox_event later ON later.company_id = first.company_id AND later.type = first.type AND later.position > first.position
            WHERE first.company_id = app_company() ORDER BY later.position LIMIT 1)
    """,
}
"""What breaks each invariant, as the owner of the tables, in the company that is set: the queues show their owner all companies."""

_TELL = """
    SELECT relay_events(%(company)s, array_agg('core:test'::text), array_agg(t.type::text), array_agg(NULL::text), 1000)
    FROM (SELECT DISTINCT type FROM outbox_event WHERE company_id = %(company)s) t
"""


@pytest.fixture(scope="module")
async def busy(database: Database, database_url: str) -> Shop:
    """A company with stock, serial numbers, something on its way, and subscribers who are told of everything."""
    shop = await open_shop(database, CostingMethod.FIFO)
    await shop.product("TEA")
    await shop.product("PHONE", tracking="serial")
    for _ in range(2):
        await shop.post("receipt", "TEA", 10, unit_cost=Decimal("1.2345"))
    await shop.post("receipt", "PHONE", 1, lot="S1")
    await shop.post("sale", "TEA", 3)
    wanted = StartTransfer("UIO", "GYE", [StartTransferLine("TEA", Decimal(2))])
    begun = (await shop.run(start_transfer, shop.admin, wanted)).result
    await shop.run(dispatch_transfer, shop.admin, (begun.id, DispatchTransfer(), None))
    async with owning(database_url, shop) as owner:
        await owner.execute(_TELL, {"company": shop.company_id})
        await owner.commit()
    return shop


@asynccontextmanager
async def owning(url: str, shop: Shop) -> AsyncIterator[Books]:
    """A transaction of the tables' owner in the company. What is not committed is taken back."""
    async with await psycopg.AsyncConnection.connect(url) as owner:
        await owner.execute("SELECT set_config('app.company_id', %s, true)", (str(shop.company_id),))
        yield owner
        await owner.rollback()


async def test_sound_books_break_none(busy: Shop, database_url: str) -> None:
    assert await broken_at(database_url, busy.company_id) == []
    [[deliveries]] = await busy.fetch("SELECT count(*) FROM delivery WHERE company_id = %s", busy.company_id)
    assert deliveries > 4


@pytest.mark.parametrize("invariant", INVARIANTS)
async def test_what_breaks_it_is_found(busy: Shop, database_url: str, invariant: str) -> None:
    async with owning(database_url, busy) as owner:
        for statement in FALSIFICATIONS[invariant].split(";"):
            await owner.execute(statement)
        found = await broken_here(owner, busy.company_id)
    assert invariant in {each.partition(":")[0] for each in found}, found


async def test_a_difference_is_found_while_others_work(database: Database, database_url: str) -> None:
    """It is committed between two looks; the one after it finds it."""
    shop = await open_shop(database)
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 10)
    async with watching(database_url, shop.company_id, 0.05) as watch:
        await watch.one_more()
        assert watch.found == []
        await change(database_url, shop, "UPDATE stock_balance SET on_hand = on_hand + 1")
        try:
            for _ in range(2):  # the first may have begun before
                await watch.one_more()
        finally:
            await change(database_url, shop, "UPDATE stock_balance SET on_hand = on_hand - 1")
    assert {each.partition(":")[0] for each in watch.found} == {
        "I1 a balance is the sum of its moves",
        "I1 what a site has is the sum of its balances",
    }


async def change(url: str, shop: Shop, statement: str) -> None:
    async with owning(url, shop) as owner:
        await owner.execute(statement)
        await owner.commit()
