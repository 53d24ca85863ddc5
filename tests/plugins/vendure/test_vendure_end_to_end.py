"""A company and its Vendure shop, from the click that connects them to the unit that comes back: the same on the shop in memory and on a
real one."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from apps.settings import Settings
from plugins.ecommerce_vendure.tests.other_side import ShopInMemory
from tests.shop import Shop

from .ear import Ear
from .other_side import VendureShop
from .server import VendureServer
from .shop import RealShop
from .world import FarShop, World, world_of

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["in memory", "real"])
def far(request: pytest.FixtureRequest) -> FarShop:
    return ShopInMemory() if request.param == "in memory" else request.getfixturevalue("real_far")


@pytest.fixture
def real_far(real_shop: RealShop, vendure: VendureServer) -> FarShop:
    return VendureShop(real_shop, vendure)


@pytest.fixture
async def world(shop: Shop, far: FarShop, settings: Settings) -> AsyncIterator[World]:
    async with world_of(shop, far, settings) as world:
        yield world


async def test_both_sides_come_to_the_same_whoever_sells_and_whoever_meddles(world: World) -> None:
    """Seen to fail (without an end) when what is on hand was set without what is allocated."""
    far = world.far
    ids = await world.connect(A=10, B=4)
    assert await world.shown(ids) == {"A": 10, "B": 4}

    await world.shop.post("sale", "A", 2)
    await world.turn()
    assert await world.shown(ids) == await world.available() == {"A": 8, "B": 4}

    order = await far.place(ids["A"], Decimal(3))
    await world.settle()
    assert await world.orders() == ["open"]
    assert await world.shown(ids) == await world.available() == {"A": 5, "B": 4}
    assert await world.shop.on_hand_of("A") == 8

    await world.shop.post("sale", "A", 1)
    await world.turn()
    assert await world.shown(ids) == await world.available() == {"A": 4, "B": 4}

    await far.fulfil(order)
    await world.settle()
    assert (await world.orders(), await world.sales()) == (["fulfilled"], [("A", 1), ("A", 2), ("A", 3)])
    assert await world.shown(ids) == await world.available() == {"A": 4, "B": 4}
    assert await world.shop.on_hand_of("A") == 4

    await far.edit(ids["A"], Decimal(50))
    await world.settle()
    assert await world.shown(ids) == await world.available() == {"A": 4, "B": 4}

    cancelled = await far.place(ids["B"], Decimal(3))
    await world.settle()
    assert await world.available() == {"A": 4, "B": 1}
    await far.cancel(cancelled)
    await world.shop.post("sale", "B", 1)
    await world.settle()
    assert await world.orders() == ["fulfilled", "cancelled"]
    assert await world.shown(ids) == await world.available() == {"A": 4, "B": 3}
    assert await world.sales() == [("A", 1), ("A", 2), ("A", 3), ("B", 1)]


@pytest.mark.parametrize("far", ["in memory"], indirect=True)
async def test_the_last_unit_sold_on_both_sides_is_a_shortage_that_somebody_sees(world: World) -> None:
    ids = await world.connect(A=1)
    await world.far.place(ids["A"], Decimal(1))
    await world.shop.post("sale", "A", 1)
    await world.settle()
    assert await world.orders() == ["short"]
    assert await world.shop.on_hand_of("A") == 0
    await world.shop.post("receipt", "A", 1)
    await world.settle()
    assert await world.shown(ids) == await world.available() == {"A": 0}


@pytest.mark.parametrize("far", ["real"], indirect=True)
async def test_what_a_real_shop_tells_is_heard(world: World, ear: Ear) -> None:
    """By the plugin for Vendure, at the address for webhooks; orders are not asked for meanwhile."""
    ids = await world.connect(A=5)
    ear.forget()
    await world.far.place(ids["A"], Decimal(2))
    while not await world.orders():
        assert await world.bring(ear.next()) == 202
        await world.turn()
    assert await world.available() == {"A": 3}
