"""Reports: found, narrowed, looked at and taken away, at once, in the background and by mail."""

import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from playwright.async_api import Page, Route, expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def a_sheet(page: Page, button: str) -> tuple[str, list[list[object]]]:
    """What the button downloads: its name, and its rows."""
    async with page.expect_download() as coming:
        await page.get_by_role("button", name=button, exact=True).click()
    file = await coming.value
    book = openpyxl.load_workbook(io.BytesIO((await file.path()).read_bytes()))
    assert book.active is not None
    return file.suggested_filename, [[cell.value for cell in row] for row in book.active.iter_rows()]


async def test_the_stock_of_last_month_is_an_excel_sheet_after_three_actions(visit: Visits, shop: Shop) -> None:
    last_month = (datetime.now(UTC) - timedelta(hours=5)).date().replace(day=1) - timedelta(days=1)
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 7, at=shop.days_ago(45), unit_cost=Decimal(2))
    await shop.post("receipt", "COFFEE", 5)
    page = await visit("manager", language="en")
    await page.get_by_role("link", name="Reports", exact=True).first.click()
    await page.get_by_role("link", name="Stock valuation: End of last month").click()
    _, rows = await a_sheet(page, "Excel")
    [coffee] = [row for row in rows if row[0] == "COFFEE"]
    assert 7 in coffee
    assert f"day={last_month}" in page.url
    await expect(page.get_by_role("row", name="COFFEE")).to_contain_text("7")
    await expect(page.get_by_role("row", name="Total")).to_contain_text("$14.00")
    assert await visit.barriers(page) == []


async def test_a_report_is_narrowed_drawn_and_says_where_it_leads(visit: Visits, shop: Shop) -> None:
    for sku, count in (("COFFEE", 3), ("TEA", 1)):
        await shop.product(sku)
        await shop.post("receipt", sku, 10)
        await shop.sell((sku, count))
    page = await visit("admin", path="/reports", scheme="dark", size=PHONE)
    await page.get_by_role("link", name="Ventas por producto", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ventas por producto")
    await expect(page.get_by_role("img", name=re.compile("Ventas por producto"))).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("link", name="Ayer").click()
    await expect(page.get_by_text("No hay nada que mostrar")).to_be_visible()
    await page.get_by_role("link", name="Hoy").click()
    await page.get_by_role("link", name="TEA").click()
    await expect(page).to_have_url(re.compile(r"/products\?q=TEA"))


async def test_a_report_of_one_product_asks_for_it(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 4)
    page = await visit("admin", path="/reports/kardex", language="en")
    await expect(page.get_by_text("Choose a product")).to_be_visible()
    await expect(page.get_by_role("button", name="PDF")).to_be_disabled()
    await page.get_by_label("Product").fill("COFFEE")
    await page.get_by_role("option", name=re.compile("COFFEE")).click()
    await expect(page.get_by_role("row", name=re.compile("Receipt"))).to_contain_text("4")
    await expect(page.get_by_role("button", name="PDF")).to_be_enabled()


async def test_what_is_too_large_is_made_in_the_background(visit: Visits, shop: Shop, watch: Watch) -> None:
    """Nobody posts 20,000 moves for a test: what the server would say of them is said at once. The job is a real one."""
    watch.allow(422, "/api/v1/reports/movements.xlsx")
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 4)

    async def refuse(route: Route) -> None:
        body = {"status": 422, "code": "report_too_large", "title": "Unprocessable", "detail": "it is too large"}
        await route.fulfill(status=422, json=body, content_type="application/problem+json")

    page = await visit("admin", path="/reports/movements", language="en")
    await page.route("**/api/v1/reports/movements.xlsx*", refuse)
    await page.get_by_role("button", name="Excel").click()
    await page.get_by_role("button", name="Make in the background").click()
    await expect(page.get_by_role("link", name="Download")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download").click()
    assert (await coming.value).suggested_filename.startswith("movements_")
    assert await visit.barriers(page) == []
    await page.get_by_role("link", name="All in the background").click()
    row = page.get_by_role("row", name=re.compile("Movements"))
    await expect(row).to_contain_text("Done")
    assert await visit.barriers(page) == []


async def test_a_report_is_sent_paused_and_deleted_with_a_way_back(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE")
    page = await visit("manager", path="/reports/sales_by_product?site=UIO", language="en")
    await page.get_by_role("link", name="Send by mail").click()
    drawer = page.get_by_role("dialog", name="New mailing")
    await drawer.get_by_label("Name").fill("Sales of the week")
    await expect(drawer.get_by_text("Without a confirmed mail address")).to_be_visible()
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Set up").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Sales of the week"))
    await expect(card).to_contain_text("Sales by product · Excel · Last week · UIO")
    await expect(card).to_contain_text("Every Monday at 07:00")
    await card.get_by_role("button", name="Send now").click()
    await expect(card).to_contain_text("they have no confirmed mail address")
    await card.get_by_role("button", name="Pause").click()
    await expect(card).to_contain_text("Paused")
    await card.get_by_role("button", name="Resume").click()
    await expect(card.get_by_role("button", name="Pause")).to_be_visible()
    await card.get_by_role("link", name="Sales of the week").click()
    drawer = page.get_by_role("dialog", name="Change mailing")
    await drawer.get_by_label("How often").click()
    await page.get_by_role("option", name="Every month").click()
    await drawer.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("Every month, day 1, at 07:00")
    await card.get_by_role("button", name="More for Sales of the week").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_text("No report is sent by mail yet")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(card).to_contain_text("Every month, day 1, at 07:00")
    assert await visit.barriers(page) == []
