"""Levels: what is on hand less what is allocated, compared as well as Vendure allows it."""

from decimal import Decimal

import pytest

from core.ports.storefront import Level, MovedLevel, RefusedLevel, ShownLevel
from ecommerce_vendure.levels import SET_AT_ONCE

from .connected import storefront_of
from .fake_vendure import FakeVendure, Shop
from .fake_vendure.shop import Level as ShopLevel

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def fake(shop: Shop) -> FakeVendure:
    return FakeVendure(shop)


def mutations(fake: FakeVendure) -> int:
    return sum("mutation" in document for document in fake.asked)


async def test_what_is_allocated_to_orders_is_kept_beside_what_is_pushed(shop: Shop, fake: FakeVendure) -> None:
    """Seen to fail when what is on hand was set to the wanted figure, without what is allocated."""
    item = shop.stock("A", levels={"1": ShopLevel(10, 4)}).id
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal(9), last_seen=Decimal(6))])
    assert shop.level(item) == ShopLevel(13, 4)
    assert await storefront_of(fake).levels([item]) == [ShownLevel(item, "1", Decimal(9))]


async def test_more_promised_than_there_is_shows_as_less_than_nothing(shop: Shop, fake: FakeVendure) -> None:
    item = shop.stock("A", levels={"1": ShopLevel(1, 3)}).id
    assert await storefront_of(fake).levels([item]) == [ShownLevel(item, "1", Decimal(-2))]
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal(0), last_seen=Decimal(-2))])
    assert shop.level(item) == ShopLevel(3, 3)


async def test_an_order_that_is_placed_between_reading_and_setting_is_told(shop: Shop, fake: FakeVendure) -> None:
    """Seen to fail when what the setting answers was not looked at."""
    item = shop.stock("A", levels={"1": ShopLevel(5, 0)}).id
    fake.between = lambda: shop.place((item, 1))
    faults = await storefront_of(fake).push_levels([Level(item, "1", Decimal(8), last_seen=Decimal(5))])
    assert faults == [MovedLevel(item, "1", Decimal(7))]


async def test_a_dispatch_between_reading_and_setting_is_told(shop: Shop, fake: FakeVendure) -> None:
    """It would leave one unit more than there is, until the level is set once more."""
    item = shop.stock("A", levels={"1": ShopLevel(5, 0)}).id
    order = shop.place((item, 1))
    fake.between = lambda: shop.fulfil(order)
    storefront = storefront_of(fake)
    (fault,) = await storefront.push_levels([Level(item, "1", Decimal(3), last_seen=Decimal(4))])
    assert fault == MovedLevel(item, "1", Decimal(4))
    assert not await storefront.push_levels([Level(item, "1", Decimal(3), last_seen=Decimal(4))])
    assert shop.level(item) == ShopLevel(3, 0)


async def test_what_shows_the_wanted_figure_already_is_not_set_again(shop: Shop, fake: FakeVendure) -> None:
    item = shop.stock("A", levels={"1": ShopLevel(5, 1)}).id
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal(4), last_seen=Decimal(7))])
    assert mutations(fake) == 0


async def test_a_variant_that_was_never_counted_at_a_place_shows_nothing_there(shop: Shop, fake: FakeVendure) -> None:
    shop.locations["2"] = "The other store"
    item = shop.stock("A", levels={"2": ShopLevel(4, 0)}).id
    storefront = storefront_of(fake, locations={"UIO": "1", "GYE": "2"})
    assert await storefront.levels([item]) == [ShownLevel(item, "1", None), ShownLevel(item, "2", Decimal(4))]
    assert not await storefront.push_levels([Level(item, "1", Decimal(2), last_seen=Decimal(0))])
    assert shop.variants[item].levels == {"1": ShopLevel(2, 0), "2": ShopLevel(4, 0)}


async def test_one_variant_at_two_places_is_one_input(shop: Shop, fake: FakeVendure) -> None:
    shop.locations["2"] = "The other store"
    item = shop.stock("A").id
    storefront = storefront_of(fake, locations={"UIO": "1", "GYE": "2"})
    assert not await storefront.push_levels([Level(item, "1", Decimal(2)), Level(item, "2", Decimal(3))])
    assert shop.variants[item].levels == {"1": ShopLevel(2, 0), "2": ShopLevel(3, 0)}
    assert mutations(fake) == 1


async def test_an_unknown_place_and_a_figure_beyond_bounds_are_refused_by_themselves(
    shop: Shop, fake: FakeVendure
) -> None:
    a, b = shop.stock("A").id, shop.stock("B").id
    levels = [Level(a, "77", Decimal(1)), Level(b, "1", Decimal("1e12")), Level(a, "1", Decimal(5))]
    faults = await storefront_of(fake).push_levels(levels)
    assert [(type(fault), fault.item, fault.location) for fault in faults] == [
        (RefusedLevel, a, "77"),
        (RefusedLevel, b, "1"),
    ]
    assert shop.level(a) == ShopLevel(5, 0)


async def test_of_two_levels_of_one_place_the_later_counts(shop: Shop, fake: FakeVendure) -> None:
    item = shop.stock("A").id
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal(2)), Level(item, "1", Decimal(3))])
    assert shop.level(item) == ShopLevel(3, 0)


async def test_a_figure_seen_in_fractions_is_compared_in_whole_units(shop: Shop, fake: FakeVendure) -> None:
    item = shop.stock("A", levels={"1": ShopLevel(2, 0)}).id
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal("1.5"), last_seen=Decimal("2.75"))])
    assert shop.level(item) == ShopLevel(1, 0)


async def test_many_levels_take_two_requests_for_so_many(shop: Shop, fake: FakeVendure) -> None:
    items = [shop.stock(f"SKU-{number}").id for number in range(2 * SET_AT_ONCE)]
    assert not await storefront_of(fake).push_levels([Level(item, "1", Decimal(1)) for item in items])
    assert (len(fake.asked), mutations(fake)) == (4, 2)
