"""Goods in and out by hand: recorded, found again, undone."""

import pytest
from playwright.async_api import Page, expect

from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def choose(page: Page, field: str, option: str) -> None:
    await page.get_by_role("combobox", name=field).click()
    await page.get_by_role("option", name=option).click()


async def test_a_receipt_with_its_invoice_is_recorded_found_and_reversed(visit: Visits, shop: Shop) -> None:
    """Seen to fail when the files of a posting were not sent after it."""
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 160)
    page = await visit("manager", "UIO", path="/movements", language="en")
    await page.get_by_role("button", name="Stock in or out").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("combobox", name="Product").fill("COFF")
    await page.get_by_role("option", name="Product COFFEE").click()
    await drawer.get_by_label("Quantity").fill("40")
    await drawer.get_by_label("Cost of one").fill("2.10")
    await expect(drawer.get_by_role("status")).to_contain_text("160")
    await expect(drawer.get_by_role("status")).to_contain_text("200")
    await drawer.get_by_label("Document number").fill("001-123")
    await drawer.locator("input[type=file]").set_input_files(
        {"name": "invoice.txt", "mimeType": "text/plain", "buffer": b"forty bags"}
    )
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Record").click()
    await expect(page.get_by_role("alert").filter(has_text="Receipt: Product COFFEE")).to_be_visible()
    assert await shop.on_hand_of("COFFEE") == 200
    await page.get_by_role("link", name="Receipt 001-123").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Receipt 001-123")
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="invoice.txt").click()
    assert (await (await coming.value).path()).read_bytes() == b"forty bags"
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Reverse").click()
    await page.get_by_label("Why it is reversed").fill("not ours")
    await page.get_by_role("dialog").get_by_role("button", name="Reverse").click()
    await page.get_by_role("link", name="not ours").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reversal: Receipt 001-123")
    assert await shop.on_hand_of("COFFEE") == 160


async def test_an_adjustment_without_a_reason_is_refused_at_its_field_and_can_be_undone(
    visit: Visits, shop: Shop, watch: Watch
) -> None:
    watch.allow(422, "/api/v1/stock/postings")
    product = await shop.product("MILK")
    await shop.post("receipt", "MILK", 10)
    page = await visit("manager", "UIO", path=f"/movements?product={product}&record=adjustment", size=PHONE)
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("button", name="Menos").click()
    await drawer.get_by_label("Cantidad").fill("1,5")
    await expect(drawer.get_by_role("status")).to_contain_text("8,5")
    await drawer.get_by_role("button", name="Registrar").click()
    reason = drawer.get_by_label("Motivo")
    await expect(reason).to_have_attribute("aria-invalid", "true")
    assert await visit.barriers(page) == []
    await reason.fill("Perdido")
    await drawer.get_by_role("button", name="Registrar").click()
    undo = page.get_by_role("button", name="Deshacer")
    await expect(undo).to_be_visible()
    assert str(await shop.on_hand_of("MILK")) == "8.5"
    await undo.click()
    await expect(page.get_by_role("alert").filter(has_text="Deshecho.")).to_be_visible()
    assert await shop.on_hand_of("MILK") == 10


async def test_lots_and_serial_numbers_are_asked_for_where_a_product_has_them(visit: Visits, shop: Shop) -> None:
    """Seen to fail when the serial numbers of a line were not made lines of their own."""
    await shop.product("PHONE", tracking="serial")
    page = await visit("operator", "UIO", path="/movements?record=receipt", language="en")
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("combobox", name="Product").fill("PHONE")
    await page.get_by_role("option", name="Product PHONE").click()
    await drawer.get_by_label("Serial numbers").fill("S1\nS2\n")
    await expect(drawer.get_by_label("Quantity")).to_have_value("2")
    await expect(drawer.get_by_label("Cost of one")).to_have_count(0)
    await drawer.get_by_role("button", name="Record").click()
    await expect(page.get_by_role("alert").filter(has_text="Receipt: Product PHONE")).to_be_visible()
    await expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert await shop.on_hand_of("PHONE") == 2


async def test_the_history_of_a_product_has_its_balance_after_each_movement(visit: Visits, shop: Shop) -> None:
    product = await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    await shop.sell(("COFFEE", 3))
    page = await visit("manager", path=f"/movements?product={product}&site=UIO")
    await expect(page.get_by_role("cell", name="7", exact=True)).to_be_visible()
    await expect(page.get_by_role("img", name="Saldo después de cada uno de 2 movimientos")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("tab", name="Documentos").click()
    await expect(page.get_by_text("COFFEE × 10")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("tab", name="Existencia a una fecha").click()
    await expect(page.get_by_role("link", name="Product COFFEE")).to_be_visible()
    assert await visit.barriers(page) == []


async def test_what_is_reserved_by_hand_is_released_and_taken_again(visit: Visits, shop: Shop) -> None:
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10)
    page = await visit("operator", "UIO", path="/movements/reservations", language="en", scheme="dark")
    await page.get_by_role("button", name="Reserve").first.click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("combobox", name="Product").fill("COFFEE")
    await page.get_by_role("option", name="Product COFFEE").click()
    await choose(page, "Site", "UIO")
    await drawer.get_by_label("Quantity").fill("4")
    await drawer.get_by_role("button", name="Reserve").click()
    await page.get_by_role("button", name="Release").click()
    await expect(page.get_by_role("cell", name="Released")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("cell", name="Committed")).to_be_visible()
