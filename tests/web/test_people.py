"""Users, invitations and roles."""

import pytest
from playwright.async_api import expect

from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio


async def test_a_user_is_made_with_a_temporary_password_limited_and_shut_out(visit: Visits) -> None:
    """Seen to fail when the sites of the form were not sent."""
    page = await visit("admin", path="/users", language="en")
    await page.get_by_role("button", name="Create user").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Name", exact=False).first.fill("Rosa Paz")
    await drawer.get_by_label("User name").fill("rosa.paz.w8")
    password = await drawer.get_by_role("textbox", name="Temporary password").input_value()
    assert len(password) == 23
    await drawer.get_by_role("combobox", name="Role").click()
    await page.get_by_role("option", name="Operator").click()
    await drawer.get_by_role("switch", name="Works at every site").click()
    await drawer.get_by_role("combobox", name="Works at").click()
    await page.get_by_role("option", name="UIO").click()
    await page.keyboard.press("Escape")
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Create", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Rosa Paz")
    await expect(row).to_contain_text("UIO")
    await expect(row).to_contain_text("Operator")
    await row.get_by_role("button", name="More: Rosa Paz").click()
    await page.get_by_role("menuitem", name="Deactivate").click()
    await expect(row).to_contain_text("Inactive")
    await page.get_by_role("button", name="Undo").click()
    await expect(row).to_contain_text("Active")
    assert await visit.barriers(page) == []


async def test_somebody_is_invited_and_the_invitation_is_revoked(visit: Visits) -> None:
    page = await visit("admin", path="/users", size=PHONE, scheme="dark")
    await page.get_by_role("button", name="Invitar").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_role("textbox", name="Correo").fill("luis@example.org")
    await drawer.get_by_role("combobox", name="Rol").click()
    await page.get_by_role("option", name="Solicitante").click()
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Enviar invitación").click()
    await expect(page.get_by_text("Se envió una invitación a luis@example.org.")).to_be_visible()
    await page.get_by_role("tab", name="Invitaciones").click()
    await expect(page.get_by_text("Abierto")).to_be_visible()
    assert await visit.barriers(page) == []
    await page.get_by_role("button", name="Más: luis@example.org").click()
    await page.get_by_role("menuitem", name="Revocar").click()
    await expect(page.get_by_text("Revocado", exact=True)).to_be_visible()


async def test_an_own_role_is_made_of_permissions_and_presets_are_only_read(visit: Visits) -> None:
    page = await visit("admin", path="/users/roles", language="en")
    await page.get_by_role("link", name="Viewer").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.get_by_text("Presets are the same in every company")).to_be_visible()
    await expect(drawer.get_by_role("checkbox").first).to_be_disabled()
    await drawer.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="New role").click()
    await drawer.get_by_label("Name").fill("Stock keeper")
    await drawer.get_by_label("Code").fill("stock_keeper")
    await drawer.get_by_role("group", name="Stock", exact=True).get_by_role("checkbox", name="See").check()
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Stock keeper")
    await expect(row).to_contain_text("1")
    await row.get_by_role("button", name="More: Stock keeper").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(row).to_have_count(0)
    assert await visit.barriers(page) == []


async def test_who_may_not_write_is_offered_no_change(visit: Visits) -> None:
    page = await visit("manager", path="/", language="en")
    menu = page.get_by_role("navigation", name="Main menu")
    await expect(menu.get_by_role("link", name="Audit")).to_be_visible()
    await expect(menu.get_by_role("link", name="Users")).to_have_count(0)
    await expect(menu.get_by_role("link", name="Apps")).to_have_count(0)
