"""What people print."""

import pypdfium2
import pytest
from playwright.async_api import expect

from tests.shop import Shop
from tests.web.visiting import Visits

pytestmark = pytest.mark.anyio


async def test_no_block_of_the_start_page_is_lost_on_paper(visit: Visits, shop: Shop) -> None:
    """Seen to fail when blocks changed their column on paper: they were made anew, and printed before they had anything in them."""
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 60)
    page = await visit("admin", language="en")
    await expect(page.get_by_role("img", name="Value of the stock")).to_be_visible()
    shown = await page.get_by_role("link", name="Report", exact=True).count()
    assert shown > 1
    printed = pypdfium2.PdfDocument(await page.pdf(format="A4"))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in printed)
    assert text.count("Report\r\n") == shown
