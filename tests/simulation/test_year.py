"""A year in which nobody watches: what the company's policies, suppliers and worker made of it.

Seen to fail when what is on order was not counted, when an order was placed twice, when of several events that came together one was
told, when forecasts were a fifth of what they are, and when lead times were not learnt.
"""

from collections.abc import AsyncIterator
from itertools import groupby

import pytest
from litestar import Litestar

from adapters.postgres.engine import Database
from apps.settings import Settings
from tests.api import Api, tokens_of
from tests.shop import open_shop
from tests.simulation.demand import DAYS, demand_of
from tests.simulation.market import LEAD_DAYS
from tests.simulation.opening import opened
from tests.simulation.year import FIXED, SERVED, Year

pytestmark = pytest.mark.anyio

PRODUCTS = 8


@pytest.fixture(scope="module")
async def year(database: Database, app: Litestar, settings: Settings) -> AsyncIterator[Year]:
    """The company at the end of the year."""
    shop = await open_shop(database)
    api = Api(app, shop, tokens_of(database, settings))
    async with opened(api, settings, demand_of(PRODUCTS)) as year:
        await year.pass_days(DAYS)
        yield year


async def test_customers_find_what_they_want(year: Year) -> None:
    assert year.outcome(FIXED).fill_rate > 0.85
    assert year.outcome(SERVED).fill_rate > 0.9


async def test_the_shelves_hold_what_the_books_say(year: Year) -> None:
    rows = await year.shop.fetch(
        "SELECT p.sku, s.on_hand FROM site_stock s JOIN product p ON p.company_id = s.company_id AND p.id = s.product_id"
        " WHERE s.company_id = %s AND s.site_id = %s",
        *(year.shop.company_id, year.shop.sites["UIO"]),
    )
    assert {sku: int(on_hand) for sku, on_hand in rows} == {sku: one.on_hand for sku, one in year.shelves.items()}
    assert min(on_hand for _, on_hand in rows) >= 0


async def test_every_order_went_out_once_and_for_what_was_missing(year: Year) -> None:
    assert year.market.repeated == []
    orders = await year.shop.fetch(
        "SELECT o.number FROM purchase_order o WHERE o.company_id = %s ORDER BY 1", year.shop.company_id
    )
    assert [number for (number,) in orders] == sorted(year.market.keys)
    assert len(set(year.market.keys.values())) == len(orders) > PRODUCTS
    assert year.above_target == []
    twice = "SELECT product_id, order_id FROM replenishment_proposal WHERE company_id = %s AND order_id IS NOT NULL"
    ordered = await year.shop.fetch(twice, year.shop.company_id)
    assert len(set(ordered)) == len(ordered) > PRODUCTS


async def test_every_crossing_was_told_once_to_whoever_should_know(year: Year) -> None:
    for begun, ended in (("low_stock", "low_stock_ended"), ("out_of_stock", "back_in_stock")):
        happened = await year.shop.fetch(
            "SELECT subject_id, type FROM outbox_event WHERE company_id = %s AND type IN (%s, %s) ORDER BY subject_id, position",
            *(year.shop.company_id, begun, ended),
        )
        for _, of_product in groupby(happened, key=lambda one: one[0]):
            kinds = [kind for _, kind in of_product]
            assert kinds == [begun, ended] * (len(kinds) // 2) + [begun] * (len(kinds) % 2)
        told = await year.told(begun)
        assert sorted(told) == sorted(set(told))
        assert len(told) == sum(kind == begun for _, kind in happened) > 0


async def test_how_long_suppliers_take_is_learnt(year: Year) -> None:
    learnt = await year.shop.fetch(
        "SELECT s.code, t.days / t.receipts FROM lead_time_stat t"
        " JOIN supplier s ON s.company_id = t.company_id AND s.id = t.supplier_id"
        " WHERE t.company_id = %s AND t.product_id IS NULL",
        year.shop.company_id,
    )
    for code, days in learnt:
        least, most = LEAD_DAYS[code]
        assert least <= days <= most + 1
    assert {code for code, _ in learnt} == LEAD_DAYS.keys()
