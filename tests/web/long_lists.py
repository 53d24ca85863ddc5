"""A list of more products than fit on one of its pages."""

from playwright.async_api import Locator, Page, expect

from tests.shop import Shop
from tests.web.visiting import Visits

_PER_PAGE = 50


async def open_long_list(visit: Visits, shop: Shop) -> Page:
    """The first of four pages, as somebody has opened it."""
    await shop.fetch(
        "INSERT INTO product (company_id, id, sku, name, price, cost)"
        " SELECT %s, gen_random_uuid(), 'P-' || n, 'Product ' || n, 5, 2 FROM generate_series(100, 299) n",
        shop.company_id,
    )
    page = await visit("manager", path="/products", language="en")
    await expect(page.get_by_role("row")).to_have_count(_PER_PAGE + 1)
    return page


async def way_on(page: Page) -> Locator:
    """The button that turns to the next page, once it can be pressed."""
    button = page.get_by_role("button", name="Next page")
    await expect(button).to_be_enabled()
    return button
