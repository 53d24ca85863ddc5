"""Apps: switched on with few actions, why one does not work, what a shop sells and which product it is."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopFolder, ShopState
from tests.shop import Shop
from tests.web.visiting import PHONE, Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def test_an_app_is_switched_on_with_four_actions_and_off_with_undo(visit: Visits, tmp_path: Path) -> None:
    """Apps, its card, test, on: four and typing. Seen to fail when the form sent its settings without secrets."""
    page = await visit("admin", path="/", language="en")
    await page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Apps").click()
    await page.get_by_role("link", name="Text messages into a folder").click()
    await page.get_by_label("Folder").fill(str(tmp_path))
    await page.get_by_label("Secret").fill("a secret of some length")
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_role("status").filter(has_text="The connection works.")).to_be_visible()
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_role("tab", name="Deliveries")).to_be_visible()
    await expect(page.get_by_label("Secret", exact=True)).to_have_value("••••ngth")
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_role("main").get_by_text("Off", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("main").get_by_text("On", exact=True)).to_be_visible()


async def test_what_is_wrong_with_settings_stands_at_its_field_and_why_they_do_not_work_below(
    visit: Visits, watch: Watch
) -> None:
    watch.allow(422, "/api/v1/plugins/sms_twilio/check")
    watch.allow(409, "/api/v1/plugins/sms_twilio/enable")
    page = await visit("admin", path="/apps/sms_twilio", size=PHONE, scheme="dark")
    await page.get_by_role("button", name="Probar conexión").click()
    await expect(page.get_by_label("SID de la cuenta")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("Esto hace falta.")).to_be_visible()
    await page.get_by_label("SID de la cuenta").fill("AC" + "0" * 32)
    await page.get_by_label("Token de autenticación", exact=True).fill("no such token at all")
    await page.get_by_role("textbox", name="Remitente:").fill("+593999999999")
    await page.get_by_role("button", name="Activar").click()
    alert = page.get_by_role("alert").filter(has_text="No se hizo")
    await expect(alert).to_be_visible(timeout=40_000)
    await expect(alert).to_contain_text("otro lado")
    assert await visit.barriers(page) == []


async def open_shop_page(visit: Visits, folder: Path, path: str) -> Page:
    client = await visit.client("admin")
    settings = {"folder": str(folder), "locations": {"UIO": "main"}}
    answer = await client.post("/plugins/fake_storefront/enable", json={"settings": settings})
    assert answer.is_success, answer.text
    return await visit("admin", path=f"/apps/fake_storefront?tab={path}", language="en")


async def test_items_of_a_shop_are_linked_and_decided_together(visit: Visits, shop: Shop, tmp_path: Path) -> None:
    """Seen to fail when only the first of the chosen items was decided."""
    await shop.product("COFFEE")
    folder = ShopFolder(tmp_path)
    folder.write(ShopState(items={"i1": "MUG-1", "i2": "MUG-2", "i3": "COFFEE"}))
    page = await open_shop_page(visit, tmp_path, "shop")
    await expect(page.get_by_role("status").filter(has_text="3 items read")).to_be_visible(timeout=30_000)
    assert await visit.barriers(page) == []
    await page.get_by_role("tab", name="Items").click()
    await page.get_by_role("combobox", name="Status").click()
    await page.get_by_role("option", name="No product").click()
    await expect(page.get_by_role("checkbox", name="Choose", exact=True)).to_have_count(2)
    await page.get_by_role("checkbox", name="Choose all on this page").check()
    await page.get_by_role("toolbar").get_by_role("button", name="Create product").click()
    await expect(page.get_by_text("2 items decided.")).to_be_visible()
    await page.get_by_role("combobox", name="Status").click()
    await page.get_by_role("option", name="Linked").click()
    await expect(page.get_by_role("row")).to_have_count(4)
    assert await visit.barriers(page) == []
    await page.get_by_role("tab", name="Locations").click()
    await expect(page.get_by_role("combobox", name="UIO")).to_have_text("The shop")
    await page.get_by_label("Safety buffer").fill("2")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert await visit.barriers(page) == []


async def test_an_app_is_removed_and_what_it_knew_comes_as_a_file(visit: Visits, tmp_path: Path) -> None:
    folder = ShopFolder(tmp_path)
    folder.write(ShopState())
    page = await open_shop_page(visit, tmp_path, "settings")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Remove").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Download what it knows, and forget it").check()
    assert await visit.barriers(page) == []
    async with page.expect_download() as coming:
        await dialog.get_by_role("button", name="Remove").click()
    assert (await coming.value).suggested_filename == "fake_storefront.json"
    await expect(page.get_by_role("button", name="Switch on")).to_be_visible()
