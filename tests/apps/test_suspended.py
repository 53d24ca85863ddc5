"""A suspended company: nothing of it goes out, nothing is lost."""

import pytest

from core.commands.platform import ChangeTenant, change_tenant
from core.domain.access import PRESETS, Actor
from tests.shop import Shop
from tests.way_out import PLUGIN, SYNC, WayOut

pytestmark = pytest.mark.anyio


async def suspend(shop: Shop, *, suspended: bool) -> None:
    owner = Actor(shop.user_id, shop.company_id, PRESETS["platform_owner"])
    await shop.run(change_tenant, owner, (ChangeTenant(suspended=suspended), None))


async def is_due(way: WayOut) -> tuple[bool, bool]:
    """Whether the worker would deliver to the company's reaction, and push to its storefront."""
    deliveries, channels = await way.parts.due.deliveries([SYNC]), await way.parts.due.channels([PLUGIN])
    return (way.shop.company_id, SYNC) in deliveries, (way.shop.company_id, PLUGIN) in channels


async def test_nothing_is_delivered_or_pushed_until_the_company_is_resumed(way: WayOut) -> None:
    """Seen to fail without each of the four conditions: claiming deliveries, leasing a storefront, and looking for either."""
    product = await way.shop.product("TEA")
    await way.shop.post("receipt", "TEA", 5)
    await way.sell_online(tea="TEA")
    await way.carry()
    assert way.levels == {"tea@main": "5"}
    await way.shop.post("receipt", "TEA", 1)
    await way.relay()
    assert (await is_due(way))[0]
    await suspend(way.shop, suspended=True)
    assert await is_due(way) == (False, False)
    await way.deliver(SYNC)
    [(waiting,)] = await way.shop.fetch("SELECT count(*) FROM delivery WHERE subscriber = %s AND state <> 'done'", SYNC)
    assert waiting > 0
    await suspend(way.shop, suspended=False)
    await way.deliver(SYNC)
    await suspend(way.shop, suspended=True)
    assert await is_due(way) == (False, False)
    await way.push()
    assert way.levels == {"tea@main": "5"}
    await suspend(way.shop, suspended=False)
    assert (await is_due(way))[1]
    await way.push()
    assert way.levels == {"tea@main": "6"}
    assert await way.shop.on_hand(product) == 6


@pytest.mark.promise("S12")
async def test_why_a_company_is_suspended_stands_among_its_events(way: WayOut) -> None:
    owner = Actor(way.shop.user_id, way.shop.company_id, PRESETS["platform_owner"])
    await way.shop.run(change_tenant, owner, (ChangeTenant(suspended=True, reason="unpaid"), None))
    await way.shop.run(change_tenant, owner, (ChangeTenant(suspended=False), None))
    told = await way.shop.fetch(
        "SELECT type, data FROM outbox_event WHERE company_id = %s AND type IN ('company_suspended', 'company_resumed') "
        "ORDER BY occurred_at, id",
        way.shop.company_id,
    )
    assert [*told] == [("company_suspended", {"reason": "unpaid"}), ("company_resumed", {})]
