"""The stock ledger on PostgreSQL: what it records, what it refuses, and that nothing gets round it."""

import asyncio
from decimal import Decimal

import psycopg
import pytest

from adapters.postgres.engine import Database
from core.domain.company import CostingMethod
from core.domain.errors import Conflict, Invalid
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio


async def test_a_receipt_and_a_sale_change_stock_and_value(shop: Shop) -> None:
    coffee = await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10, unit_cost=Decimal("2"))
    await shop.post("receipt", "COFFEE", 10, unit_cost=Decimal("3"))
    sale = await shop.post("sale", "coffee", 4, unit_price=Decimal("5.50"))
    assert await shop.on_hand(coffee) == 16
    assert (sale.lines[0].cost, sale.lines[0].total) == (Decimal("10"), Decimal("22"))


async def test_a_refusal_names_every_line_that_cannot_be_met(shop: Shop) -> None:
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 3)
    with pytest.raises(Conflict) as refused:
        await shop.post("sale", "TEA", 5)
    assert refused.value.code == "insufficient_stock"
    assert refused.value.details["available"] == "3"
    with pytest.raises(Invalid) as refused_too:
        await shop.post("sale", "NO SUCH", 1, site="XXX", lot="L1")
    assert [fault.pointer for fault in refused_too.value.faults] == ["/lines/0/product", "/lines/0/site"]
