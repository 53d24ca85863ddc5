"""What the shop sells: by pages where that is little, as a file where it is much."""

import time
import tracemalloc
from decimal import Decimal

import pytest

from core.ports.failures import Misconfigured, PermanentlyRejected, Transient
from core.ports.http import HttpAnswer
from core.ports.storefront import Item, Price, RefusedPrice
from ecommerce_shopify import catalogue

from .connected import storefront_of
from .fake_shopify import FakeShopify
from .fake_shopify.records import gid

pytestmark = pytest.mark.anyio


async def items_of(shop: FakeShopify) -> list[Item]:
    """All of them, asking on at once wherever the shop asks to wait."""
    storefront = storefront_of(shop)
    page = await storefront.items()
    items = list(page.items)
    while page.next_cursor is not None:
        page = await storefront.items(page.next_cursor)
        items += page.items
    return items


async def test_an_item_is_what_is_counted_and_is_called_as_in_the_shop() -> None:
    shop = FakeShopify()
    ids = shop.sell(["A", "B"])
    a, b = shop.variant(ids["A"]), shop.variant(ids["B"])
    a.barcode, a.price, a.tracked, b.title = "7501031311309", Decimal("1234567.89"), False, "Default Title"
    assert await items_of(shop) == [
        Item(ids["A"], "A", "7501031311309", "Product 0 – Colour 0", Decimal("1234567.89"), counted=False),
        Item(ids["B"], "B", "", "Product 0", Decimal("10.00")),
    ]


async def test_an_item_without_sku_is_still_listed() -> None:
    shop = FakeShopify()
    shop.sell([""])
    assert [item.sku for item in await items_of(shop)] == [""]


async def test_a_small_shop_is_read_by_pages() -> None:
    shop = FakeShopify()
    ids = shop.sell([f"S{number}" for number in range(600)])
    assert {item.id for item in await items_of(shop)} == set(ids.values())
    assert shop.requests.count("Variants") == 3
    assert shop.shop.bulks == {}


async def test_a_large_shop_is_read_as_a_file_of_50_000_within_memory_and_time() -> None:
    """Each call holds a part of the file at most. The file of the tests' shop takes seconds to write, which are not counted."""
    shop = FakeShopify()
    ids = shop.sell([f"SKU-{number:05}" for number in range(50_000)])
    storefront = storefront_of(shop)
    page = await storefront.items()
    assert page.wait
    assert page.next_cursor
    seen: set[str] = set()
    calls, most_items = 0, 0
    tracemalloc.start()
    began = time.perf_counter()
    while page.next_cursor is not None:
        page = await storefront.items(page.next_cursor)
        seen.update(item.id for item in page.items)
        calls, most_items = calls + 1, max(most_items, len(page.items))
    took, (_, peak) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen == set(ids.values())
    assert most_items < 6_000
    assert peak < 60_000_000
    assert took < 20
    assert calls < 40


async def test_a_shop_whose_files_are_all_being_prepared_is_asked_later() -> None:
    shop = FakeShopify()
    shop.sell([f"S{number}" for number in range(catalogue.MOST_BY_PAGES + 1)])
    shop.bulk.polls = 10_000
    for _ in range(5):
        shop.bulk.start("{ products { edges { node { id } } } }")
    storefront = storefront_of(shop)
    page = await storefront.items()
    assert list(page.items) == []
    assert page.wait
    for bulk in shop.shop.bulks.values():
        bulk.status = "COMPLETED"
    shop.bulk.polls = 0
    assert page.next_cursor
    page = await storefront.items(page.next_cursor)
    assert page.next_cursor
    assert len((await storefront.items(page.next_cursor)).items) > catalogue.MOST_BY_PAGES


@pytest.mark.parametrize(
    ("status", "code"),
    [("FAILED", "TIMEOUT"), ("FAILED", "INTERNAL_SERVER_ERROR"), ("CANCELED", None), ("EXPIRED", None)],
)
async def test_what_cannot_be_had_as_a_file_is_had_by_pages(status: str, code: str | None) -> None:
    """Seen to fail when a file that failed was asked for again and again."""
    shop = FakeShopify()
    ids = shop.sell([f"S{number}" for number in range(catalogue.MOST_BY_PAGES + 1)])
    storefront = storefront_of(shop)
    page = await storefront.items()
    (bulk,) = shop.shop.bulks.values()
    bulk.status, bulk.error_code = status, code
    seen: set[str] = set()
    while page.next_cursor is not None:
        page = await storefront.items(page.next_cursor)
        seen.update(item.id for item in page.items)
    assert seen == set(ids.values())


async def test_a_file_that_the_app_may_not_have_is_a_matter_of_settings() -> None:
    shop = FakeShopify()
    shop.sell([f"S{number}" for number in range(catalogue.MOST_BY_PAGES + 1)])
    storefront = storefront_of(shop)
    page = await storefront.items()
    (bulk,) = shop.shop.bulks.values()
    bulk.status, bulk.error_code = "FAILED", "ACCESS_DENIED"
    with pytest.raises(Misconfigured):
        await storefront.items(page.next_cursor)


async def test_a_file_that_cannot_be_read_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = FakeShopify()
    shop.sell([f"S{number}" for number in range(catalogue.MOST_BY_PAGES + 1)])
    shop.bulk.polls = 0
    storefront = storefront_of(shop)
    page = await storefront.items()
    monkeypatch.setattr(shop, "_file", lambda path, headers: HttpAnswer(403, {}, b"<Error>"))
    with pytest.raises(Transient):
        await storefront.items(page.next_cursor)


@pytest.mark.parametrize("cursor", ["", "elsewhere", "page a b", "file x"])
async def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(PermanentlyRejected):
        await storefront_of(FakeShopify()).items(cursor)


# ---- prices


async def test_prices_go_out_product_by_product() -> None:
    shop = FakeShopify()
    ids = shop.sell(["A", "B", "C", "D"])
    prices = [Price(item, Decimal("1E+2")) for item in ids.values()]
    assert await storefront_of(shop).push_prices(prices) == []
    assert {one.price for one in shop.shop.variants.values()} == {Decimal(100)}
    assert shop.requests == ["VariantsOfItems", "SetPrices", "SetPrices"]


async def test_a_price_that_the_shop_will_not_have_is_returned_and_the_others_are_set() -> None:
    """Seen to fail without partial updates: the price beside it was not set."""
    shop = FakeShopify()
    ids = shop.sell(["A", "B"])
    prices = [
        Price(ids["A"], Decimal(-1)),
        Price(ids["B"], Decimal("2.50")),
        Price(gid("InventoryItem", 42), Decimal(1)),
    ]
    refused = await storefront_of(shop).push_prices(prices)
    assert sorted(refused, key=repr) == sorted(
        [
            RefusedPrice(ids["A"], "Price must be greater than or equal to 0"),
            RefusedPrice(gid("InventoryItem", 42), "the shop does not sell this item"),
        ],
        key=repr,
    )
    assert shop.variant(ids["B"]).price == Decimal("2.50")
