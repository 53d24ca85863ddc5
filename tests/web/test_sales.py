"""Selling at a counter: by scanner and keyboard, with what came back, and without a network."""

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def scan(page: Page, *codes: str) -> None:
    """What a scanner does: it types a code and presses Enter, and does not wait."""
    for code in codes:
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")


async def at_the_counter(visit: Visits, role: str = "manager", **more: object) -> Page:
    page = await visit(role, "UIO", path="/sales/new", language="en", **more)  # type: ignore[arg-type]
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    return page


async def register(page: Page) -> None:
    await page.get_by_role("button", name="Register").click()


async def sales_of(visit: Visits) -> list[list[tuple[str, str]]]:
    client = await visit.client("admin")
    found = (await client.get("/sales")).json()["items"]
    return [[(line["sku"], line["quantity"]) for line in sale["lines"]] for sale in found]


async def test_a_sale_is_scanned_registered_and_partly_taken_back(visit: Visits, shop: Shop) -> None:
    for sku, price in (("COFFEE", "4.75"), ("TEA", "3")):
        await shop.product(sku, price=price)
        await shop.post("receipt", sku, 10)
    page = await at_the_counter(visit)
    await scan(page, "COFFEE", "TEA", "COFFEE")
    total = page.get_by_role("status").filter(has_text="Total")
    await expect(total).to_contain_text("$12.50")
    await page.get_by_role("button", name="One more of Product TEA").click()
    await expect(total).to_contain_text("$15.50")
    await page.get_by_label("Customer").fill("Ana")
    await page.get_by_label("Document number").fill("001-7")
    await page.get_by_label("Scan or search").focus()
    await page.keyboard.press("Control+Enter")
    last = page.get_by_role("region", name="Last sale")
    await expect(last).to_contain_text("2 × Product COFFEE")
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    assert await visit.barriers(page) == []
    await last.get_by_role("link", name="Open the sale").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sale 001-7")
    await page.get_by_role("button", name="Return").click()
    await page.get_by_role("button", name="One more of Product COFFEE").click()
    await page.get_by_label("Reason").fill("too strong")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Take back").click()
    await expect(page.get_by_text("Some of this sale came back.")).to_be_visible()
    await page.get_by_role("button", name="Return").click()
    await expect(page.get_by_text("1 of 2 still out")).to_be_visible()
    assert await shop.on_hand_of("COFFEE") == 9


async def test_a_sale_is_undone_from_the_message_that_tells_of_it(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await at_the_counter(visit)
    await scan(page, "COFFEE")
    await expect(page.get_by_text("Product COFFEE")).to_be_visible()
    await register(page)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("alert").filter(has_text="Undone.")).to_be_visible()
    assert await shop.on_hand_of("COFFEE") == 10


async def test_what_is_sold_without_a_network_is_sent_once_when_it_is_back(
    visit: Visits, shop: Shop, watch: Watch
) -> None:
    """Seen to fail when Enter in the scanner's field submitted the form as well: a scan registered the sale."""
    watch.allow_offline()
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await at_the_counter(visit, size=PHONE, service_workers="allow")
    await scan(page, "COFFEE")
    await expect(page.get_by_text("Product COFFEE")).to_be_visible()
    await page.context.set_offline(True)
    await scan(page, "COFFEE")
    await expect(page.get_by_label("Quantity")).to_have_value("2")
    await register(page)
    await expect(page.get_by_role("alert").filter(has_text="will be sent")).to_be_visible()
    await expect(page.get_by_role("link", name="1 unsent")).to_be_visible()
    assert await shop.on_hand_of("COFFEE") == 10
    await page.context.set_offline(False)
    await expect(page.get_by_role("link", name="1 unsent")).to_have_count(0)
    assert await sales_of(visit) == [[("COFFEE", "2")]]


async def test_a_sale_whose_answer_was_lost_is_recorded_once(visit: Visits, shop: Shop, watch: Watch) -> None:
    """Seen to fail when what waits got another key than its first try had: there were two sales."""
    watch.allow_offline()
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await at_the_counter(visit)
    await scan(page, "COFFEE")
    await expect(page.get_by_text("Product COFFEE")).to_be_visible()
    sent: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        sent.append(route.request.headers["idempotency-key"])
        answer = await route.fetch()
        await (route.abort() if len(sent) == 1 else route.fulfill(response=answer))

    await page.route("**/api/v1/sales", lose_the_first_answer)
    await register(page)
    await expect(page.get_by_role("alert").filter(has_text="will be sent")).to_be_visible()
    await expect(page.get_by_role("link", name="1 unsent")).to_have_count(0)
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert await sales_of(visit) == [[("COFFEE", "1")]]


async def test_what_the_server_would_not_take_is_mended_and_sent_again(visit: Visits, shop: Shop, watch: Watch) -> None:
    """Seen to fail when it was sent again as it had been, whatever was mended, and when the page of what is unsent was only fetched
    once it was opened, without a network."""
    watch.allow_offline()
    watch.allow(409, "/api/v1/sales")
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 3)
    page = await at_the_counter(visit, service_workers="allow")
    await scan(page, "COFFEE")
    await page.get_by_label("Quantity").fill("5")
    await page.context.set_offline(True)
    await register(page)
    await page.get_by_role("link", name="1 unsent").click()
    await expect(page.get_by_role("heading", name="1 waiting")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("heading", name="1 to review")).to_be_visible()
    await expect(page.get_by_text("Line 1: Only 3 available.")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Quantity").fill("3")
    await page.get_by_role("button", name="Send again").last.click()
    await expect(page.get_by_text("Everything has been sent")).to_be_visible()
    assert await sales_of(visit) == [[("COFFEE", "3")]]


async def test_the_sales_of_a_time_add_up(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE", price="5")
    await shop.post("receipt", "COFFEE", 10)
    await shop.sell(("COFFEE", 2))
    page = await visit("manager", path="/sales/summary?by=product", scheme="dark")
    await expect(page.get_by_role("img", name=re.compile("Ventas por Producto"))).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("link", name="Product COFFEE").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ventas")
    await expect(page.get_by_text("COFFEE × 2")).to_be_visible()
    assert await visit.barriers(page) == []
