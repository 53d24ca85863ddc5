"""The frame around the pages."""

import pytest
from playwright.async_api import expect

from tests.web.visiting import Visits
from tests.web.watching import Watch

pytestmark = pytest.mark.anyio


async def test_what_somebody_types_outlives_a_page_that_does_not_come(visit: Visits, watch: Watch) -> None:
    """A page is fetched when a link to it is pointed at. Seen to fail when whatever did not come loaded everything anew."""
    watch.allow_offline()
    page = await visit("admin", path="/contact", language="en")
    await page.get_by_label("Message").fill("half a sentence")
    await page.route("**/assets/AuditPage-*", lambda route: route.abort())
    async with page.expect_event("requestfailed"):
        await page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Audit").hover()
    await page.evaluate("() => new Promise((done) => setTimeout(done))")
    await expect(page.get_by_label("Message")).to_have_value("half a sentence")
    await page.unroute_all()
    await page.get_by_role("link", name="Audit").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Audit")
