"""Orders that policies have made by themselves: drafted or placed, up to a limit, once."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from adapters.postgres.engine import Database
from adapters.postgres.schedule import PostgresScheduleRuns
from apps.settings import Settings
from apps.worker.schedule import Schedule
from core.ports.replenishment import Scope
from tests.api import Api
from tests.apps.replenishing import Storeroom, ordered, storeroom

pytestmark = pytest.mark.anyio

PLACE = {"mode": "place", "spending_limit": "100"}
PRICE = [{"from_quantity": "1", "unit_price": "2"}]


@pytest.fixture
async def room(api: Api, settings: Settings) -> AsyncIterator[Storeroom]:
    async with storeroom(api, settings) as opened:
        yield opened


async def test_a_policy_that_is_off_tells_of_low_stock_and_proposes_nothing(room: Storeroom) -> None:
    await room.sells("ACME", "TEA")
    await room.policy("TEA", 10, 30, mode="off")
    done = await room.run()
    assert (done.policies, done.proposed, done.purchase_orders) == (1, 0, [])
    balance = (await room.manager.get_ok("/stock/balances", product="TEA", site="UIO"))["items"][0]
    assert balance["low"] is True


async def test_a_draft_grows_until_somebody_hands_it_in(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP", "BOX")
    for sku in ("TEA", "CUP", "BOX"):
        await room.stock(sku, 20)
        await room.policy(sku, 10, 30, mode="draft")
    await room.sell("TEA", 15)
    [made] = (await room.run()).purchase_orders
    assert (made.state, (await room.run()).purchase_orders) == ("draft", [])
    await room.sell("CUP", 12)
    await room.sell("TEA", 5)
    await room.run()
    [order] = await room.orders()
    assert (order["id"], sorted(ordered(order))) == (str(made.id), [("CUP", "22"), ("TEA", "25")])
    assert order["created_by"]["name"] == "Pirwa"
    await room.sell("BOX", 20)
    await room.manager.post_ok(f"/purchase-orders/{order['id']}/submit", None)
    await room.run()
    assert [(one["state"], ordered(one)) for one in (await room.orders())[1:]] == [("draft", [("BOX", "30")])]


async def test_a_draft_that_somebody_changed_keeps_what_they_wrote(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP")
    for sku in ("TEA", "CUP"):
        await room.stock(sku, 20)
        await room.policy(sku, 10, 30, mode="draft")
    await room.sell("TEA", 15)
    [made] = (await room.run()).purchase_orders
    lines = [{"product": "TEA", "quantity": "40", "unit_price": "1.75"}]
    await room.manager.patch(f"/purchase-orders/{made.id}", json={"lines": lines, "note": "by phone"})
    await room.sell("CUP", 15)
    await room.run()
    [order] = await room.orders()
    assert (order["note"], [(line["sku"], line["quantity"], line["unit_price"]) for line in order["lines"]]) == (
        "by phone",
        [("TEA", "40", "1.75"), ("CUP", "25", "2.5")],
    )


async def test_an_order_within_the_limit_is_placed_and_one_above_waits_for_approval(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP", price_breaks=PRICE)
    await room.policy("TEA", 10, 50, **PLACE)
    await room.policy("CUP", 10, 51, "GYE", **PLACE)
    await room.run()
    found = [(one["site"]["code"], one["state"], one["value"]) for one in await room.orders()]
    assert sorted(found) == [("GYE", "to_approve", "102"), ("UIO", "approved", "100")]
    waiting = next(one for one in await room.orders() if one["state"] == "to_approve")
    done = await room.manager.post_ok(f"/purchase-orders/{waiting['id']}/approve", None)
    assert done["state"] == "approved"
    told = await room.shop.fetch(
        "SELECT data ->> 'state' FROM outbox_event WHERE company_id = %s AND type = 'purchase_order_submitted' ORDER BY 1",
        room.shop.company_id,
    )
    assert told == [("approved",), ("to_approve",)]


async def test_the_companys_threshold_counts_as_well(room: Storeroom) -> None:
    admin = await room.api.client("admin")
    await admin.patch("/company", json={"purchase_approval_threshold": "99"})
    await room.sells("ACME", "TEA", price_breaks=PRICE)
    await room.policy("TEA", 10, 50, **PLACE)
    await room.run()
    assert [one["state"] for one in await room.orders()] == ["to_approve"]


async def test_the_least_limit_of_its_lines_is_that_of_an_order(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP", price_breaks=PRICE)
    await room.policy("TEA", 10, 20, mode="place", spending_limit="1000")
    await room.policy("CUP", 10, 20, mode="place", spending_limit="50")
    await room.run()
    assert [(one["state"], one["value"]) for one in await room.orders()] == [("to_approve", "80")]


async def test_nothing_is_placed_below_the_suppliers_minimum(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", "CUP", price_breaks=PRICE, minimum_order_value="90")
    for sku in ("TEA", "CUP"):
        await room.stock(sku, 30)
        await room.policy(sku, 10, 30, **PLACE)
    await room.sell("TEA", 20)
    assert (await room.run()).purchase_orders == []
    assert [one["quantity"] for one in await room.proposals()] == ["20"]
    await room.sell("CUP", 30)
    [made] = (await room.run()).purchase_orders
    assert made.state == "approved"
    assert sorted(ordered((await room.orders())[0])) == [("CUP", "30"), ("TEA", "20")]


async def test_who_takes_orders_by_mail_is_sent_them(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", price_breaks=PRICE)
    channel = {"channel": "mail", "address": "orders@example.org"}
    answer = await room.manager.put(f"/suppliers/{room.suppliers['ACME']}/ordering", json=channel)
    assert answer.is_success, answer.text
    await room.policy("TEA", 10, 50, **PLACE)
    await room.run()
    assert await room.shop.event_types("purchase_order_sending") == ["purchase_order_sending"]


async def test_transfers_are_drafted_or_started(room: Storeroom) -> None:
    for sku, mode in (("TEA", {"mode": "draft"}), ("CUP", PLACE)):
        await room.stock(sku, 90, "GYE")
        await room.policy(sku, 10, 30, "GYE")
        await room.policy(sku, 10, 30, **mode)
    done = await room.run()
    assert sorted(one.state for one in done.transfers) == ["draft", "pending"]
    assert (await room.run()).transfers == []


async def test_what_cannot_be_ordered_holds_up_nothing_else(room: Storeroom) -> None:
    """The surplus is sold between the proposal and the transfer."""
    await room.sells("ACME", "CUP", price_breaks=PRICE)
    await room.stock("TEA", 90, "GYE")
    await room.policy("TEA", 10, 30, "GYE")
    await room.policy("TEA", 10, 30, **PLACE)
    await room.policy("CUP", 10, 30, **PLACE)
    await room.propose()
    await room.sell("TEA", 90, "GYE")
    done = await room.replenisher.replenishing.whole(room.system, Scope())
    assert (len(done.purchase_orders), done.transfers) == (1, [])
    assert (await room.proposal("TEA"))["source"]["code"] == "GYE"


async def test_the_audit_trail_says_who_ordered(room: Storeroom) -> None:
    await room.sells("ACME", "TEA", price_breaks=PRICE)
    await room.policy("TEA", 10, 50, **PLACE)
    await room.run()
    entries = (await room.manager.get_ok("/audit", subject_type="purchase_order"))["items"]
    assert {(one["actor"]["name"], one["agent"]) for one in entries} == {("Pirwa", "replenishment")}


async def test_several_schedulers_write_orders_once(room: Storeroom, settings: Settings) -> None:
    await room.sells("ACME", "TEA", price_breaks=PRICE)
    await room.policy("TEA", 10, 50, **PLACE)
    assert settings.database_url is not None
    dispatch = Database(settings.database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    [job] = room.replenisher.jobs()
    schedules = [Schedule([job], PostgresScheduleRuns(dispatch), room.clock) for _ in range(3)]
    ran = await asyncio.gather(*(schedule.run_due(job) for schedule in schedules))
    await dispatch.close()
    assert (sum(ran), len(await room.orders())) == (1, 1)


STEPS = (
    "PostgresPolicyDesk refresh_levels",
    "PostgresReplenishment claim",
    "PostgresReplenishment save",
    "PostgresRun __call__",
    "PostgresPolicyDesk waiting_groups",
    "PostgresReplenishment locked_group",
    "PostgresPurchaseOrders add",
    "PostgresReplenishment decide",
    "PostgresPurchaseOrders save",
)


@pytest.mark.promise("B2")
async def test_a_process_that_dies_after_any_step_orders_once(room: Storeroom, settings: Settings) -> None:
    """The next run goes on where the last one ended. Each step has a product of its own, and kills one process after another."""
    assert settings.database_url is not None
    products = [f"P{number}" for number in range(len(STEPS))]
    await room.sells("ACME", *products, price_breaks=PRICE)
    doomed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.apps.doomed_replenisher", settings.database_url, str(room.shop.company_id)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert doomed.stdin is not None
    assert doomed.stdout is not None
    for product, step in zip(products, STEPS, strict=True):
        await room.policy(product, 10, 50, **PLACE)
        doomed.stdin.write(f"{step}\n".encode())
        await doomed.stdin.drain()
        assert int(await doomed.stdout.readline()) == signal.SIGKILL, step
        await room.run()
        assert await room.proposals() == [], step
    doomed.stdin.close()
    await doomed.wait()
    lines = sorted(line for order in await room.orders() for line in ordered(order))
    assert lines == [(product, "50") for product in products]
    assert {order["state"] for order in await room.orders()} == {"approved"}
