"""Replenishment over HTTP and through the worker's turns: stock falls, something is proposed, with every number that led there, and people
order it or not."""

from collections.abc import AsyncIterator

import pytest

from adapters.postgres.verification import PostgresVerifier
from apps.settings import Settings
from tests.api import Api
from tests.apps.purchasing import pointers
from tests.apps.replenishing import Storeroom, ordered, storeroom

pytestmark = pytest.mark.anyio


@pytest.fixture
async def room(api: Api, settings: Settings) -> AsyncIterator[Storeroom]:
    async with storeroom(api, settings) as opened:
        yield opened


async def test_whoever_sets_a_minimum_is_proposed_an_order_when_stock_falls_to_it(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", minimum_order_quantity="20", order_multiple="12")
    await room.sells("DEAR", "TEA", price_breaks=[{"from_quantity": "1", "unit_price": "9"}], lead_time_days=2)
    await room.stock("TEA", 40)
    await room.policy("TEA", 10, 50)
    assert (await room.follow()).proposed == 0
    await room.sell("TEA", 31)
    assert (await room.follow()).proposed == 1

    found = await room.proposal("TEA")
    assert (found["quantity"], found["supplier"]["code"], found["unit_price"], found["currency"]) == (
        *("48", "ACME", "2.5", "USD"),
    )
    assert found["expected_on"] == "2026-03-11"
    why = found["why"]
    assert {name: why[name] for name in ("minimum", "target", "on_hand", "position", "needed", "level_source")} == {
        **{"minimum": "10", "target": "50", "on_hand": "9", "position": "9", "needed": "41"},
        "level_source": "fixed",
    }
    assert (why["chosen"]["minimum_order_quantity"], why["chosen"]["order_multiple"]) == ("20", "12")
    assert (why["runner_up"]["code"], why["runner_up"]["quantity"], why["runner_up"]["cost"]) == ("DEAR", "41", "9")

    accepted = await room.manager.post_ok(f"/replenishment/proposals/{found['id']}/accept", None, key="accept")
    order = await room.manager.get_ok(f"/purchase-orders/{accepted['purchase_orders'][0]['id']}")
    assert (order["state"], order["supplier"]["code"], ordered(order)) == ("draft", "ACME", [("TEA", "48")])
    assert order["lines"][0]["expected_on"] == "2026-03-11"
    done = await room.proposal("TEA", state="ordered")
    assert (done["purchase_order"]["number"], done["is_edited"]) == (order["number"], False)
    assert done["decided_by"]["id"] == str(room.api.users["manager"])


async def test_who_accepts_twice_orders_once(room: Storeroom) -> None:
    """The same request gets the same answer; another is told what became of the proposal."""
    await room.sells("ACME", "TEA")
    await room.policy("TEA", 10, 50)
    await room.propose()
    path = f"/replenishment/proposals/{(await room.proposal('TEA'))['id']}/accept"
    first = await room.manager.post_ok(path, None, key="once")
    assert await room.manager.post_ok(path, None, key="once") == first
    again = await room.manager.send_json(path, None)
    assert (again.status_code, again.json()["code"]) == (409, "proposal_state")
    assert (again.json()["state"], again.json()["document"]) == ("ordered", first["purchase_orders"][0]["id"])
    assert len(await room.orders()) == 1
    assert (await room.follow()).proposed == 0


async def test_only_what_a_change_touches_is_looked_at(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP", "BOX")
    for sku in ("TEA", "CUP", "BOX"):
        for site in ("UIO", "GYE"):
            await room.stock(sku, 40, site)
            await room.policy(sku, 10, 50, site)
    assert (await room.follow()).policies == 6
    assert (await room.follow()).policies == 0
    await room.sell("TEA", 1, "GYE")
    assert (await room.follow()).policies == 1
    await room.manager.patch(f"/suppliers/{room.suppliers['ACME']}", json={"payment_days": 5})
    assert (await room.follow()).policies == 6


async def test_a_need_that_is_gone_takes_its_proposal_along(room: Storeroom) -> None:
    await room.sells("ACME", "TEA")
    await room.policy("TEA", 10, 50)
    await room.propose()
    first = await room.proposal("TEA")
    await room.stock("TEA", 5)
    await room.follow()
    second = await room.proposal("TEA")
    assert (second["id"], second["quantity"], second["version"]) == (first["id"], "45", 2)
    await room.stock("TEA", 20)
    assert (await room.follow()).withdrawn == 1
    assert await room.proposals() == []
    await room.manager.request("DELETE", "/stock/policies", params={"product": "TEA", "site": "UIO"})
    assert [one["state"] for one in await room.proposals("withdrawn")] == ["withdrawn"]


async def test_everything_on_its_way_counts_once(room: Storeroom) -> None:
    """Orders in every state, drafts among them, transfers, promises and what customers are owed."""
    await room.sells("ACME", "TEA")
    await room.policy("TEA", 30, 100)
    await room.stock("TEA", 15)
    await room.stock("TEA", 80, "GYE")
    line = [{"product": "TEA", "quantity": "10"}]
    order = {"supplier": "ACME", "site": "UIO", "lines": line}
    for deeds in ((), ("submit",), ("submit", "send")):
        made = await room.manager.post_ok("/purchase-orders", order)
        for deed in deeds:
            await room.manager.post_ok(f"/purchase-orders/{made['id']}/{deed}", None)
    await room.manager.post_ok(f"/purchase-orders/{made['id']}/receive", {"lines": [{"line": 1, "quantity": "4"}]})
    for state in ("draft", "pending"):
        transfer = {"source": "GYE", "destination": "UIO", "lines": line, "state": state}
        await room.manager.post_ok("/transfers", transfer)
    wish = {"lines": [{"product": "TEA", "site": "UIO", "quantity": "7"}]}
    await room.manager.post_ok("/stock/reservations", wish)
    await room.policy("TEA", 60, 100)
    await room.follow()
    why = (await room.proposal("TEA"))["why"]
    names = ("on_hand", "available", "owed", "ordered", "drafted", "arriving", "position", "needed")
    assert [why[name] for name in names] == ["19", "12", "0", "16", "20", "10", "58", "42"]


async def test_all_that_is_wrong_with_a_policy_is_said_at_once(room: Storeroom) -> None:
    await room.product("TEA")
    line = {
        **{"product": "TEA", "site": "UIO", "minimum": "5", "target": "4", "method": "service_level", "mode": "place"},
        **{"review_days": 0, "cover_days": 400},
        "periods": [
            {"valid_from": "2026-12-01", "valid_to": "2026-12-24", "minimum": "9", "target": "8"},
            {"valid_from": "2026-12-29", "valid_to": "2026-12-25", "service_level": "0.999"},
            {"valid_from": "2026-12-20", "valid_to": "2026-12-24", "service_level": "0.95"},
            {"valid_from": "2027-01-01", "valid_to": "2027-01-31", "minimum": "9"},
        ],
    }
    answer = await room.manager.put("/stock/policies", json={"policies": [line]})
    assert answer.status_code == 422
    assert [(pointer.removeprefix("/policies/0"), code) for pointer, code in pointers(answer.json())] == [
        ("/cover_days", "out_of_range"),
        ("/periods/0/target", "below_minimum"),
        ("/periods/1/service_level", "out_of_range"),
        ("/periods/1/valid_to", "before_start"),
        ("/periods/2/valid_from", "overlapping_validity"),
        ("/periods/3", "one_kind"),
        ("/review_days", "out_of_range"),
        ("/service_level", "required"),
        ("/spending_limit", "required"),
        ("/target", "below_minimum"),
    ]


async def test_nothing_is_amiss_after_all_that(room: Storeroom) -> None:
    await room.sells("ACME", "TEA")
    await room.policy("TEA", 10, 50)
    await room.follow()
    verifier = PostgresVerifier(room.shop.database)
    assert not any([await verifier.differences(room.shop.company_id, "shop", check) for check in verifier.checks])


async def test_policies_are_found_by_name_sku_and_barcode_of_their_product(room: Storeroom) -> None:
    for sku in ("TEA-GREEN", "TEA-BLACK", "CUP"):
        await room.product(sku)
        await room.policy(sku, 1, 2)
    cup = str(await room.product("CUP"))
    await room.manager.post_ok(f"/products/{cup}/barcodes", {"code": "4006381333931"})

    async def found(**query: str) -> list[str]:
        page = await room.manager.get_ok("/stock/policies", include="total", **query)
        assert page["total"] == len(page["items"])
        return [policy["sku"] for policy in page["items"]]

    assert await found(q="tea-") == ["TEA-BLACK", "TEA-GREEN"]
    assert await found(q="PRODUCT cup") == ["CUP"]
    assert await found(q="638133") == ["CUP"]
    assert await found(q="e", site="GYE") == []
    assert await found(q="nothing of the kind") == []
