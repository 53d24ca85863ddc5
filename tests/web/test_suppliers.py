"""Of whom one buys: who it is, what it sells, how it takes orders."""

import pytest
from playwright.async_api import expect

from tests.shop import Shop
from tests.web.buying import offer, supplier
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def test_a_supplier_is_added_with_what_it_sells_and_how_it_takes_orders(visit: Visits, shop: Shop) -> None:
    await shop.product("CUP")
    page = await visit("manager", path="/suppliers", language="en")
    await expect(page.get_by_text("No suppliers yet")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="New supplier").first.click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Name").first.fill("Acme")
    await drawer.get_by_label("Code").fill("ACME")
    await drawer.get_by_role("button", name="Add contact").click()
    await drawer.get_by_label("Name").last.fill("Ana Mora")
    await drawer.get_by_label("Email").fill("ana@acme.example")
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Acme")
    await page.get_by_role("button", name="Change", exact=True).click()
    await drawer.get_by_role("combobox", name="By").click()
    await page.get_by_role("option", name="By mail").click()
    await expect(drawer.get_by_label("Mail address for orders")).to_have_value("ana@acme.example")
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer).to_have_count(0)
    await page.get_by_role("button", name="Add product").click()
    await drawer.get_by_role("combobox", name="Product").fill("CUP")
    await page.get_by_role("option", name="Product CUP").click()
    await drawer.get_by_label("Unit price").fill("2.50")
    await drawer.get_by_label("Least quantity").fill("12")
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row").filter(has_text="CUP")).to_contain_text("$2.50")
    assert await visit.barriers(page) == []
    (stored,) = (await (await visit.client("manager")).get_ok("suppliers"))["items"]
    assert stored["ordering"]["channel"] == "mail"
    assert stored["contacts"] == [{"name": "Ana Mora", "email": "ana@acme.example", "phone": ""}]


async def test_what_is_removed_comes_back_and_faults_stand_at_their_fields(
    visit: Visits, shop: Shop, watch: Watch
) -> None:
    watch.allow(422, "/api/v1/suppliers/")
    await shop.product("TEA")
    buyer = await visit.client("manager")
    acme = await supplier(buyer)
    await offer(buyer, acme, "TEA")
    page = await visit("manager", path=f"/suppliers/{acme['id']}", size=PHONE, scheme="dark")
    card = page.get_by_role("listitem").filter(has_text="Product TEA")
    assert await visit.barriers(page) == []
    await card.get_by_role("button", name="Editar").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Cantidad mínima").fill("-3")
    await drawer.get_by_role("button", name="Guardar").click()
    await expect(drawer.get_by_label("Cantidad mínima")).to_have_attribute("aria-invalid", "true")
    await drawer.get_by_role("button", name="Cancelar").click()
    await card.get_by_role("button", name="Eliminar").click()
    await expect(card).to_have_count(0)
    await page.get_by_role("button", name="Deshacer").click()
    await expect(card).to_contain_text("2,50")


async def test_a_supplier_is_found_by_its_code_and_what_narrows_the_list_is_cleared(visit: Visits, shop: Shop) -> None:
    await supplier(await visit.client("manager"))
    page = await visit("manager", path="/suppliers?q=acme", language="en")
    await expect(page.get_by_role("link", name="ACME Ltd")).to_be_visible()
    await page.get_by_role("searchbox", name="Search supplier").fill("nobody")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").click()
    await page.get_by_role("link", name="ACME Ltd").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("ACME Ltd")
