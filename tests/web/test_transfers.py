"""Goods between sites: started by scanning, sent, and received with or without differences, while both ends look on."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits, lose_the_network
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def stocked(shop: Shop, *skus: str) -> None:
    for sku in skus:
        await shop.product(sku)
        await shop.post("receipt", sku, 20)


async def started(visit: Visits, **quantities: str) -> Any:
    """A pending transfer from UIO to GYE."""
    client = await visit.client("manager")
    lines = [{"product": sku, "quantity": quantity} for sku, quantity in quantities.items()]
    return await client.post_ok("/transfers", {"source": "UIO", "destination": "GYE", "lines": lines})


async def scan(page: Page, *codes: str, label: str = "Scan or search") -> None:
    """What a scanner does: it types a code and presses Enter, and does not wait."""
    await expect(page.get_by_label(label)).to_be_focused()
    for code in codes:
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")


async def cell(page: Page, row: str, column: str) -> str:
    """What a table says of a row under a heading."""
    headers = await page.get_by_role("columnheader").all_inner_texts()
    cells = page.get_by_role("row").filter(has_text=row).get_by_role("cell")
    return (await cells.nth(headers.index(column)).inner_text()).strip()


async def test_a_transfer_is_sent_here_and_received_there_without_anybody_looking_again(
    visit: Visits, shop: Shop
) -> None:
    """Both ends see each other's deeds; from Home, everything is received by three actions at most."""
    await stocked(shop, "COFFEE")
    transfer = await started(visit, COFFEE="8")
    there = await visit("operator", "GYE", path="/", language="en")
    await expect(there.get_by_role("heading", level=1)).to_be_visible()
    here = await visit("operator", "UIO", path="/transfers", language="en")
    await here.get_by_role("link", name="Transfer 1").click()
    await here.get_by_role("button", name="Dispatch", exact=True).click()
    await expect(here.get_by_text("In transit").first).to_be_visible()
    assert await cell(here, "Product COFFEE", "Dispatched") == "8"

    # It came to the other's list by itself: one opens it (1), receives all (2), and that was it.
    await there.locator(f'a[href="/transfers/{transfer["id"]}"]').first.click()
    await there.get_by_role("button", name="Receive all").click()
    await expect(there.locator("main").get_by_text("Confirmed")).to_be_visible()
    assert await shop.on_hand_of("COFFEE", "GYE") == 8

    await expect(here.locator("main").get_by_text("Confirmed")).to_be_visible()
    await expect(here.get_by_role("list", name="What happened").get_by_role("listitem")).to_have_count(3)
    assert await cell(here, "Product COFFEE", "Received") == "8"
    assert await visit.barriers(here) == []


async def test_a_transfer_begins_with_scans_as_a_draft_that_is_handed_in(visit: Visits, shop: Shop) -> None:
    await stocked(shop, "COFFEE", "TEA")
    page = await visit("manager", path="/transfers/new", language="en")
    await scan(page, "COFFEE", "TEA", "COFFEE")
    await page.get_by_label("From", exact=False).first.click()
    await page.get_by_role("option", name="UIO").click()
    await page.get_by_label("To", exact=False).first.click()
    await page.get_by_role("option", name="GYE").click()
    await expect(page.get_by_text("20 available at UIO")).to_have_count(2)
    await expect(page.get_by_label("Quantity").first).to_have_value("2")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Keep as a draft").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Transfer 1")
    await page.get_by_role("button", name="Hand in").click()
    await expect(page.locator("main").get_by_text("Pending")).to_be_visible()
    await page.get_by_role("button", name="Cancel transfer").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel transfer").click()
    await expect(page.locator("main").get_by_text("Cancelled").first).to_be_visible()


async def test_more_than_there_is_stays_on_the_page_with_what_there_is(visit: Visits, shop: Shop, watch: Watch) -> None:
    watch.allow(409, "/api/v1/transfers")
    await stocked(shop, "COFFEE")
    page = await visit("manager", path="/transfers/new?source=UIO&destination=GYE", language="en")
    await scan(page, "COFFEE")
    await page.get_by_label("Quantity").fill("21")
    await page.get_by_role("button", name="Hand in").click()
    await expect(page.get_by_text("Only 20 available.")).to_be_visible()
    await expect(page.get_by_label("Quantity")).to_have_value("21")


async def test_what_arrives_with_differences_is_told_line_by_line(visit: Visits, shop: Shop) -> None:
    """On a phone, in Spanish: of ten, seven come, three are damaged; of the other line some are still on their way."""
    await stocked(shop, "COFFEE", "TEA")
    transfer = await started(visit, COFFEE="10", TEA="4")
    client = await visit.client("operator", "UIO")
    await client.post_ok(f"/transfers/{transfer['id']}/dispatch", {})
    page = await visit("operator", "GYE", path="/transfers?tab=receive", size=PHONE, scheme="dark")
    await page.get_by_role("link", name="Transferencia 1").click()
    await page.get_by_role("button", name="Recibir con diferencias").click()
    coffee = page.get_by_role("group", name="Product COFFEE")
    await coffee.get_by_label("Recibido").fill("7")
    await coffee.get_by_role("combobox").click()
    await page.get_by_role("option", name="Llegó dañado").click()
    await page.get_by_role("group", name="Product TEA").get_by_label("Recibido").fill("1")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Confirmar").click()
    await expect(page.get_by_text("Recibido en parte")).to_be_visible()
    await expect(page.get_by_role("list", name="Qué pasó")).to_contain_text("Llegó dañado")
    assert await visit.barriers(page) == []
    found = await client.get_ok(f"/transfers/{transfer['id']}")
    lines = {line["sku"]: (line["received"], line["resolved"], line["in_transit"]) for line in found["lines"]}
    assert lines == {"COFFEE": ("7", "3", "0"), "TEA": ("1", "0", "3")}


async def test_a_receipt_without_a_network_waits_and_is_sent_once(visit: Visits, shop: Shop, watch: Watch) -> None:
    watch.allow_offline()
    await stocked(shop, "COFFEE")
    transfer = await started(visit, COFFEE="5")
    client = await visit.client("operator", "UIO")
    await client.post_ok(f"/transfers/{transfer['id']}/dispatch", {})
    page = await visit("operator", "GYE", path=f"/transfers/{transfer['id']}", language="en", service_workers="allow")
    await expect(page.get_by_role("button", name="Receive all")).to_be_visible()
    await lose_the_network(page)
    await page.get_by_role("button", name="Receive all").click()
    await expect(page.get_by_role("link", name=re.compile("1 unsent"))).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator("main").get_by_text("Confirmed")).to_be_visible(timeout=20_000)
    assert await shop.on_hand_of("COFFEE", "GYE") == 5
