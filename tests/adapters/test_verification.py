"""`pirwa verify`: silent on sound books, and it names what somebody with the owner's rights has falsified."""

from decimal import Decimal

import psycopg
import pytest

from adapters.postgres.engine import Database
from adapters.postgres.verification import PostgresVerifier
from core.domain.company import CostingMethod
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio


async def found(shop: Shop) -> dict[str, str]:
    verifier = PostgresVerifier(shop.database)
    differences = {}
    for check in verifier.checks:
        for difference in await verifier.differences(shop.company_id, "test", check):
            differences[check] = difference.detail
    return differences


async def busy_shop(database: Database, costing: CostingMethod) -> Shop:
    shop = await open_shop(database, costing)
    await shop.allow_negative("GYE")
    await shop.product("A")
    await shop.product("MILK", tracking="lot")
    await shop.post("receipt", "A", 10, unit_cost=Decimal("3.3333"), at=shop.days_ago(9))
    await shop.post("receipt", "A", 7, unit_cost=Decimal("2.1"), at=shop.days_ago(8))
    sale = await shop.post("sale", "A", 5, at=shop.days_ago(7))
    await shop.fetch("SELECT ledger_checkpoint(%s)", shop.day(-1))
    await shop.post("sale", "A", 2, at=shop.days_ago(8))
    await shop.reverse(sale.id)
    await shop.post("sale", "A", 5, site="GYE")
    await shop.post("receipt", "A", 9, site="GYE", unit_cost=Decimal("2.75"))
    await shop.post("receipt", "MILK", 9, lot="L1")
    await shop.post("scrap", "MILK", 2, lot="L1")
    return shop


@pytest.mark.promise("I2", "I3", "I4", "I7")
@pytest.mark.parametrize("costing", list(CostingMethod))
async def test_sound_books_show_no_difference(database: Database, costing: CostingMethod) -> None:
    assert await found(await busy_shop(database, costing)) == {}


@pytest.mark.promise("I1")
@pytest.mark.promise("I4", "I7")
@pytest.mark.parametrize(
    ("falsification", "check"),
    [
        ("UPDATE stock_balance SET on_hand = on_hand + 1", "a balance is the sum of its moves"),
        ("UPDATE site_stock SET on_hand = on_hand + 1", "what a site holds is the sum of its balances"),
        (
            "UPDATE site_stock SET value = value + 0.0001",
            "the value of stock is what came in less what left, revaluations included",
        ),
        ("UPDATE site_stock SET promised = 1", "what is promised is the sum of the open reservations"),
        ("UPDATE stock_checkpoint SET value = value + 1", "checkpoints are the sum of the moves up to their day"),
        ("UPDATE site_stock SET is_low = true", "a product is low exactly when it is at or below its minimum"),
        ("UPDATE outbox_event SET subject_id = new_id()", "every posting has its event"),
        (
            "UPDATE site_stock SET issued_position = issued_position + 1",
            "cost layers hold what is on hand, at its value",
        ),
    ],
)
async def test_a_falsified_figure_is_named(
    database: Database, database_url: str, falsification: str, check: str
) -> None:
    shop = await busy_shop(database, CostingMethod.FIFO)
    with psycopg.connect(database_url) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, true)", (str(shop.company_id),))
        # Row-level security would keep other companies out, but an external server's superuser is above it.
        owner.execute(f"{falsification} WHERE company_id = %s".encode(), (shop.company_id,))
    assert check in await found(shop)
