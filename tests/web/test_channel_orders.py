"""Orders of shops on the internet: what is lacking, what left, and what a person settles."""

import pytest
from playwright.async_api import expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio

AT = "2026-01-22T10:00:00Z"
LATER = "2026-01-23T10:00:00Z"


async def test_what_left_and_is_not_in_the_books_is_settled(visit: Visits, shop: Shop) -> None:
    await shop.product("CUP")
    await shop.post("receipt", "CUP", 2)
    await shop.product("TEA")
    line = {"id": "1", "sku": "CUP", "title": "A cup", "quantity": "5", "unit_price": "9.90"}
    fulfilment = {"id": "f1", "at": AT, "lines": [{"line": "1", "quantity": "3"}]}
    order = {"channel": "my-shop", "number": "#1001", "placed_at": AT, "currency": "USD", "site": "UIO"}
    seller = await visit.client("operator")
    await seller.post_ok("channel-orders", order | {"buyer": "Ana Mora", "lines": [line], "fulfilments": [fulfilment]})
    await seller.post_ok(
        "channel-orders", order | {"number": "#1002", "lines": [line | {"sku": "NOBODY", "title": "A hat"}]}
    )
    page = await visit("manager", path="/channel-orders", language="en")
    row = page.get_by_role("row").filter(has_text="#1001")
    await expect(row).to_contain_text("Stock is lacking")
    await expect(page.get_by_role("row").filter(has_text="#1002")).to_contain_text("Needs you")
    assert await visit.barriers(page) == []
    await page.get_by_role("searchbox", name="Number, buyer or SKU").fill("ana")
    await expect(page.get_by_role("row").filter(has_text="#1002")).to_have_count(0)
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Online order #1001")
    await expect(page.get_by_role("main")).to_contain_text("1 not in the books")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Settle").click()
    await page.get_by_label("Reason").fill("counted")
    assert await visit.barriers(page) == []
    await page.get_by_role("dialog").get_by_role("button", name="Settle").click()
    await expect(page.get_by_role("button", name="Settle")).to_have_count(0)
    await expect(page.get_by_role("main")).to_contain_text("1 settled")


async def test_a_refusal_of_the_books_is_read_in_ones_own_language(visit: Visits, shop: Shop) -> None:
    """Beside it stand English words, for programs that know nothing of the code."""
    await shop.product("CUP")
    await shop.post("receipt", "CUP", 2)
    line = {"id": "1", "sku": "CUP", "title": "A cup", "quantity": "1", "unit_price": "9.90"}
    left = {"id": "f1", "at": AT, "lines": [{"line": "1", "quantity": "1"}]}
    order = {"channel": "my-shop", "number": "#1", "placed_at": AT, "currency": "USD", "site": "UIO", "lines": [line]}
    order["fulfilments"] = [left]
    seller = await visit.client("operator")
    await seller.post_ok("channel-orders", order)
    closing = "UPDATE location SET active = false WHERE company_id = %s AND id = %s"
    await shop.fetch(closing, shop.company_id, shop.sites["UIO"])
    back = {"id": "r1", "at": LATER, "lines": [{"line": "1", "quantity": "1"}]}
    taken = await seller.post_ok("channel-orders", order | {"updated_at": LATER, "returns": [back]})
    assert (taken["state"], taken["problem_code"]) == ("needs_attention", "closed")
    page = await visit("manager", path="/channel-orders")
    await expect(page.get_by_role("row").filter(has_text="#1")).to_contain_text("Este sitio o lugar está cerrado")
    await page.get_by_role("row").filter(has_text="#1").get_by_role("link").click()
    await expect(page.get_by_role("alert").first).to_contain_text("Este sitio o lugar está cerrado")


async def test_an_order_says_what_is_wrong_with_it_on_a_phone(visit: Visits, shop: Shop) -> None:
    line = {"id": "1", "sku": "NOBODY", "title": "A hat", "quantity": "1", "unit_price": "9.90"}
    order = {"channel": "my-shop", "number": "#1", "placed_at": AT, "currency": "USD", "site": "UIO", "lines": [line]}
    await (await visit.client("operator")).post_ok("channel-orders", order)
    page = await visit("viewer", path="/channel-orders?state=needs_attention", size=PHONE, scheme="dark")
    await page.get_by_role("link", name="#1").click()
    await expect(page.get_by_role("alert").first).to_contain_text("Una línea no tiene producto")
    await expect(page.get_by_role("button", name="Dar por saldado")).to_have_count(0)
    assert await visit.barriers(page) == []
