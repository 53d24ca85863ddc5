"""Counting: planned by a manager, counted by scanner and without a network, decided with what differs in sight."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def stocked(shop: Shop) -> None:
    for sku, quantity in (("COFFEE", 10), ("TEA", 4), ("CUP", 7)):
        await shop.product(sku, cost="2")
        await shop.post("receipt", sku, quantity)


async def planned(visit: Visits, **more: object) -> Any:
    client = await visit.client("manager")
    return await client.post_ok("/stock/counts", {"site": "UIO", **more})


async def test_a_count_is_planned_counted_handed_in_counted_again_and_posted(visit: Visits, shop: Shop) -> None:
    await stocked(shop)
    page = await visit("manager", path="/counts", language="en")
    await page.get_by_role("button", name="Plan a count").first.click()
    await page.get_by_role("dialog").get_by_label("Site").click()
    await page.get_by_role("option", name="UIO").click()
    await page.get_by_label("Units").fill("3")
    assert await visit.barriers(page) == []
    await page.get_by_role("dialog").get_by_role("button", name="Plan").click()
    await expect(page.get_by_text("0 of 3 lines counted")).to_be_visible()
    await expect(page.get_by_label("Scan or search")).to_be_focused()

    for code in ("TEA", "TEA", "TEA"):  # every scan is one
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")
    latest = page.get_by_role("list", name="What was counted last")
    await expect(latest).to_contain_text("3 in all · difference −1")
    await page.get_by_role("button", name="Type the quantity").click()
    await page.get_by_label("Scan or search").focus()
    await page.keyboard.type("COFFEE")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("group", name="Product COFFEE").get_by_label("Quantity")).to_be_focused()
    await page.keyboard.type("15")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Scan or search")).to_be_focused()
    await expect(page.get_by_text("2 of 3 lines counted")).to_be_visible()
    assert await visit.barriers(page) == []

    await page.get_by_role("link", name="Differing").click()
    await expect(page.get_by_role("row").filter(has_text="Product COFFEE")).to_contain_text("+5 · large")
    await expect(page.get_by_role("row").filter(has_text="Product CUP")).to_have_count(0)
    await page.get_by_role("button", name="Hand in").click()
    await page.get_by_role("button", name="Leave as the books say").click()
    await page.get_by_role("button", name="Count the large ones again").click()
    await expect(page.get_by_text("round 2")).to_be_visible()
    await page.get_by_role("link", name="All", exact=True).click()
    await page.get_by_role("button", name="Count Product COFFEE").click()
    await page.keyboard.type("11")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("3 of 3 lines counted")).to_be_visible()
    await page.get_by_role("button", name="Hand in").click()
    await page.get_by_role("button", name="Approve and post").click()
    await page.get_by_label("Reason").fill("the yearly count")
    await page.get_by_role("dialog").get_by_role("button", name="Approve and post").click()
    await expect(page.locator("main").get_by_text("Posted", exact=True)).to_be_visible()
    assert [await shop.on_hand_of(sku) for sku in ("COFFEE", "TEA", "CUP")] == [11, 3, 7]
    assert await visit.barriers(page) == []


async def test_a_blind_count_hides_the_books_and_goes_on_without_a_network(
    visit: Visits, shop: Shop, watch: Watch
) -> None:
    watch.allow_offline()
    await stocked(shop)
    count = await planned(visit, blind=True)
    manager = await visit("manager", path=f"/counts/{count['id']}", language="en")
    await expect(manager.get_by_text("0 of 3 lines counted")).to_be_visible()
    page = await visit(
        "operator", "UIO", path="/counts", size=PHONE, language="en", scheme="dark", service_workers="allow"
    )
    await page.get_by_role("link", name="Count 1").click()
    await expect(page.get_by_role("link", name="Open", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Differing")).to_have_count(0)
    await expect(page.get_by_text("By the books")).to_have_count(0)
    await page.get_by_label("Scan or search").focus()
    await page.keyboard.type("TEA")
    await page.keyboard.press("Enter")
    latest = page.get_by_role("list", name="What was counted last")
    await expect(latest).to_contain_text("1 in all")
    await expect(manager.locator("main").get_by_text("Counting")).to_be_visible()  # the other saw that it was begun
    await page.context.set_offline(True)
    for _ in range(2):
        await page.keyboard.type("TEA")
        await page.keyboard.press("Enter")
    await expect(latest.get_by_text("Will be sent")).to_have_count(2)
    await page.context.set_offline(False)
    await expect(page.get_by_role("link", name=re.compile("unsent"))).to_have_count(0, timeout=20_000)
    assert await visit.barriers(page) == []
    lines = await (await visit.client()).get_ok(f"/stock/counts/{count['id']}/lines", product="TEA")
    assert [line["counted"] for line in lines["items"]] == ["3"]
