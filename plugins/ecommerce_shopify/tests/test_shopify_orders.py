"""An order comes as a whole picture: what is still wanted or was delivered, what left, what came back to which shelf."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.domain.remote_order import RemoteOrder
from core.testing.clock import HandClock
from ecommerce_shopify import orders
from ecommerce_shopify.storefront import ShopifyStorefront

from .connected import storefront_of
from .fake_shopify import FakeShopify, Refunded
from .fake_shopify.records import Order, gid

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop(clock: HandClock) -> FakeShopify:
    return FakeShopify(clock=clock)


@pytest.fixture
def storefront(shop: FakeShopify, clock: HandClock) -> ShopifyStorefront:
    return storefront_of(shop, clock)


async def seen(storefront: ShopifyStorefront, order: Order) -> RemoteOrder:
    found = await storefront.order(gid("Order", order.number))
    assert found
    return found


def wanted(order: RemoteOrder) -> list[int]:
    return [int(line.quantity) for line in order.lines]


def back(order: RemoteOrder) -> list[tuple[str | None, int]]:
    return [(one.location, int(line.quantity)) for one in order.returns for line in one.lines]


async def test_an_order_says_what_was_bought_and_from_where(shop: FakeShopify, storefront: ShopifyStorefront) -> None:
    ids = shop.sell(["A", "B"])
    order = shop.place((ids["A"], 2), (ids["B"], 1), price=Decimal("19.90"))
    found = await seen(storefront, order)
    assert (found.number, found.currency, found.location) == ("#1001", "USD", gid("Location", shop.location))
    assert [(line.item, line.sku, line.quantity, line.unit_price) for line in found.lines] == [
        (ids["A"], "A", Decimal(2), Decimal("19.9")),
        (ids["B"], "B", Decimal(1), Decimal("19.9")),
    ]
    assert found.placed_at == found.updated_at == order.created_at
    assert found.buyer == ""


async def test_prices_are_without_tax_whichever_way_the_shop_shows_them(
    shop: FakeShopify, storefront: ShopifyStorefront
) -> None:
    """Of 2 units at 11.50 with 15 % in it, 3.00 are tax. Seen to fail when the tax of the whole line went off each unit."""
    ids = shop.sell(["A"])
    order = shop.place((ids["A"], 2), price=Decimal("11.50"))
    order.lines[0].tax = Decimal("3.00")
    assert (await seen(storefront, order)).lines[0].unit_price == Decimal("11.50")
    order.taxes_included = True
    assert (await seen(storefront, order)).lines[0].unit_price == Decimal("10")


async def test_what_is_edited_out_or_in_is_in_the_picture(shop: FakeShopify, storefront: ShopifyStorefront) -> None:
    """Seen to fail when the quantity was what had once been ordered."""
    ids = shop.sell(["A", "B"])
    order = shop.place((ids["A"], 3), (ids["B"], 1))
    shop.orders.edit(order, 0, 1)
    shop.orders.edit(order, 1, 4)
    assert wanted(await seen(storefront, order)) == [1, 4]


async def test_a_cancelled_order_wants_nothing_and_nothing_came_back(
    shop: FakeShopify, storefront: ShopifyStorefront
) -> None:
    ids = shop.sell(["A"])
    order = shop.place((ids["A"], 3))
    shop.orders.cancel(order)
    found = await seen(storefront, order)
    assert found.cancelled_at
    assert (wanted(found), list(found.returns)) == ([0], [])


async def test_parts_that_left_are_told_with_where_they_left(shop: FakeShopify, storefront: ShopifyStorefront) -> None:
    ids = shop.sell(["A", "B"])
    second = shop.add_location("The second shop")
    order = shop.place((ids["A"], 3), (ids["B"], 1))
    shop.orders.fulfil(order, [1, 1])
    shop.orders.fulfil(order, [2, 0], location=second)
    found = await seen(storefront, order)
    assert [(one.location, [(line.line, int(line.quantity)) for line in one.lines]) for one in found.fulfilments] == [
        (gid("Location", shop.location), [(found.lines[0].id, 1), (found.lines[1].id, 1)]),
        (gid("Location", second), [(found.lines[0].id, 2)]),
    ]
    assert wanted(found) == [3, 1]


@pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
async def test_what_did_not_leave_after_all_is_not_told(
    shop: FakeShopify, storefront: ShopifyStorefront, status: str
) -> None:
    ids = shop.sell(["A"])
    order = shop.place((ids["A"], 1))
    shop.orders.fulfil(order).status = status
    order.lines[0].sent = 0
    found = await seen(storefront, order)
    assert (list(found.fulfilments), wanted(found)) == ([], [1])


async def test_only_what_was_put_on_a_shelf_again_comes_back(shop: FakeShopify, storefront: ShopifyStorefront) -> None:
    """Seen to fail when whatever was refunded counted as returned."""
    ids = shop.sell(["A"])
    second = shop.add_location("The second shop")
    order = shop.place((ids["A"], 6))
    shop.orders.fulfil(order, [5])
    place = shop.location
    shop.orders.refund(order, [Refunded(0, 1, "NO_RESTOCK")])
    shop.orders.refund(order, [Refunded(0, 1, "CANCEL", place)])
    shop.orders.refund(order, [Refunded(0, 1, "RETURN", place), Refunded(0, 2, "RETURN", second)])
    found = await seen(storefront, order)
    assert sorted(back(found), key=repr) == sorted(
        [(gid("Location", place), 1), (gid("Location", second), 2)], key=repr
    )
    assert len({one.id for one in found.returns}) == 2
    assert (await seen(storefront, order)) == found


@pytest.mark.parametrize(
    ("ordered", "sent", "refunds", "left"),
    [
        (2, 2, [("RETURN", 1)], 2),  # delivered, and one came back
        (3, 2, [("RETURN", 1)], 3),  # one is still to be sent
        (2, 2, [("NO_RESTOCK", 1)], 2),  # one was paid back and kept
        (3, 0, [("CANCEL", 1)], 2),
        (3, 0, [("NO_RESTOCK", 1)], 2),  # one was lost before it was sent
        (1, 1, [("RETURN", 1)], 1),
    ],
)
async def test_a_refund_changes_nothing_about_what_was_delivered(
    shop: FakeShopify, storefront: ShopifyStorefront, ordered: int, sent: int, refunds: list[tuple[str, int]], left: int
) -> None:
    """Seen to fail when `currentQuantity` alone was taken."""
    ids = shop.sell(["A"])
    order = shop.place((ids["A"], ordered))
    if sent:
        shop.orders.fulfil(order, [sent])
    for kind, quantity in refunds:
        shop.orders.refund(order, [Refunded(0, quantity, kind, shop.location)])
    assert wanted(await seen(storefront, order)) == [left]


async def test_a_line_whose_product_is_gone_or_never_was_has_no_item(
    shop: FakeShopify, storefront: ShopifyStorefront
) -> None:
    ids = shop.sell(["A"])
    order = shop.place((ids["A"], 1))
    order.lines[0].variant = None
    (line,) = (await seen(storefront, order)).lines
    assert (line.item, line.sku) == (None, "A")


async def test_an_order_longer_than_any_page_comes_whole(shop: FakeShopify, storefront: ShopifyStorefront) -> None:
    """Seen to fail when only the first page of each list was read."""
    ids = list(shop.sell([f"S{number}" for number in range(230)]).values())
    order = shop.place(*((item, 3) for item in ids))
    shop.orders.fulfil(order, [1] * 230)
    for _ in range(60):
        shop.orders.fulfil(order, [0] * 230)
    shop.orders.refund(order, [Refunded(number, 1, "RETURN", shop.location) for number in range(230)])
    alone = await seen(storefront, order)
    (listed,) = (await storefront.orders()).orders
    for found in (alone, listed):
        assert len(found.lines) == 230
        assert len(found.fulfilments[0].lines) == len(found.returns[0].lines) == 230
        assert len(found.fulfilments) == 61


async def test_at_first_what_is_open_comes_and_then_what_changes(
    shop: FakeShopify, storefront: ShopifyStorefront, clock: HandClock
) -> None:
    ids = shop.sell(["A"])
    old = shop.place((ids["A"], 1))
    shop.orders.fulfil(old)
    clock.turn(timedelta(days=1))
    still_open = shop.place((ids["A"], 1))
    clock.turn(timedelta(days=1))
    first = await storefront.orders()
    assert [order.id for order in first.orders] == [gid("Order", still_open.number)]
    clock.turn(timedelta(days=1))
    shop.orders.fulfil(still_open)
    later = await storefront.orders(first.cursor)
    assert [(order.id, len(order.fulfilments)) for order in later.orders] == [(gid("Order", still_open.number), 1)]
    for expected in (1, 0, 0):  # the overlap brings it once more
        clock.turn(timedelta(hours=1))
        later = await storefront.orders(later.cursor)
        assert len(later.orders) == expected


async def test_a_change_that_is_found_late_is_not_lost(
    shop: FakeShopify, storefront: ShopifyStorefront, clock: HandClock
) -> None:
    """The search is behind, or clocks differ. Seen to fail without the overlap."""
    ids = shop.sell(["A"])
    page = await storefront.orders()
    order = shop.place((ids["A"], 1))
    order.updated_at -= orders.OVERLAP - timedelta(seconds=1)
    assert [one.id for one in (await storefront.orders(page.cursor)).orders] == [gid("Order", order.number)]


async def test_what_changes_while_pages_are_read_comes_with_the_next_asking(
    shop: FakeShopify, storefront: ShopifyStorefront, clock: HandClock
) -> None:
    """Seen to fail when the next asking began where this one ended."""
    ids = shop.sell(["A"])
    placed = []
    for _ in range(25):
        clock.turn(timedelta(seconds=1))
        placed.append(shop.place((ids["A"], 1)))
    page = await storefront.orders()
    assert page.more
    clock.turn(timedelta(minutes=30))
    shop.orders.fulfil(placed[0])
    clock.turn(timedelta(minutes=30))
    seen_first = {order.id for order in page.orders}
    while page.more:
        page = await storefront.orders(page.cursor)
        seen_first |= {order.id for order in page.orders}
    assert seen_first == {gid("Order", order.number) for order in placed}
    sent = {}
    page = await storefront.orders(page.cursor)
    sent |= {order.id: len(order.fulfilments) for order in page.orders}
    while page.more:
        page = await storefront.orders(page.cursor)
        sent |= {order.id: len(order.fulfilments) for order in page.orders}
    assert sent[gid("Order", placed[0].number)] == 1


async def test_an_order_that_never_was_is_none(storefront: ShopifyStorefront) -> None:
    assert await storefront.order(gid("Order", 42)) is None
