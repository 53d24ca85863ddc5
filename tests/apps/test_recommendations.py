"""What is recommended: each kind is found by the worker's look, with its numbers, its reason and a deed that one call does."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from apps.settings import Settings
from tests.api import Api
from tests.apps.advice import DAY, Advice, advice

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(api: Api, settings: Settings) -> AsyncIterator[Advice]:
    async with advice(api, settings) as desk:
        yield desk


async def test_what_has_not_left_for_ninety_days_is_slow_and_after_as_long_again_dead(desk: Advice) -> None:
    await desk.post("receipt", "OLD", 20, days_ago=300, unit_cost=3)
    for day in (200, 195, 190, 185, 100):
        await desk.post("sale", "OLD", 1, days_ago=day, unit_price=5)
    await desk.post("receipt", "NEW", 20, days_ago=89)
    await desk.look()
    slow = await desk.one("slow_stock")
    assert (slow["product"]["sku"], slow["site"], slow["worth"]) == ("OLD", "UIO", "45")
    numbers = {
        "on_hand": "15",
        "silent_days": 100,
        "mean_gap_days": "25",
        "price": "5",
        "new_price": "4",
        "value": "45",
    }
    assert numbers.items() <= slow["numbers"].items()
    assert slow["why"] == (
        "15 are at UIO, from where nothing has left for 100 days. It used to leave every 25 days."
        " No other site needs it; at $4.00 instead of $5.00 it may leave sooner."
    )
    assert await desk.given("dead_stock") == []
    desk.room.clock.at += 80 * DAY
    await desk.look()
    assert [one["product"]["sku"] for one in await desk.given("dead_stock")] == ["OLD"]
    assert [one["product"]["sku"] for one in await desk.given("slow_stock")] == ["NEW"]


async def test_what_leaves_seldom_is_slow_only_after_three_times_its_gap(desk: Advice) -> None:
    """Seen to fail with ninety days for everything."""
    await desk.post("receipt", "RARE", 20, days_ago=400)
    for day in (380, 320, 260, 200, 140):
        await desk.post("sale", "RARE", 1, days_ago=day)
    await desk.look()
    assert await desk.given("slow_stock", "dead_stock") == []
    desk.room.clock.at += 41 * DAY
    await desk.look()
    assert [one["product"]["sku"] for one in await desk.given("dead_stock")] == ["RARE"]


async def test_days_without_stock_do_not_count(desk: Advice) -> None:
    """What was sold out and came back has not been lying there. Seen to fail with the silence counted from the last sale."""
    await desk.post("receipt", "BACK", 5, days_ago=300)
    await desk.post("sale", "BACK", 5, days_ago=200)
    await desk.post("receipt", "BACK", 9, days_ago=50)
    await desk.look()
    assert await desk.given("slow_stock", "dead_stock") == []


async def test_what_another_site_sells_is_brought_there(desk: Advice) -> None:
    await desk.post("receipt", "OLD", 30, days_ago=300, site="UIO")
    await desk.post("receipt", "OLD", 10, days_ago=60, site="GYE")
    await desk.post("sale", "OLD", 8, days_ago=20, site="GYE")
    await desk.look()
    dead = await desk.one("dead_stock")
    assert (dead["numbers"]["destination"], dead["numbers"]["quantity"]) == (
        "GYE",
        "6",
    )  # eight were sold, two are there
    assert dead["deed"] == "Draft a transfer of 6 to GYE"
    done = await desk.accept(dead)
    [transfer] = await desk.room.transfers()
    assert done["made"] == {"type": "transfer", "id": transfer["id"], "number": transfer["number"]}
    assert (transfer["state"], transfer["source"]["code"], transfer["destination"]["code"]) == ("draft", "UIO", "GYE")


async def test_too_much_stock_is_marked_down_once_for_all_sites(desk: Advice) -> None:
    await desk.room.product("TEA")
    for site in ("UIO", "LAB"):
        await desk.room.policy("TEA", 5, 10, site=site, mode="off")
        await desk.post("receipt", "TEA", 30, site=site, unit_cost=2)
    await desk.look()
    two = await desk.given("overstock")
    assert {(one["numbers"]["enough"], one["numbers"]["excess"], one["worth"]) for one in two} == {("10", "20", "40")}
    await desk.accept(two[0])
    product = await desk.admin.get_ok(f"/products/{two[0]['product']['id']}")
    assert product["price"] == "4"
    answer = await desk.admin.send_json(f"/recommendations/{two[1]['id']}/accept", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "recommendation_outdated")
    await desk.look()
    assert await desk.given("overstock") == []


async def test_what_a_site_has_too_much_of_is_not_bought_for_another(desk: Advice) -> None:
    """The source has no policy, so the run of replenishment would buy. Accepting ends what was to be bought."""
    await desk.room.sells("ACME", "TEA")
    await desk.room.policy("TEA", 10, 40, site="GYE")
    await desk.post("receipt", "TEA", 500, site="UIO")
    await desk.room.forecast("TEA", 5)
    await desk.room.shop.fetch(
        "UPDATE demand_forecast SET verdict = 'good' WHERE company_id = %s", desk.room.shop.company_id
    )
    await desk.room.follow()
    await desk.look()
    restock, transfer = await desk.one("restock"), await desk.one("transfer")
    assert restock["action"]["type"] == "accept_proposal"
    assert (transfer["site"], transfer["numbers"]["source"], transfer["numbers"]["quantity"]) == ("GYE", "UIO", "40")
    assert transfer["worth"] == restock["worth"]
    await desk.accept(transfer)
    assert [(one["state"], one["destination"]["code"]) for one in await desk.room.transfers()] == [("pending", "GYE")]
    await desk.look()
    assert await desk.given("restock", "transfer") == []
    await desk.room.follow()
    assert await desk.given("restock", "transfer") == []


async def test_a_restock_is_the_proposal_and_accepting_it_accepts_that(desk: Advice) -> None:
    await desk.room.sells("ACME", "TEA")
    await desk.room.policy("TEA", 10, 40)
    await desk.room.follow()
    proposal = await desk.room.proposal("TEA")
    restock = await desk.one("restock")
    assert restock["id"] == proposal["id"]
    assert restock["numbers"]["needed"] == "40"
    assert restock["deed"] == "Draft an order of 40 to ACME"
    done = await desk.accept(restock)
    [order] = await desk.room.orders()
    assert done["made"] == {"type": "purchase_order", "id": order["id"], "number": order["number"]}
    assert await desk.given("restock") == []
    assert (await desk.room.proposal("TEA", state="ordered"))["decided_by"]["id"] == str(desk.room.api.users["admin"])


async def test_dismissing_a_restock_dismisses_the_proposal(desk: Advice) -> None:
    await desk.room.sells("ACME", "TEA")
    await desk.room.policy("TEA", 10, 40)
    await desk.room.follow()
    await desk.dismiss(await desk.one("restock"))
    assert await desk.given("restock") == []
    assert (await desk.room.proposal("TEA", state="dismissed"))["dismissed_change"] == "25"


async def sold_at(desk: Advice, sku: str, *prices: object) -> None:
    await desk.post("receipt", sku, 100, days_ago=80, unit_cost=2)
    for place, price in enumerate(prices):
        await desk.post("sale", sku, 1, days_ago=70 - place, unit_price=price)


async def test_a_price_that_strays_from_those_of_its_sales_is_put_back(desk: Advice) -> None:
    """One wild sale sways neither what is usual nor how far it strays. Seen to fail with the mean in place of the median."""
    await sold_at(desk, "TYPO", 10, 10, "10.5", 10, "9.5", 10, 1000, 10, 10)
    await sold_at(desk, "FAIR", 10, 10, 10, 10, 10, 10, 10, 10, 10)
    await sold_at(desk, "WILD", 4, 18, 10, 25, 10, 3, 30, 6, 10)
    await sold_at(desk, "FEW", 10, 10, 10)
    for sku, price in {"TYPO": "100", "FAIR": "11", "WILD": "20", "FEW": "100"}.items():
        await desk.price(sku, price)
    await desk.look()
    typo = await desk.one("price_anomaly")
    assert (typo["product"]["sku"], typo["site"]) == ("TYPO", None)
    numbers = {"price": "100", "usual_price": "10", "sales": 9, "new_price": "10", "usual_deviation": "0"}
    assert typo["numbers"] == numbers
    assert (await desk.accept(typo))["made"] == {"type": "product", "id": typo["product"]["id"], "number": None}
    assert (await desk.admin.get_ok(f"/products/{typo['product']['id']}"))["price"] == "10"
    await desk.look()
    assert await desk.given("price_anomaly") == []


async def test_a_price_below_what_the_stock_cost_is_raised(desk: Advice) -> None:
    await desk.post("receipt", "LOSS", 10, unit_cost="7.001")
    await desk.look()
    loss = await desk.one("price_below_cost")
    assert (loss["numbers"]["unit_cost"], loss["numbers"]["new_price"], loss["worth"]) == ("7.001", "7.01", "20.01")
    await desk.accept(loss)
    await desk.look()
    assert await desk.given("price_below_cost") == []


async def test_a_cost_that_rose_raises_the_price_and_a_slip_is_taken_back(desk: Advice) -> None:
    for sku in ("ROSE", "SLIP", "SAME"):
        for day in range(60, 10, -10):
            await desk.post("receipt", sku, 10, days_ago=day, unit_cost=2)
    await desk.post("receipt", "ROSE", 10, days_ago=1, unit_cost=3)
    await desk.post("receipt", "SLIP", 10, days_ago=1, unit_cost=20)
    await desk.post("receipt", "SAME", 10, days_ago=1, unit_cost="2.4")
    await desk.price("SLIP", "500")
    await desk.look()
    found = {one["product"]["sku"]: one for one in await desk.given("cost_anomaly")}
    assert found.keys() == {"ROSE", "SLIP"}
    rose, slip = found["ROSE"], found["SLIP"]
    assert (rose["numbers"]["usual_cost"], rose["numbers"]["unit_cost"], rose["numbers"]["new_price"]) == (
        "2",
        "3",
        "7.5",
    )
    assert slip["action"]["type"] == "reverse_receipt"
    await desk.accept(rose)
    assert (await desk.admin.get_ok(f"/products/{rose['product']['id']}"))["price"] == "7.5"
    done = await desk.accept(slip)
    assert done["made"]["type"] == "posting"
    assert await desk.room.shop.on_hand_of("SLIP") == 50
    await desk.look()
    assert await desk.given("cost_anomaly") == []


class TestMiscounts:
    async def evidence(self, desk: Advice) -> dict[tuple[str, str], Any]:
        await desk.look()
        return {(one["product"]["sku"], one["site"]): one["numbers"] for one in await desk.given("likely_miscount")}

    async def test_less_than_nothing_is_counted(self, desk: Advice) -> None:
        await desk.room.shop.allow_negative("GYE")
        await desk.post("sale", "TEA", 3, site="GYE")
        found = await self.evidence(desk)
        assert found == {("TEA", "GYE"): {"on_hand": "-3", "negative": True}}
        wrong = await desk.one("likely_miscount")
        assert wrong["why"] == "By the books -3 are at GYE, less than nothing."
        done = await desk.accept(wrong)
        count = await desk.admin.get_ok(f"/stock/counts/{done['made']['id']}")
        assert (count["number"], count["site"]["code"], count["scope"]["kind"]) == (
            done["made"]["number"],
            "GYE",
            "products",
        )
        assert await self.evidence(desk) == {}

    async def test_what_is_corrected_again_and_again_is_counted(self, desk: Advice) -> None:
        """Seen to fail with two corrections being enough."""
        await desk.post("receipt", "TEA", 10, days_ago=100)
        for sku, times in (("TEA", 3), ("SOAP", 2)):
            for day in range(times):
                await desk.post("adjustment", sku, 1 + day, days_ago=30 - day)
        found = await self.evidence(desk)
        assert found == {("TEA", "UIO"): {"on_hand": "16", "corrections": 3}}

    async def test_stock_that_nobody_can_buy_while_others_sell_it_is_counted(self, desk: Advice) -> None:
        for site in ("UIO", "GYE", "LAB"):
            await desk.post("receipt", "TEA", 100, days_ago=100, site=site)
        for day in range(90, 40, -2):
            await desk.post("sale", "TEA", 1, days_ago=day, site="UIO")
            await desk.post("sale", "TEA", 1, days_ago=day, site="LAB")
        for day in range(40, 0, -10):
            await desk.post("sale", "TEA", 1, days_ago=day, site="GYE")
        await desk.post("receipt", "TEA", 1, days_ago=3, site="LAB")  # it may have been sold out before
        found = await self.evidence(desk)
        assert found.keys() == {("TEA", "UIO")}
        numbers = {"on_hand": "75", "is_still": True, "silent_days": 42, "mean_gap_days": "2"}
        assert numbers.items() <= found["TEA", "UIO"].items()


async def test_another_minimum_and_target_are_suggested_by_a_forecast_that_proved_itself(desk: Advice) -> None:
    """Only the figures change. Seen to fail with the policy's other terms left out."""
    for sku, minimum, target in (("TEA", 5, 10), ("SOAP", 5, 10), ("SALT", 34, 50)):
        await desk.room.sells("ACME", sku)
        await desk.room.policy(sku, minimum, target, cover_days=14, service_level="0.9")
        await desk.room.forecast(sku, 14)
    await desk.room.shop.fetch(
        "UPDATE demand_forecast f SET verdict = 'good' FROM product p WHERE f.company_id = %s AND p.company_id = f.company_id"
        " AND p.id = f.product_id AND p.sku <> 'SOAP'",
        desk.room.shop.company_id,
    )
    before = await desk.room.policies("TEA")
    await desk.look()
    found = {one["product"]["sku"]: one["numbers"] for one in await desk.given("policy")}
    assert found.keys() == {"TEA", "SALT"}
    tea = next(one for one in await desk.given("policy") if one["product"]["sku"] == "TEA")
    assert (tea["numbers"]["minimum"], tea["numbers"]["suggested_minimum"]) == ("5", "16")
    assert (tea["numbers"]["target"], tea["numbers"]["suggested_target"]) == ("10", "44")
    await desk.accept(tea)
    after = await desk.room.policies("TEA")
    assert (after["minimum"], after["target"]) == ("16", "44")
    kept = ("method", "service_level", "mode", "sources", "review_days", "cover_days", "periods")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert Decimal(after["cover_days"]) == 14
    await desk.look()
    assert {one["product"]["sku"] for one in await desk.given("policy")} == {"SALT"}
