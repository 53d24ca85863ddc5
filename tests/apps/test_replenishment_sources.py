"""Whence what is needed comes: the cheapest supplier who brings it in time, a site that has more than it needs, or nowhere."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from apps.settings import Settings
from tests.api import Api
from tests.apps.replenishing import TODAY, Storeroom, ordered, storeroom

pytestmark = pytest.mark.anyio


@pytest.fixture
async def room(api: Api, settings: Settings) -> AsyncIterator[Storeroom]:
    async with storeroom(api, settings) as opened:
        yield opened


def price(of: str) -> list[dict[str, str]]:
    return [{"from_quantity": "1", "unit_price": of}]


async def test_the_cheapest_who_arrives_in_time_is_chosen_and_else_the_fastest(room: Storeroom) -> None:
    await room.sells("SLOW", "TEA", price_breaks=price("1"), lead_time_days=20)
    await room.sells("MIDDLE", "TEA", price_breaks=price("2"), lead_time_days=8)
    await room.sells("FAST", "TEA", price_breaks=price("3"), lead_time_days=3)
    await room.forecast("TEA", 7)
    await room.stock("TEA", 10)
    await room.policy("TEA", 10, 50)
    await room.propose()
    why = (await room.proposal("TEA"))["why"]
    assert (why["daily_demand"], why["stock_out_on"]) == ("1", str(TODAY + timedelta(days=10)))
    assert (why["chosen"]["code"], why["chosen"]["in_time"], why["chosen"]["remaining"]) == ("MIDDLE", True, "2")
    assert (why["runner_up"]["code"], why["runner_up"]["in_time"]) == ("FAST", True)

    await room.sell("TEA", 9)
    await room.follow()
    why = (await room.proposal("TEA"))["why"]
    assert (why["chosen"]["code"], why["chosen"]["in_time"], why["chosen"]["remaining"]) == ("FAST", False, "-2")
    assert (why["runner_up"]["code"], why["runner_up"]["in_time"]) == ("MIDDLE", False)


async def test_what_is_to_come_by_then_counts_for_being_in_time(room: Storeroom) -> None:
    await room.sells("SLOW", "TEA", price_breaks=price("1"), lead_time_days=20)
    await room.sells("FAST", "TEA", price_breaks=price("3"), lead_time_days=3)
    await room.forecast("TEA", 7)
    await room.stock("TEA", 1)
    line = {"product": "TEA", "quantity": "20", "expected_on": str(TODAY + timedelta(days=1))}
    await room.manager.post_ok("/purchase-orders", {"supplier": "SLOW", "site": "UIO", "lines": [line]})
    await room.policy("TEA", 30, 50)
    await room.propose()
    why = (await room.proposal("TEA"))["why"]
    assert (why["chosen"]["code"], why["chosen"]["remaining"]) == ("SLOW", "1")


async def test_the_price_is_that_of_the_quantity_and_of_the_currency(room: Storeroom) -> None:
    """A price break makes the one cheaper; without anything known of a currency, nobody buys in it."""
    await room.sells("BULK", "TEA", price_breaks=[*price("5"), {"from_quantity": "40", "unit_price": "1.5"}])
    await room.sells("EVEN", "TEA", price_breaks=price("2"))
    await room.sells("PERU", "TEA", currency="PEN", price_breaks=price("3"))
    await room.policy("TEA", 10, 40)
    await room.propose()
    assert (await room.proposal("TEA"))["supplier"]["code"] == "BULK"
    await room.stock("TEA", 5)
    await room.follow()
    assert (await room.proposal("TEA"))["supplier"]["code"] == "EVEN"
    abroad = {
        "supplier": "PERU",
        "site": "GYE",
        "exchange_rate": "0.25",
        "lines": [{"product": "TEA", "quantity": "1"}],
    }
    await room.manager.post_ok("/purchase-orders", abroad)
    await room.follow()
    await room.stock("TEA", 1)
    await room.follow()
    found = await room.proposal("TEA")
    chosen = found["why"]["chosen"]
    assert (found["unit_price"], found["currency"], chosen["cost"]) == ("3", "PEN", "0.75")
    await room.manager.post_ok(f"/replenishment/proposals/{found['id']}/accept", None)
    order = (await room.orders())[-1]
    assert (order["currency"], order["exchange_rate"], ordered(order)) == ("PEN", "0.25", [("TEA", "34")])


@pytest.mark.parametrize(
    ("hole", "reason"),
    [
        ("nobody", "no_supplier"),
        ("ended", "not_valid"),
        ("to come", "not_valid"),
        ("inactive supplier", "supplier_inactive"),
        ("no price", "no_price"),
        ("foreign", "no_exchange_rate"),
        ("inactive product", "inactive"),
        ("transfer only", "no_surplus"),
    ],
)
async def test_where_nothing_can_be_proposed_the_reason_is_listed(room: Storeroom, hole: str, reason: str) -> None:
    holes: dict[str, dict[str, object]] = {
        "ended": {"valid_to": str(TODAY - timedelta(days=1))},
        "to come": {"valid_from": str(TODAY + timedelta(days=1))},
        "no price": {"price_breaks": []},
        "foreign": {"currency": "PEN"},
    }
    await room.product("TEA")
    if hole != "nobody":
        await room.sells("ACME", "TEA", **holes.get(hole, {}))
    if hole == "inactive supplier":
        await room.manager.patch(f"/suppliers/{room.suppliers['ACME']}", json={"active": False})
    await room.policy("TEA", 10, 50, sources="transfer_only" if hole == "transfer only" else "buy_only")
    if hole == "inactive product":
        await room.shop.fetch("UPDATE product SET active = false WHERE company_id = %s", room.shop.company_id)
    assert (await room.follow()).blocked == 1
    found = (await room.proposals("blocked"))[0]
    assert (found["reason"], found["quantity"], found["why"]["needed"]) == (reason, None, "50")
    assert await room.proposals() == []


async def test_a_day_on_which_terms_begin_to_be_valid_needs_no_event(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", valid_from=str(TODAY + timedelta(days=1)))
    await room.policy("TEA", 10, 50)
    assert (await room.follow()).blocked == 1
    room.clock.at += timedelta(days=1)
    assert (await room.follow()).proposed == 1
    assert await room.proposals("blocked") == []


async def test_a_site_with_more_than_it_needs_is_asked_before_a_supplier(room: Storeroom) -> None:
    await room.sells("ACME", "TEA")
    await room.stock("TEA", 100, "GYE")
    await room.policy("TEA", 10, 60, "GYE")
    await room.policy("TEA", 10, 40)
    await room.propose()
    found = await room.proposal("TEA")
    assert (found["source"]["code"], found["supplier"], found["quantity"]) == ("GYE", None, "40")
    assert (found["why"]["chosen"]["surplus"], found["why"]["runner_up"]["code"]) == ("40", "ACME")
    accepted = await room.manager.post_ok(f"/replenishment/proposals/{found['id']}/accept", None)
    transfer = await room.manager.get_ok(f"/transfers/{accepted['transfers'][0]['id']}")
    assert (transfer["state"], transfer["source"]["code"], transfer["destination"]["code"]) == ("pending", "GYE", "UIO")
    assert (await room.follow()).proposed == 0


async def test_a_surplus_is_given_once_also_by_later_runs(room: Storeroom) -> None:
    """Seen to fail when what is proposed to others is not taken off: both sites were to have the same forty."""
    await room.sells("ACME", "TEA")
    await room.stock("TEA", 100, "GYE")
    await room.policy("TEA", 10, 60, "GYE")
    await room.policy("TEA", 10, 40)
    await room.policy("TEA", 5, 30, "LAB")
    await room.propose()
    sources = {one["site"]: (one["source"] or {}).get("code") for one in await room.proposals()}
    assert sorted(sources.items()) == [("LAB", None), ("UIO", "GYE")] or sorted(sources.items()) == [
        *[("LAB", "GYE"), ("UIO", None)]
    ]
    await room.follow()
    for site in ("LAB", "UIO"):
        await room.stock("TEA", 1, site)
        await room.follow()
        taken = [one for one in await room.proposals() if one["source"]]
        assert sum(int(one["quantity"]) for one in taken) <= 40, taken
        assert len(taken) == 1


@pytest.mark.parametrize(("sources", "expected"), [("buy_only", "ACME"), ("transfer_only", "GYE")])
async def test_a_policy_says_whence(room: Storeroom, sources: str, expected: str) -> None:
    await room.sells("ACME", "TEA")
    await room.stock("TEA", 65, "GYE")
    await room.policy("TEA", 10, 60, "GYE")
    await room.policy("TEA", 10, 40, sources=sources)
    await room.propose()
    found = await room.proposal("TEA")
    assert (found["supplier"] or found["source"])["code"] == expected
    assert found["quantity"] == ("40" if sources == "buy_only" else "5")


class TestMinimumOrderValue:
    async def test_items_of_least_cover_fill_an_order_up_to_their_targets(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA", "CUP", "BOX", "PEN", minimum_order_value="100", price_breaks=price("2"))
        for sku, stock in (("TEA", 5), ("CUP", 20), ("BOX", 11), ("PEN", 30)):
            await room.stock(sku, stock)
            await room.policy(sku, 10, 30)
        await room.propose()
        found = {one["sku"]: one for one in await room.proposals()}
        quantities = {sku: (one["quantity"], one["is_filler"]) for sku, one in found.items()}
        assert quantities == {"TEA": ("25", False), "BOX": ("19", True), "CUP": ("6", True)}
        assert {one["why"]["supplier_minimum"]["proposed_value"] for one in found.values()} == {"100"}

        await room.stock("TEA", 20)
        await room.follow()
        assert await room.proposals() == []

    async def test_what_cannot_be_reached_is_said_and_nothing_added(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA", "CUP", minimum_order_value="500", price_breaks=price("2"))
        for sku, stock in (("TEA", 5), ("CUP", 20)):
            await room.stock(sku, stock)
            await room.policy(sku, 10, 30)
        await room.propose()
        [found] = await room.proposals()
        reached = found["why"]["supplier_minimum"]
        assert (found["sku"], reached["proposed_value"], reached["minimum_order_value"]) == ("TEA", "50", "500")

    async def test_fillers_stay_when_one_of_them_is_looked_at_again(self, room: Storeroom) -> None:
        await room.sells("ACME", "TEA", "CUP", minimum_order_value="60", price_breaks=price("2"))
        for sku, stock in (("TEA", 5), ("CUP", 20)):
            await room.stock(sku, stock)
            await room.policy(sku, 10, 30)
        await room.propose()
        assert [(one["sku"], one["quantity"]) for one in await room.proposals()] == [("CUP", "5"), ("TEA", "25")]
        await room.sell("CUP", 2)
        await room.follow()
        assert [(one["sku"], one["quantity"]) for one in await room.proposals()] == [("CUP", "5"), ("TEA", "25")]
        ids = [one["id"] for one in await room.proposals()]
        await room.manager.post_ok("/replenishment/proposals:accept", {"ids": ids})
        [order] = await room.orders()
        assert sorted(ordered(order)) == [("CUP", "5"), ("TEA", "25")]
