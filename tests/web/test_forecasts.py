"""Forecasts: what is expected of each product, how far to trust it, and how far the latest run has come."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from adapters.postgres.engine import Database
from tests.apps.test_forecasting import noon, sold_weekly, this_monday, work
from tests.shop import Shop
from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio


@pytest.fixture
async def dispatch(web_database_url: str) -> AsyncIterator[Database]:
    database = Database(web_database_url, role="pirwa_dispatch", size=2)
    await database.open()
    yield database
    await database.close()


async def test_what_is_expected_leads_to_its_chart(visit: Visits, shop: Shop, dispatch: Database) -> None:
    monday = this_monday()
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 60, at=noon(monday, 12, 0))
    await sold_weekly(shop, "TEA", [4, 5, 4, 6, 5, 4, 5, 4], monday)
    await work(shop, dispatch, monday)
    page = await visit("viewer", path="/forecasts", language="en")
    # Whichever worker took the run: the page tells when it is done.
    await expect(page.get_by_role("region", name="Latest runs").get_by_text("Done")).to_be_visible()
    await page.reload()
    row = page.get_by_role("row", name="Product TEA")
    await expect(row).to_contain_text("23")
    await expect(row).to_contain_text("UIO")
    assert await visit.barriers(page) == []
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert await visit.barriers(page) == []
    await page.get_by_role("link", name="Product TEA").click()
    await expect(page.get_by_role("img", name="Demand of Product TEA at UIO by week")).to_be_visible()


async def test_where_nothing_was_sold_nothing_is_foretold(visit: Visits) -> None:
    page = await visit("viewer", path="/forecasts", scheme="dark")
    await expect(page.get_by_text("Aún no hay pronósticos")).to_be_visible()
    assert await visit.barriers(page) == []
