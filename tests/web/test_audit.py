"""The audit trail as it is read, and the companies of the platform."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.apps.test_audit import AUDITED
from tests.shop import Shop
from tests.web.visiting import PHONE, Visits

pytestmark = pytest.mark.anyio

SUBJECTS = Path(__file__).parents[2] / "apps" / "web" / "src" / "features" / "audit" / "subjects.ts"


def test_the_trail_can_be_searched_for_all_that_it_tells_of() -> None:
    offered = set(re.findall(r'"(\w+)"', SUBJECTS.read_text("utf-8")))
    assert offered == AUDITED | {"app_user", "request"}


async def test_a_change_is_found_read_and_taken_away(visit: Visits, shop: Shop) -> None:
    """Seen to fail when the values before a change were left out."""
    product = await shop.product("COFFEE")
    client = await visit.client("admin")
    for price in ("5", "6.5"):
        assert (await client.patch(f"/products/{product}", json={"price": price})).is_success
    page = await visit("manager", path="/audit", language="en")
    await page.get_by_role("combobox", name="What").click()
    await page.get_by_role("option", name="Product", exact=True).click()
    await page.get_by_role("combobox", name="Deed").click()
    await page.get_by_role("option", name="Changed", exact=True).click()
    row = page.get_by_role("row").filter(has_text="$6.50")
    await expect(row).to_contain_text(re.compile(r"price:\s*\$5\.00 → \$6\.50"))
    assert await visit.barriers(page) == []
    await row.get_by_role("link", name="Product", exact=True).click()
    await expect(page).to_have_url(re.compile(rf"subject={product}"))
    await expect(page.get_by_text("Only this one")).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Export as CSV").click()
    assert str(product) in (await (await coming.value).path()).read_text("utf-8")


async def test_the_trail_on_a_phone(visit: Visits) -> None:
    page = await visit("manager", path="/audit", size=PHONE, scheme="dark")
    await expect(page.get_by_role("list", name="Auditoría").get_by_role("listitem").first).to_be_visible()
    assert await visit.barriers(page) == []
