"""The companies of the platform, as its owner makes, renames and suspends them."""

import pytest
from playwright.async_api import Page, expect

from core.domain.ids import new_id
from tests.web.people import cookie_of_owner
from tests.web.visiting import DESKTOP, Visits

pytestmark = pytest.mark.anyio


async def test_a_company_is_made_renamed_suspended_and_let_work_again(visit: Visits) -> None:
    context = await visit.context(language="en", scheme="light", size=DESKTOP)
    await visit.enter(context, await cookie_of_owner(visit.shop.database, "en"))
    page = await context.new_page()
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Companies")
    name = f"Casa {new_id().hex[-8:]}"
    await page.get_by_role("button", name="New company").click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_label("Name").fill(name)
    await drawer.get_by_label("Code").fill(f"aa-{new_id().hex[-8:]}")  # the list is by code
    assert await visit.barriers(page) == []
    await drawer.get_by_role("button", name="Create").click()
    row = page.get_by_role("row").filter(has_text=name)
    await expect(row).to_contain_text("Active")
    await _decide(page, name, "Suspend", "they asked for it")
    await expect(row).to_contain_text("Suspended")
    await _decide(page, name, "Resume", "they came back")
    await expect(row).to_contain_text("Active")
    await row.get_by_role("link", name=name).click()
    await drawer.get_by_label("Name").fill(f"{name} Hermanos")
    await drawer.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text(f"{name} Hermanos")


async def _decide(page: Page, name: str, deed: str, reason: str) -> None:
    await page.get_by_role("button", name=f"More: {name}").click()
    await page.get_by_role("menuitem", name=deed).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name=deed).click()
    await expect(dialog).to_have_count(0)


async def test_whoever_does_not_own_the_platform_is_not_led_there(visit: Visits) -> None:
    page = await visit("admin", path="/contact", language="en")
    menu = page.get_by_role("navigation", name="Main menu")
    await expect(menu.get_by_role("link", name="Audit")).to_be_visible()
    await expect(menu.get_by_role("link", name="Companies")).to_have_count(0)
