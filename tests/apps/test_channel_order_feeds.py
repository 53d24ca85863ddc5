"""Orders of a storefront reach the books, whatever becomes of it, of us and of the orders beside them.

Seen to fail when the cursor moves on before the orders of its page are taken in, when one order that cannot be taken in ends the page, and
when stock that comes is not given to those who lack some.
"""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.commands.catalogue import CreateProduct, create_product
from core.commands.channel_order_news import mark_order
from core.domain.access import Actor
from core.domain.remote_order import RemoteLine, RemoteQuantity, RemoteReturn
from core.ports.storage import UnitOfWork
from tests.api import Api
from tests.shop import Shop
from tests.way_out import PLUGIN, WayOut, importable, process_of, way_out

pytestmark = pytest.mark.anyio

ORDERS = "core:channel_orders"
STEPS = (
    "PostgresOrderFeeds lease",
    "LedgerInTransaction post",
    "PostgresChannelOrders add_posting",
    "PostgresChannelOrders save",
    "PostgresRun __call__",
    "PostgresOrderFeeds advance",
    "PostgresOrderFeeds finish",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    site = tmp_path_factory.mktemp("site")
    with importable(site, PLUGIN):
        yield site


@pytest.fixture(scope="module")
def doomed(site: Path, database_url: str) -> Iterator[subprocess.Popen[str]]:
    with process_of(site, "-m", "tests.apps.doomed_worker", database_url) as process:
        yield process


@pytest.fixture
async def way(shop: Shop, database_url: str, tmp_path: Path, site: Path) -> AsyncIterator[WayOut]:
    async with way_out(shop, database_url, tmp_path, timedelta(seconds=60)) as way:
        await shop.product("CUP")
        await shop.product("POT")
        await shop.post("receipt", "CUP", 10, at=shop.days_ago(1))
        await way.sell_online(c1="CUP", p1="POT")
        await way.carry()
        yield way


async def pull(way: WayOut) -> None:
    """Everything that is due at the storefront is asked for, a minute later."""
    for what in ("feed SET leased_until = now(), next_at", "hint SET next_at"):
        await way.shop.fetch(f"UPDATE channel_order_{what} = now() WHERE company_id = %s", way.shop.company_id)
    while await way.parts.pulling.pull(way.shop.company_id, PLUGIN):
        pass


async def look_again(way: WayOut) -> None:
    """What happened here is told to those whom it concerns, and orders that wait are looked at."""
    for _ in range(2):
        await way.relay()
        await way.deliver(ORDERS)
        while await way.parts.pulling.look_again(way.shop.company_id):
            pass


async def standing(way: WayOut) -> dict[str, tuple[Any, ...]]:
    """State, units reserved, units short and units owed of each order."""
    rows = await way.shop.fetch(
        "SELECT o.external_id, o.state,"
        " (SELECT coalesce(sum(r.open), 0)::int FROM reservation r WHERE r.company_id = o.company_id AND r.demand_id = o.id),"
        " (SELECT coalesce(sum(r.short), 0)::int FROM reservation r WHERE r.company_id = o.company_id AND r.demand_id = o.id),"
        " (SELECT coalesce(sum(x.owed), 0)::int FROM channel_order_fact_line x WHERE x.company_id = o.company_id AND x.order_id = o.id)"
        " FROM channel_order o WHERE o.company_id = %s ORDER BY 1",
        way.shop.company_id,
    )
    return {row[0]: row[1:] for row in rows}


def change(way: WayOut, order_id: str, **more: Any) -> None:
    """The shop changes an order in some way that it has no word for."""
    state = way.storefront.read()
    order = state.orders[order_id]
    state.orders[order_id] = replace(order, updated_at=order.updated_at + timedelta(seconds=30), **more)
    state.changes.append(order_id)
    way.storefront.write(state)


def place(way: WayOut, item: str, quantity: int) -> str:
    return way.storefront.place(item, str(quantity))


class TestAsking:
    async def test_an_order_is_reserved_sold_and_given_up_as_the_shop_tells(self, way: WayOut) -> None:
        first, second = place(way, "c1", 2), place(way, "c1", 3)
        await pull(way)
        assert await standing(way) == {first: ("open", 2, 0, 0), second: ("open", 3, 0, 0)}
        way.storefront.fulfil(first)
        way.storefront.cancel(second)
        await pull(way)
        assert await standing(way) == {first: ("fulfilled", 0, 0, 0), second: ("cancelled", 0, 0, 0)}
        assert await way.shop.on_hand_of("CUP") == 8
        posted = await way.shop.fetch(
            "SELECT source, source_ref FROM posting WHERE company_id = %s AND kind = 'sale'", way.shop.company_id
        )
        assert posted == [(PLUGIN, f"{first}/fulfilment/f1")]

    async def test_what_is_told_again_counts_once(self, way: WayOut) -> None:
        order = place(way, "c1", 2)
        way.storefront.fulfil(order)
        for _ in range(3):
            await pull(way)
            await way.shop.fetch(
                "UPDATE channel_order_feed SET cursor = NULL WHERE company_id = %s", way.shop.company_id
            )
        assert await way.shop.on_hand_of("CUP") == 8

    async def test_an_order_that_the_shop_has_told_of_is_asked_for_though_nothing_else_is_due(
        self, way: WayOut
    ) -> None:
        order = place(way, "c1", 2)
        await pull(way)
        way.storefront.cancel(order)

        async def note(uow: UnitOfWork, actor: Actor, order: str) -> None:
            await mark_order(uow, PLUGIN, order)

        await way.shop.run(note, way.shop.admin, order)
        await way.parts.pulling.pull(way.shop.company_id, PLUGIN)
        assert (await standing(way))[order][0] == "cancelled"
        hints = "SELECT count(*)::int FROM channel_order_hint WHERE company_id = %s"
        assert await way.shop.fetch(hints, way.shop.company_id) == [(0,)]

    async def test_whoever_needs_to_know_at_once_asks_at_once(self, way: WayOut) -> None:
        await pull(way)
        order = place(way, "c1", 1)
        await way.parts.pulling.pull(way.shop.company_id, PLUGIN)
        assert await standing(way) == {}
        await way.parts.pulling.pull_orders(way.shop.company_id, PLUGIN)
        assert order in await standing(way)

    async def test_a_shop_that_is_down_is_asked_again_from_where_it_was(self, way: WayOut) -> None:
        place(way, "c1", 1)
        await pull(way)
        later = place(way, "c1", 1)
        for trouble in ("down", "busy", "exit", "cancelled"):
            way.get_into(trouble)
            await pull(way)
        way.get_into("")
        await pull(way)
        assert (await standing(way))[later] == ("open", 1, 0, 0)

    async def test_a_shop_whose_orders_are_not_wanted_is_not_asked(self, way: WayOut) -> None:
        await way.enable({**way.settings, "take_orders": False})
        place(way, "c1", 1)
        await pull(way)
        assert await standing(way) == {}

    async def test_one_order_that_cannot_even_be_written_down_blocks_no_other(self, way: WayOut) -> None:
        bad, good = place(way, "c1", 1), place(way, "c1", 2)
        change(way, bad, lines=[RemoteLine("1", "c1", "CUP", "NUL \x00", Decimal(1), Decimal(1))])
        change(way, good)
        await pull(way)
        assert await standing(way) == {good: ("open", 2, 0, 0)}
        rows = await way.shop.fetch(
            "SELECT external_id, attempts > 0 FROM channel_order_hint WHERE company_id = %s", way.shop.company_id
        )
        assert rows == [(bad, True)]
        change(way, bad, lines=[RemoteLine("1", "c1", "CUP", "good again", Decimal(1), Decimal(1))])
        await pull(way)
        assert (await standing(way))[bad] == ("open", 1, 0, 0)

    async def test_what_the_books_refuse_is_kept_with_its_reason_and_tried_again(self, way: WayOut) -> None:
        order, other = place(way, "c1", 2), place(way, "c1", 1)
        way.storefront.fulfil(order)
        await pull(way)
        closing = "UPDATE location SET active = %s WHERE company_id = %s AND id = %s"
        place_of = (way.shop.company_id, way.shop.sites["UIO"])
        await way.shop.fetch(closing, False, *place_of)
        back = RemoteReturn("r1", way.shop.days_ago(0), "main", [RemoteQuantity("1", Decimal(1))])
        change(way, order, returns=[back])
        way.storefront.cancel(other)
        await pull(way)
        assert await standing(way) == {order: ("needs_attention", 0, 0, 1), other: ("cancelled", 0, 0, 0)}
        rows = await way.shop.fetch(
            "SELECT problem, problem_code FROM channel_order WHERE company_id = %s AND state = 'needs_attention'",
            way.shop.company_id,
        )
        assert ("closed" in rows[0][0], rows[0][1]) == (True, "closed")
        await way.shop.fetch(closing, True, *place_of)
        await way.shop.fetch(
            "UPDATE channel_order SET look_at = now() WHERE company_id = %s AND look_at IS NOT NULL",
            way.shop.company_id,
        )
        await look_again(way)
        assert (await standing(way))[order] == ("fulfilled", 0, 0, 0)
        assert await way.shop.on_hand_of("CUP") == 9


class TestDeath:
    @pytest.mark.promise("B2")
    @pytest.mark.parametrize("step", STEPS)
    async def test_a_worker_that_is_killed_after_any_step_sells_once(
        self, way: WayOut, doomed: subprocess.Popen[str], step: str
    ) -> None:
        """Each order has left the shop already when it is first heard of; there are two pages of them."""
        word = str(way.shop.company_id)
        state = way.storefront.read()
        state.items[f"item-{word}"] = "CUP"
        way.storefront.write(state)
        for _ in range(3):
            way.storefront.fulfil(place(way, f"item-{word}", 2))
        assert doomed.stdin
        assert doomed.stdout
        doomed.stdin.write(f"{step} {word}\n")
        doomed.stdin.flush()
        ended_by = await asyncio.to_thread(doomed.stdout.readline)
        assert ended_by.strip() == str(int(signal.SIGKILL))
        await pull(way)
        assert [*(await standing(way)).values()] == [("fulfilled", 0, 0, 0)] * 3
        counted = "SELECT count(*)::int FROM posting WHERE company_id = %s AND kind = 'sale'"
        assert await way.shop.fetch(counted, way.shop.company_id) == [(3,)]
        assert await way.shop.on_hand_of("CUP") == 4


class TestHealing:
    async def test_stock_that_comes_goes_to_who_waited_longest(self, way: WayOut) -> None:
        first, second = place(way, "p1", 2), place(way, "p1", 2)
        await pull(way)
        assert await standing(way) == {first: ("short", 0, 2, 0), second: ("short", 0, 2, 0)}
        await way.shop.post("receipt", "POT", 3)
        await look_again(way)
        assert await standing(way) == {first: ("open", 2, 0, 0), second: ("short", 1, 1, 0)}

    async def test_what_left_without_stock_is_sold_when_some_comes(self, way: WayOut) -> None:
        gone, waiting = place(way, "p1", 2), place(way, "p1", 1)
        way.storefront.fulfil(gone)
        await pull(way)
        assert (await standing(way))[gone] == ("short", 0, 0, 2)
        await way.shop.post("receipt", "POT", 1)
        await look_again(way)
        assert await standing(way) == {gone: ("short", 0, 0, 1), waiting: ("short", 0, 1, 0)}
        await way.shop.post("receipt", "POT", 2)
        await look_again(way)
        assert await standing(way) == {gone: ("fulfilled", 0, 0, 0), waiting: ("open", 1, 0, 0)}
        assert await way.shop.on_hand_of("POT") == 1

    async def test_what_is_lost_to_a_count_is_short_and_comes_back(self, way: WayOut) -> None:
        order = place(way, "c1", 8)
        await pull(way)
        await way.shop.post("adjustment", "CUP", -5)
        await look_again(way)
        assert await standing(way) == {order: ("short", 5, 3, 0)}
        assert await way.shop.event_types("channel_order_short") == ["channel_order_short"]
        await way.shop.post("adjustment", "CUP", 5)
        await look_again(way)
        assert await standing(way) == {order: ("open", 8, 0, 0)}

    async def test_reservations_of_others_come_back_as_well(self, way: WayOut, api: Api) -> None:
        admin = await api.client("admin")
        wish = {"lines": [{"product": "CUP", "site": "UIO", "quantity": "8"}], "commit": True}
        held = (await admin.post_ok("/stock/reservations", wish))["items"][0]
        await way.shop.post("adjustment", "CUP", -5)
        await way.shop.post("receipt", "CUP", 2)
        await look_again(way)
        shown = (await admin.get_ok("/stock/reservations"))["items"][0]
        assert (shown["id"], shown["state"], shown["open"]) == (held["id"], "committed", "7")

    async def test_an_order_waits_for_its_product_and_goes_on_when_there_is_one(self, way: WayOut) -> None:
        state = way.storefront.read()
        state.items["n1"] = "NEW"
        way.storefront.write(state)
        order = place(way, "n1", 1)
        await pull(way)
        assert await standing(way) == {order: ("needs_attention", 0, 0, 0)}
        await way.shop.run(create_product, way.shop.admin, CreateProduct(sku="NEW", name="New"))
        await way.shop.post("receipt", "NEW", 1)
        await look_again(way)
        assert await standing(way) == {order: ("open", 1, 0, 0)}

    async def test_an_item_that_is_linked_later_has_its_orders_looked_at(self, way: WayOut) -> None:
        await way.sell_online(c1="CUP", p1="POT", n1="NEW")
        await way.let_hours_pass()
        await way.carry()
        order = place(way, "n1", 1)
        await pull(way)
        assert (await standing(way))[order][0] == "needs_attention"
        await way.shop.run(create_product, way.shop.admin, CreateProduct(sku="NEW", name="New"))
        await way.shop.post("receipt", "NEW", 1)
        await way.carry()
        await look_again(way)
        assert (await standing(way))[order] == ("open", 1, 0, 0)
