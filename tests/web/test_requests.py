"""Requests: somebody asks, a manager decides beside the stock, and what was granted is handed over."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio


async def asked(visit: Visits, kind: str = "customer_order", site: str = "UIO", **quantities: str) -> Any:
    client = await visit.client("operator", site)
    lines = [{"product": sku, "quantity": quantity} for sku, quantity in quantities.items()]
    return await client.post_ok(
        "/requests", {"kind": kind, "site": site, "reason": "the wedding on Saturday", "lines": lines}
    )


async def scan(page: Page, *codes: str, label: str = "Scan or search") -> None:
    """What a scanner does: it types a code and presses Enter, and does not wait."""
    await expect(page.get_by_label(label)).to_be_focused()
    for code in codes:
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")


async def test_a_request_shows_at_once_where_it_is_decided_and_is_approved_by_one_click(
    visit: Visits, shop: Shop
) -> None:
    await shop.product("CUP", price="2.50")
    await shop.post("receipt", "CUP", 12)
    manager = await visit("manager", path="/requests", language="en")
    await expect(manager.get_by_text("Nothing waits for your decision")).to_be_visible()

    asker = await visit("operator", "UIO", path="/requests/new?kind=customer_order", language="en")
    await scan(asker, "CUP")
    await asker.get_by_label("Quantity").fill("10")
    await asker.get_by_label("Reason").fill("the wedding on Saturday")
    await expect(asker.get_by_text("12 available at UIO")).to_be_visible()
    assert await visit.barriers(asker) == []
    await asker.get_by_role("button", name="Send request").click()
    await expect(asker.get_by_role("heading", level=1)).to_have_text("Request 1")

    waiting = manager.get_by_role("listitem").filter(has_text="the wedding on Saturday")
    await expect(waiting).to_contain_text("12 available at UIO")
    await expect(waiting).to_contain_text("Total $25.00")
    assert await visit.barriers(manager) == []
    await waiting.get_by_role("button", name="Approve", exact=True).click()
    await expect(manager.get_by_text("Nothing waits for your decision")).to_be_visible()
    await manager.get_by_role("button", name="Undo").click()
    await expect(manager.get_by_text("Request 1 waits for a decision again.")).to_be_visible()
    await expect(asker.locator("main").get_by_text("Pending").first).to_be_visible()
    await waiting.get_by_role("button", name="Approve", exact=True).click()
    await expect(manager.get_by_text("Nothing waits for your decision")).to_be_visible()

    await expect(asker.locator("main").get_by_text("Approved").first).to_be_visible()
    await asker.get_by_role("button", name="Hand over").click()
    await expect(asker.get_by_role("dialog").get_by_role("status")).to_contain_text("$25.00")
    await asker.get_by_role("dialog").get_by_label("Quantity").fill("4")
    assert await visit.barriers(asker) == []
    await asker.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    await expect(asker.get_by_text("A part of request 1 was handed over.")).to_be_visible()
    await asker.get_by_role("button", name="Close the remainder").click()
    await asker.get_by_label("Why?").fill("they were enough")
    await asker.get_by_role("dialog").get_by_role("button", name="Close the remainder").click()
    await expect(asker.locator("main").get_by_text("Fulfilled").first).to_be_visible()
    assert await shop.on_hand_of("CUP") == 8


async def test_a_restock_comes_from_the_site_that_can_spare_it_or_is_granted_in_part(visit: Visits, shop: Shop) -> None:
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 30)
    await shop.post("receipt", "TEA", 6, site="LAB")
    first, second = await asked(visit, "restock", "GYE", TEA="5"), await asked(visit, "restock", "GYE", TEA="40")
    page = await visit("manager", path="/requests", language="en", scheme="dark")
    await page.get_by_role("button", name="Approve from UIO").click()
    await expect(page.get_by_text("Request 1 was approved.")).to_be_visible()
    found = await (await visit.client()).get_ok(f"/requests/{first['id']}")
    assert found["transfer"]["state"] == "pending"

    await page.get_by_role("link", name="Request 2").click()
    await expect(
        page.get_by_role("heading", name="Request 2", level=1)
    ).to_be_visible()  # the queue has such a button too
    await page.get_by_role("button", name="Approve…").click()
    await page.get_by_label("Granted").fill("6")
    await page.get_by_label("From", exact=True).click()
    await page.get_by_role("option", name="LAB").click()
    assert await visit.barriers(page) == []
    await page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("link", name="Transfer 2")).to_be_visible()
    found = await (await visit.client()).get_ok(f"/requests/{second['id']}")
    assert [line["granted"] for line in found["lines"]] == ["6"]
    assert await visit.barriers(page) == []


async def test_what_was_approved_from_home_by_one_press_is_taken_back_by_one(visit: Visits, shop: Shop) -> None:
    await shop.product("CUP")
    await shop.post("receipt", "CUP", 12)
    request = await asked(visit, CUP="4")
    page = await visit("manager", language="en", size=PHONE)
    needs = page.get_by_role("list", name="Needs your attention")
    await needs.get_by_role("button", name="Approve").click()
    await expect(needs.get_by_role("link", name="Hand over request 1")).to_be_visible()
    await expect(needs.get_by_role("button", name="Approve")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(needs.get_by_role("button", name="Approve")).to_be_visible()
    found = await (await visit.client()).get_ok(f"/requests/{request['id']}")
    assert (found["state"], found["version"]) == ("pending", 3)


async def test_the_queue_is_worked_by_the_keyboard(visit: Visits, shop: Shop) -> None:
    await shop.product("CUP")
    await shop.post("receipt", "CUP", 12)
    await asked(visit, CUP="1")
    await asked(visit, CUP="2")
    page = await visit("manager", path="/requests", language="en")
    newest, oldest = page.get_by_role("link", name="Request 2"), page.get_by_role("link", name="Request 1")
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(2)
    await page.keyboard.press("j")
    await expect(newest).to_be_focused()
    await page.keyboard.press("j")
    await expect(oldest).to_be_focused()
    await page.keyboard.press("a")
    await expect(page.get_by_text("Request 1 was approved.")).to_be_visible()
    await expect(oldest).to_have_count(0)
    await page.keyboard.press("r")
    await page.get_by_label("Why?").fill("too many")
    await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    await expect(page.get_by_text("Nothing waits for your decision")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Reject")).to_have_count(1)


async def test_who_asked_changes_and_takes_back_their_own_request(visit: Visits, shop: Shop) -> None:
    await shop.product("CUP")
    page = await visit("requester", "GYE", path="/requests", size=PHONE)
    await expect(page.get_by_role("tab")).to_have_text(["Mías"])
    await page.get_by_role("link", name="Nueva solicitud").first.click()
    await scan(page, "CUP", label="Escanee o busque")
    await page.get_by_label("Motivo").fill("se acaban")
    await page.get_by_role("button", name="Enviar solicitud").click()
    await page.get_by_role("link", name="Editar").click()
    await page.get_by_label("Cantidad").fill("2,5")
    await page.get_by_role("button", name="Guardar").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Solicitud 1")
    await expect(page.get_by_role("list", name="Lo solicitado")).to_contain_text("2,5")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Retirar").click()
    await page.get_by_role("dialog").get_by_role("button", name="Retirar").click()
    await expect(page.get_by_text("Usted no ha solicitado nada")).to_be_visible()
