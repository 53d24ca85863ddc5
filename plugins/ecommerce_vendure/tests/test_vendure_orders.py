"""Orders: their pictures, and asking for those that have changed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity, RemoteReturn
from ecommerce_vendure.orders import PAGE, WATCHED_AT_ONCE
from ecommerce_vendure.storefront import VendureStorefront

from .connected import storefront_of
from .fake_vendure import FakeVendure, Shop
from .fake_vendure.shop import Order

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def storefront(shop: Shop) -> VendureStorefront:
    return storefront_of(FakeVendure(shop))


async def picture(storefront: VendureStorefront, order: Order) -> RemoteOrder:
    found = await storefront.order(order.id)
    assert found is not None
    return found


def units(picture: RemoteOrder) -> dict[str, tuple[int, int, int]]:
    """Of each line: ordered, sent, and come back."""
    return {
        line.id: (
            int(line.quantity),
            sum(int(part.quantity) for one in picture.fulfilments for part in one.lines if part.line == line.id),
            sum(int(part.quantity) for one in picture.returns for part in one.lines if part.line == line.id),
        )
        for line in picture.lines
    }


# ---- pictures


async def test_an_order_is_a_whole_picture(shop: Shop, storefront: VendureStorefront) -> None:
    a, b = shop.stock("A", prices={"USD": 1999}).id, shop.stock("B").id
    order = shop.place((a, 3), (b, 1))
    made = shop.fulfil(order, 2, 0)
    shop.send(order, made)
    (first, second) = (line.id for line in order.lines)
    assert order.placed_at is not None
    assert await picture(storefront, order) == RemoteOrder(
        id=order.id,
        number=order.code,
        placed_at=order.placed_at,
        updated_at=made.updated_at,
        currency="USD",
        lines=[
            RemoteLine(first, a, "A", "The A", Decimal(3), Decimal("19.99")),
            RemoteLine(second, b, "B", "The B", Decimal(1), Decimal("10.00")),
        ],
        fulfilments=[RemoteFulfilment(made.id, made.created_at, None, [RemoteQuantity(first, Decimal(2))])],
        returns=[],
        buyer="Ana Mora",
    )


async def test_a_cart_is_no_order(shop: Shop, storefront: VendureStorefront) -> None:
    cart = shop.fill((shop.stock("A").id, 1))
    assert await storefront.order(cart.id) is None
    assert (await storefront.orders()).orders == []


async def test_what_was_cancelled_before_it_left_is_ordered_no_more(shop: Shop, storefront: VendureStorefront) -> None:
    order = shop.place((shop.stock("A").id, 5))
    shop.cancel(order, 2)
    seen = await picture(storefront, order)
    assert units(seen) == {order.lines[0].id: (3, 0, 0)}
    assert seen.cancelled_at is None
    shop.cancel(order)
    seen = await picture(storefront, order)
    assert units(seen) == {order.lines[0].id: (0, 0, 0)}
    assert seen.cancelled_at == order.history[-1].at


async def test_what_was_cancelled_after_it_left_has_come_back(shop: Shop, storefront: VendureStorefront) -> None:
    """Seen to fail when what is left on a line counted as all that was delivered."""
    order = shop.place((shop.stock("A").id, 5))
    line = order.lines[0].id
    shop.send(order, shop.fulfil(order), "Delivered")
    shop.cancel(order, 2)
    first = order.history[-1]
    seen = await picture(storefront, order)
    assert units(seen) == {line: (5, 5, 2)}
    assert seen.returns == [
        RemoteReturn(f"cancellation-{first.id}", first.at, None, [RemoteQuantity(line, Decimal(2))])
    ]
    shop.cancel(order, 1)
    seen = await picture(storefront, order)
    assert [one.lines[0].quantity for one in seen.returns] == [2, 1]
    assert seen.returns[0].id == f"cancellation-{first.id}"


async def test_a_cancellation_takes_first_what_has_not_left(shop: Shop, storefront: VendureStorefront) -> None:
    order = shop.place((shop.stock("A").id, 5))
    line = order.lines[0].id
    shop.fulfil(order, 3)
    shop.cancel(order, 2)
    assert units(await picture(storefront, order)) == {line: (3, 3, 0)}
    shop.cancel(order, 1)
    seen = await picture(storefront, order)
    assert units(seen) == {line: (3, 3, 1)}
    assert [one.id for one in seen.returns] == [f"cancellation-{order.history[-1].id}"]


async def test_an_order_that_was_cancelled_whole_after_it_left_came_back_whole(
    shop: Shop, storefront: VendureStorefront
) -> None:
    order = shop.place((shop.stock("A").id, 2))
    shop.send(order, shop.fulfil(order))
    shop.cancel(order)
    seen = await picture(storefront, order)
    assert units(seen) == {order.lines[0].id: (2, 2, 2)}
    assert seen.cancelled_at is not None


async def test_a_fulfilment_that_was_recalled_came_back_and_is_still_to_be_sent(
    shop: Shop, storefront: VendureStorefront
) -> None:
    """Whoever has heard of it once would otherwise count the second one as too much. Seen to fail when it was left out."""
    order = shop.place((shop.stock("A").id, 2))
    line = order.lines[0].id
    recalled = shop.fulfil(order)
    shop.send(order, recalled, "Cancelled")
    seen = await picture(storefront, order)
    assert units(seen) == {line: (4, 2, 2)}
    assert [one.id for one in seen.returns] == [f"fulfilment-{recalled.id}"]
    shop.send(order, shop.fulfil(order))
    assert units(await picture(storefront, order)) == {line: (4, 4, 2)}


async def test_a_picture_is_newer_than_the_one_before_whatever_has_happened(
    shop: Shop, storefront: VendureStorefront
) -> None:
    """Vendure's own time of an order stands still when it is paid and sent. Seen to fail when that was taken."""
    order = shop.place((shop.stock("A").id, 3))
    times = [(await picture(storefront, order)).updated_at]
    made = shop.fulfil(order, 2)
    events: list[Callable[[], None]] = [
        lambda: shop.send(order, made),
        lambda: shop.send(order, made, "Delivered"),
        lambda: shop.cancel(order, 1),
        lambda: shop.cancel(order),
    ]
    for happens in events:
        happens()
        times.append((await picture(storefront, order)).updated_at)
    assert times == sorted(set(times))


# ---- asking for what has changed


class Ear:
    """Asks as the core does, and keeps the last picture of each order."""

    def __init__(self, storefront: VendureStorefront) -> None:
        self._storefront = storefront
        self.cursor: str | None = None
        self.pictures: dict[str, RemoteOrder] = {}

    async def listen(self) -> list[str]:
        """The orders that came, in their order."""
        came: list[str] = []
        while True:
            page = await self._storefront.orders(self.cursor)
            assert list(page.orders) == sorted(page.orders, key=lambda order: order.updated_at)
            self.pictures |= {order.id: order for order in page.orders}
            came += [order.id for order in page.orders]
            assert page.cursor != self.cursor or not page.more
            self.cursor = page.cursor
            if not page.more:
                return came


async def test_at_first_only_what_is_still_open_comes(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    done, open_one, cancelled = shop.place((item, 1)), shop.place((item, 1)), shop.place((item, 1))
    shop.send(done, shop.fulfil(done), "Delivered")
    shop.cancel(cancelled)
    shop.now += timedelta(hours=1)
    latest = shop.place((item, 1))
    ear = Ear(storefront)
    assert await ear.listen() == [open_one.id, latest.id]


async def test_what_was_finished_just_before_the_first_asking_is_of_no_interest(
    shop: Shop, storefront: VendureStorefront
) -> None:
    """It is part of the stock that both sides begin with. Seen to fail when what was edited lately came whatever its state."""
    item = shop.stock("A").id
    sent, given_back, cancelled = shop.place((item, 1)), shop.place((item, 2)), shop.place((item, 1))
    for order in (sent, given_back):
        shop.send(order, shop.fulfil(order))
    shop.cancel(given_back, 1)
    shop.cancel(cancelled)
    ear = Ear(storefront)
    assert await ear.listen() == []
    shop.cancel(sent)
    assert await ear.listen() == [sent.id]


async def test_orders_that_are_never_said_to_have_arrived_do_not_pile_up(
    shop: Shop, storefront: VendureStorefront
) -> None:
    item = shop.stock("A").id
    ear = Ear(storefront)
    await ear.listen()
    for _ in range(5):
        for _ in range(20):
            order = shop.place((item, 1))
            shop.send(order, shop.fulfil(order), "Shipped")
        await ear.listen()
        shop.now += timedelta(hours=1)
    await ear.listen()
    assert len(ear.pictures) == 100
    assert sum(order in str(ear.cursor) for order in ear.pictures) < 50


async def test_an_order_that_is_paid_long_after_its_cart_was_filled_is_not_missed(
    shop: Shop, storefront: VendureStorefront
) -> None:
    """Seen to fail when only `updatedAt` was asked for."""
    item = shop.stock("A").id
    cart = shop.fill((item, 1))
    ear = Ear(storefront)
    for _ in range(3):
        shop.now += timedelta(hours=1)
        shop.place((item, 1))
        await ear.listen()
    shop.now += timedelta(hours=1)
    shop.pay(cart)
    assert await ear.listen() == [cart.id]


async def test_what_is_sent_and_delivered_long_after_is_not_missed(shop: Shop, storefront: VendureStorefront) -> None:
    """Seen to fail when orders that are not finished were not looked at again."""
    item = shop.stock("A").id
    order = shop.place((item, 1))
    ear = Ear(storefront)
    await ear.listen()
    shop.now += timedelta(days=1)
    shop.place((item, 1))
    await ear.listen()
    made = shop.fulfil(order)
    assert await ear.listen() == [order.id]
    shop.send(order, made, "Delivered")
    assert await ear.listen() == [order.id]
    assert await ear.listen() == []


async def test_a_finished_order_that_is_cancelled_later_comes_again(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    order = shop.place((item, 1))
    shop.send(order, shop.fulfil(order), "Delivered")
    ear = Ear(storefront)
    await ear.listen()
    for _ in range(3):
        shop.now += timedelta(days=1)
        shop.place((item, 1))
        await ear.listen()
    shop.cancel(order)
    assert await ear.listen() == [order.id]


async def test_what_has_not_changed_does_not_come_again(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    orders = [shop.place((item, 1)).id for _ in range(5)]
    ear = Ear(storefront)
    assert await ear.listen() == orders
    assert await ear.listen() == []


async def test_what_was_stored_a_little_late_is_not_missed(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    ear = Ear(storefront)
    began = shop.tick()
    shop.now += timedelta(minutes=1)
    later = shop.place((item, 1))
    assert await ear.listen() == [later.id]
    late = shop.place((item, 1))
    late.placed_at = late.updated_at = began
    assert await ear.listen() == [late.id]


async def test_any_number_of_orders_comes_even_those_of_one_moment(shop: Shop, storefront: VendureStorefront) -> None:
    """Seen to fail (without an end) when those of the last moment of a full page were asked for again."""
    item = shop.stock("A").id
    orders = [shop.place((item, 1)) for _ in range(2 * PAGE + 7)]
    ear = Ear(storefront)
    assert sorted(await ear.listen()) == sorted(order.id for order in orders)
    shop.now += timedelta(days=1)
    for order in orders:
        order.updated_at = shop.now
        order.buyer = ("Eva", "Paz")
    await ear.listen()
    assert {order.buyer for order in ear.pictures.values()} == {"Eva Paz"}


async def test_all_open_orders_are_looked_at_in_turn(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    orders = [shop.place((item, 1)) for _ in range(2 * WATCHED_AT_ONCE + 7)]
    ear = Ear(storefront)
    await ear.listen()
    shop.now += timedelta(days=1)
    shop.place((item, 1))
    await ear.listen()
    for order in orders:
        shop.fulfil(order)
    came = {order for _ in range(4) for order in await ear.listen()}
    assert came == {order.id for order in orders}


async def test_finished_orders_are_forgotten(shop: Shop, storefront: VendureStorefront) -> None:
    item = shop.stock("A").id
    ear = Ear(storefront)
    await ear.listen()
    lengths = []
    for _ in range(6):
        for _ in range(20):
            order = shop.place((item, 1))
            shop.send(order, shop.fulfil(order), "Delivered")
        await ear.listen()
        shop.now += timedelta(hours=1)
        await ear.listen()
        lengths.append(len(ear.cursor or ""))
    assert max(lengths) <= 2 * lengths[0]
    assert len(ear.pictures) == 120


async def test_an_order_that_is_gone_is_forgotten(shop: Shop, storefront: VendureStorefront) -> None:
    order = shop.place((shop.stock("A").id, 1))
    ear = Ear(storefront)
    await ear.listen()
    del shop.orders[order.id]
    assert await ear.listen() == []
    assert await storefront.order(order.id) is None
    assert order.id not in str(ear.cursor)
