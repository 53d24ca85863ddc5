"""Recommendations: looked through, done in one press with the way to what it made, put off and dismissed, also by keyboard."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.async_api import expect

from adapters.postgres.engine import Database
from adapters.postgres.recommending.recommender import PostgresRecommender
from tests.shop import Shop
from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio


async def advised(shop: Shop, database: Database) -> None:
    """One product whose books are wrong, one that never leaves."""
    await shop.product("TEA")
    await shop.allow_negative("GYE")
    await shop.post("sale", "TEA", 3, site="GYE")
    await shop.product("OLD", price="5")
    await shop.post("receipt", "OLD", 1200, at=shop.days_ago(300), unit_cost=Decimal(3))
    await PostgresRecommender(database).look(shop.company_id, datetime.now(UTC))


async def test_one_is_done_in_one_press_and_says_what_it_made(
    visit: Visits, shop: Shop, web_database: Database
) -> None:
    await advised(shop, web_database)
    page = await visit("admin", path="/recommendations", language="en")
    tea = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Product TEA"))
    old = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Product OLD"))
    await expect(old).to_contain_text("at $4.00 instead of $5.00 it may leave sooner")
    await expect(old).to_contain_text("At stake $3,600.00")
    assert await visit.barriers(page) == []
    await tea.get_by_role("button", name="Count it").click()
    await expect(tea).to_contain_text("Done.")
    await expect(old).to_be_visible()
    assert await visit.barriers(page) == []
    await tea.get_by_role("link", name="Count 1").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("1")


async def test_the_keyboard_goes_through_them(visit: Visits, shop: Shop, web_database: Database) -> None:
    await advised(shop, web_database)
    page = await visit("admin", path="/recommendations", language="en")
    await expect(page.get_by_text("2 to look at")).to_be_visible()
    first = page.get_by_role("heading", level=2).first
    await page.keyboard.press("j")
    await expect(first.get_by_role("link")).to_be_focused()
    await page.keyboard.press("s")
    await page.get_by_role("menuitem", name="For a week").click()
    await expect(page.get_by_text("1 to look at")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.get_by_role("dialog").get_by_role("button", name="Dismiss").click()
    await expect(page.get_by_text("Nothing to recommend")).to_be_visible()
    await page.get_by_label("Only what I put off").click()
    await expect(page.get_by_text("1 to look at")).to_be_visible()
    await expect(page.get_by_text("until ")).to_be_visible()


async def test_who_may_not_do_it_is_told_what_it_takes(visit: Visits, shop: Shop, web_database: Database) -> None:
    await advised(shop, web_database)
    page = await visit("viewer", path="/recommendations?kind=likely_miscount", scheme="dark", size=PHONE)
    await expect(page.get_by_text("Para aceptarlo hace falta poder planificar conteos.")).to_be_visible()
    await expect(page.get_by_role("button", name="Contarlo")).to_have_count(0)
    await expect(page.get_by_role("button", name="Descartar")).to_have_count(0)
    assert await visit.barriers(page) == []
