"""A sale reaches the storefront as the new absolute level, whatever happens on the way."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from litestar import Litestar
from taskiq import InMemoryBroker

from adapters.broker.brokers import make_broker
from adapters.broker.doorbell import BrokerDoorbell
from apps.http.app import create_app
from apps.settings import Settings
from apps.worker.main import working
from apps.worker.retries import MAX_TRIES
from core.commands.catalogue import ChangeProduct, change_product
from core.commands.product_parts import KitPart, SetComponents, set_components
from core.commands.reservations import ReservationLine, ReserveStock, reserve_stock
from core.domain.errors import Conflict, Invalid
from core.ports.plugins import InstallationState
from tests.api import Api
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopState
from tests.plugins.installed import HERE
from tests.redis_server import redis_server
from tests.shop import Shop
from tests.way_out import PLUGIN, WayOut, eventually, importable, way_out

pytestmark = pytest.mark.anyio

STEPS = (
    "PostgresOutbox relay",
    "PostgresDeliveries claim",
    "PostgresChannels mark_dirty",
    "PostgresDeliveries finish",
    "PostgresChannels lease",
    "PostgresChannels dirty",
    "FakeStorefront push_levels",
    "PostgresChannels record",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of installed plugins on the import path."""
    folder = tmp_path_factory.mktemp("site")
    with importable(folder, PLUGIN):
        yield folder


@pytest.fixture
async def way(site: Path, shop: Shop, database_url: str, tmp_path: Path) -> AsyncIterator[WayOut]:
    async with way_out(shop, database_url, tmp_path, timedelta(seconds=1)) as way:
        yield way


@pytest.fixture(scope="module")
async def app(site: Path, settings: Settings) -> AsyncIterator[Litestar]:
    """The application with the plugin."""
    chosen = Settings(data=settings.data, database_url=settings.database_url, plugins=(PLUGIN, "broken"))
    app = create_app(chosen, write_log=lambda _: None)
    async with app.lifespan():
        yield app


@contextmanager
def process_of(site: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another Python with the plugin installed."""
    path = os.pathsep.join([str(site), str(HERE / PLUGIN / "src"), str(HERE.parent.parent)])
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        yield process


@pytest.fixture(scope="module")
def doomed(site: Path, database_url: str) -> Iterator[subprocess.Popen[str]]:
    with process_of(site, "-m", "tests.apps.doomed_worker", database_url) as process:
        yield process


class TestArrival:
    async def test_what_is_done_over_http_arrives_as_the_new_level(
        self, app: Litestar, api: Api, way: WayOut, database_url: str
    ) -> None:
        """By the bell alone: within the time of the test the worker does not look for itself."""
        product = await way.shop.product("COFFEE")
        await way.shop.post("receipt", "COFFEE", 10)
        await way.sell_online(c1="COFFEE")
        client = await Api(app, way.shop, api.tokens).client("admin")
        async with working(database_url, way.plugins, make_broker(None), poll_seconds=3600):
            await eventually(lambda: way.levels == {"c1@main": "10"})
            sale = {"lines": [{"product": "COFFEE", "site": "UIO", "quantity": "3", "unit_price": "5"}]}
            await client.post_ok("/sales", sale)
            await eventually(lambda: way.levels == {"c1@main": "7"})
            await client.send_json(f"/products/{product}", {"active": False}, method="PATCH")
            await eventually(lambda: way.levels == {"c1@main": "0"})

    async def test_without_a_bell_it_takes_until_the_worker_looks(self, way: WayOut, database_url: str) -> None:
        await way.shop.product("TEA")
        await way.sell_online(t1="TEA")
        async with working(database_url, way.plugins, InMemoryBroker(), poll_seconds=0.05):
            await way.shop.post("receipt", "TEA", 4)
            await eventually(lambda: way.levels == {"t1@main": "4"})

    async def test_when_redis_dies_and_forgets_it_is_late_but_not_lost(self, way: WayOut, database_url: str) -> None:
        await way.shop.product("TEA")
        await way.sell_online(t1="TEA")
        with redis_server() as redis:
            house, street = make_broker(redis.url), make_broker(redis.url)
            doorbell = BrokerDoorbell(street)
            async with working(database_url, way.plugins, house, poll_seconds=0.2):
                redis.kill()
                await way.shop.post("receipt", "TEA", 4)
                doorbell.ring(way.shop.company_id)
                await eventually(lambda: way.levels == {"t1@main": "4"})
                redis.start()
                await way.shop.post("receipt", "TEA", 4)
                doorbell.ring(way.shop.company_id)
                await eventually(lambda: way.levels == {"t1@main": "8"})
            await doorbell.close()
            for broker in (house, street):
                await broker.shutdown()

    @pytest.mark.parametrize("step", STEPS)
    async def test_a_worker_that_is_killed_after_any_step_delays_it_only(
        self, way: WayOut, doomed: subprocess.Popen[str], step: str
    ) -> None:
        """Seen to fail when deliveries are marked done as they are claimed."""
        word = str(way.shop.company_id)
        item = f"item-{word}"
        await way.shop.product("CUP")
        await way.shop.post("receipt", "CUP", 10)
        await way.sell_online(**{item: "CUP"})
        await way.carry()
        await way.shop.post("sale", "CUP", 3)
        assert doomed.stdin
        assert doomed.stdout
        doomed.stdin.write(f"{step} {word}\n")
        doomed.stdin.flush()
        ended_by = await asyncio.to_thread(doomed.stdout.readline)
        assert ended_by.strip() == str(int(signal.SIGKILL))
        await way.let_time_pass()
        await way.carry()
        assert way.levels == {f"{item}@main": "7"}
        assert await way.shop.fetch(
            "SELECT count(*) FROM delivery WHERE company_id = %s AND state <> 'done'", way.shop.company_id
        ) == [(0,)]

    async def test_the_worker_process_ends_in_good_order_when_asked(
        self, way: WayOut, site: Path, database_url: str
    ) -> None:
        await way.shop.product("TEA")
        await way.sell_online(t1="TEA")
        await way.shop.post("receipt", "TEA", 4)
        program = (
            "from apps.settings import Settings; from apps.worker.main import run_worker; "
            f"run_worker(Settings(database_url={database_url!r}, plugins=({PLUGIN!r},)))"
        )
        with process_of(site, "-c", program) as process:
            await eventually(lambda: way.levels == {"t1@main": "4"})
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 20) == 0
        assert await way.shop.fetch(
            "SELECT count(*) FROM channel WHERE company_id = %s AND lease_token IS NOT NULL", way.shop.company_id
        ) == [(0,)]

    async def test_changes_that_wait_become_one_push_of_the_present_level(self, way: WayOut) -> None:
        await way.shop.product("CUP")
        await way.sell_online(c1="CUP")
        await way.carry()
        await way.shop.post("receipt", "CUP", 10)
        for _ in range(4):
            await way.shop.post("sale", "CUP", 2)
        await way.carry()
        assert way.storefront.calls()[1:] == [["push", ["c1", "main", "2"]]]

    async def test_reservations_and_kits_count(self, way: WayOut) -> None:
        cup = await way.shop.product("CUP")
        await way.shop.kit("SET", {cup: "3"})
        await way.shop.post("receipt", "CUP", 10)
        await way.sell_online(c1="CUP", s1="SET")
        await way.carry()
        assert way.levels == {"c1@main": "10", "s1@main": "3"}
        await reserve(way.shop, "CUP", 5)
        await way.carry()
        assert way.levels == {"c1@main": "5", "s1@main": "1"}

    async def test_what_makes_a_product_unsellable_counts(self, way: WayOut) -> None:
        cup = await way.shop.product("CUP")
        kit = await way.shop.kit("SET", {cup: "2"})
        await way.shop.post("receipt", "CUP", 10)
        await way.sell_online(c1="CUP", s1="SET")
        await way.carry()
        parts = SetComponents([KitPart("CUP", Decimal(5))])
        await way.shop.run(set_components, way.shop.admin, (kit, parts, None))
        await way.carry()
        assert way.levels == {"c1@main": "10", "s1@main": "2"}
        await way.shop.run(change_product, way.shop.admin, (cup, ChangeProduct(active=False), None))
        await way.carry()
        assert way.levels["c1@main"] == "0"


class TestTrouble:
    @pytest.fixture
    async def troubled(self, way: WayOut) -> WayOut:
        """COFFEE is shown as 10, and 3 of them have been sold."""
        await way.shop.product("COFFEE")
        await way.shop.post("receipt", "COFFEE", 10)
        await way.sell_online(c1="COFFEE")
        await way.carry()
        await way.shop.post("sale", "COFFEE", 3)
        return way

    @pytest.mark.parametrize("trouble", ["down", "busy"])
    async def test_a_storefront_that_cannot_now_is_left_alone_and_asked_again(
        self, troubled: WayOut, trouble: str
    ) -> None:
        troubled.get_into(trouble)
        await troubled.carry()
        assert troubled.levels == {"c1@main": "10"}
        troubled.get_into("")
        await troubled.carry()
        assert troubled.levels == {"c1@main": "10"}
        await troubled.let_time_pass()
        await troubled.carry()
        assert troubled.levels == {"c1@main": "7"}

    async def test_an_answer_that_was_lost_is_asked_for_again(self, troubled: WayOut) -> None:
        troubled.get_into("lost answer")
        await troubled.carry()
        troubled.get_into("")
        await troubled.let_time_pass()
        await troubled.carry()
        assert troubled.storefront.calls()[-2:] == [["push", ["c1", "main", "7"]]] * 2

    async def test_a_storefront_that_does_not_know_us_is_paused_until_somebody_sees_to_it(
        self, troubled: WayOut
    ) -> None:
        shop = troubled.shop
        troubled.get_into("access")
        await troubled.carry()
        installation = await troubled.installations.find(shop.company_id, PLUGIN)
        assert installation
        assert installation.state == InstallationState.PAUSED
        assert installation.problem == "AuthFailed: the shop does not know us"
        assert await shop.event_types("plugin_paused") == ["plugin_paused"]
        troubled.get_into("")
        await troubled.let_time_pass()
        await troubled.carry()
        assert troubled.levels == {"c1@main": "10"}
        await troubled.sell_online(c1="COFFEE")
        await troubled.carry()
        assert troubled.levels == {"c1@main": "7"}

    async def test_one_item_that_is_refused_holds_up_no_other(self, troubled: WayOut) -> None:
        shop = troubled.shop
        await shop.product("TEA")
        await troubled.sell_online(c1="COFFEE", t1="TEA")
        state = troubled.storefront.read()
        del state.items["t1"]
        troubled.storefront.write(state)
        await troubled.carry()
        assert troubled.levels == {"c1@main": "7"}
        links = await shop.fetch(
            "SELECT external_item, state, last_error FROM channel_link WHERE company_id = %s ORDER BY 1",
            shop.company_id,
        )
        assert links == [("c1", "clean", None), ("t1", "clean", "no such item")]

    async def test_after_failures_in_a_row_fewer_items_are_pushed_at_a_time(self, way: WayOut) -> None:
        await way.shop.product("CUP")
        await way.sell_online(**{f"c{number}": "CUP" for number in range(20)})
        way.get_into("down")
        for _ in range(4):
            await way.let_time_pass()
            await way.carry()
        way.get_into("")
        await way.let_time_pass()
        assert await way.push()
        assert len(way.storefront.calls()[-1]) == 1 + 100 // 16
        await way.carry()
        assert len(way.levels) == 20

    async def test_a_reaction_that_keeps_failing_is_given_up_in_the_end_and_seen(self, way: WayOut) -> None:
        shop = way.shop
        product = await shop.product("COFFEE")
        await way.sell_online(c1="COFFEE")
        await shop.fetch("SELECT ledger_set_policy(%s, %s, 5, 20)", product, shop.sites["UIO"])
        way.get_into("no notes")
        await way.relay()
        for _ in range(MAX_TRIES):
            await way.let_time_pass()
            await way.deliver(f"{PLUGIN}:low_stock_note")
        assert await shop.fetch(
            "SELECT state, attempts, last_error FROM delivery WHERE company_id = %s AND subscriber <> 'core:storefront_sync'",
            shop.company_id,
        ) == [("dead", MAX_TRIES, "Transient: out of paper")]
        assert [one.dead for one in await way.installations.all(shop.company_id)] == [1]

    async def test_a_reaction_is_told_what_happened(self, way: WayOut) -> None:
        product = await way.shop.product("COFFEE")
        await way.sell_online(c1="COFFEE")
        await way.shop.fetch("SELECT ledger_set_policy(%s, %s, 5, 20)", product, way.shop.sites["UIO"])
        await way.relay()
        await way.deliver(f"{PLUGIN}:low_stock_note")
        assert way.storefront.calls() == [["low_stock", str(product), "0"]]


class TestSwitching:
    async def test_switching_on_ties_items_by_sku_and_says_how_many(self, way: WayOut) -> None:
        await way.shop.product("COFFEE")
        enabled = await way.sell_online(a="coffee", b="Coffee ", c="UNHEARD", d="COFFEE", e="TEA")
        assert (enabled.items, enabled.linked) == (5, 3)

    @pytest.mark.parametrize("trouble", ["down", "access"])
    async def test_what_fails_its_check_is_not_switched_on(self, way: WayOut, trouble: str) -> None:
        await way.sell_online()
        await way.installations.disable(way.shop.company_id, PLUGIN)
        way.storefront.write(ShopState(trouble=trouble))
        with pytest.raises(Conflict) as refused:
            await way.enable(way.settings)
        assert refused.value.code == "plugin_check_failed"
        assert [one.state for one in await way.installations.all(way.shop.company_id)] == [InstallationState.DISABLED]

    async def test_sites_that_do_not_exist_are_all_named(self, way: WayOut) -> None:
        way.storefront.write(ShopState())
        with pytest.raises(Invalid) as refused:
            await way.enable({**way.settings, "locations": {"UIO": "1", "NOWHERE": "2", "XXX": "3"}})
        assert [fault.pointer for fault in refused.value.faults] == [
            "/settings/locations/NOWHERE",
            "/settings/locations/XXX",
        ]
        assert await way.installations.all(way.shop.company_id) == []

    async def test_the_whole_story_over_http(self, app: Litestar, api: Api, way: WayOut) -> None:
        await way.shop.product("COFFEE")
        way.storefront.write(ShopState(items={"c1": "COFFEE", "x": "UNHEARD"}))
        admin = await Api(app, way.shop, api.tokens).client("admin")
        listed = (await admin.get_ok("/plugins"))["items"]
        assert [(one["id"], one["state"], one["problem"]) for one in listed] == [
            ("broken", "quarantined", "it is not installed"),
            (PLUGIN, "disabled", None),
        ]
        enabled = await admin.post_ok(f"/plugins/{PLUGIN}/enable", {"settings": way.settings})
        assert enabled == {"id": PLUGIN, "items": 2, "linked": 1}
        assert [one["state"] for one in (await admin.get_ok("/plugins"))["items"]] == ["quarantined", "enabled"]
        assert (await admin.send_json(f"/plugins/{PLUGIN}/disable", None)).status_code == 204
        assert (await admin.get_ok("/plugins"))["items"][1]["state"] == "disabled"

    @pytest.mark.parametrize(
        ("plugin", "given", "status", "code"),
        [
            (PLUGIN, {"colour": "green"}, 422, "invalid_settings"),
            (PLUGIN, {"folder": "/nowhere", "locations": {"UIO": "1"}}, 409, "plugin_check_failed"),
            ("broken", {}, 409, "plugin_quarantined"),
            ("unheard-of", {}, 404, "plugin_not_found"),
        ],
    )
    async def test_what_cannot_be_switched_on_says_why(
        self, app: Litestar, api: Api, plugin: str, given: dict[str, object], status: int, code: str
    ) -> None:
        admin = await Api(app, api.shop, api.tokens).client("admin")
        refused = await admin.send_json(f"/plugins/{plugin}/enable", {"settings": given})
        assert (refused.status_code, refused.json()["code"]) == (status, code)

    async def test_only_administrators_switch(self, app: Litestar, api: Api) -> None:
        manager = await Api(app, api.shop, api.tokens).client("manager")
        assert (await manager.send_json(f"/plugins/{PLUGIN}/disable", None)).status_code == 403
        assert (await manager.get("/plugins")).status_code == 403


async def reserve(shop: Shop, sku: str, quantity: int) -> None:
    command = ReserveStock([ReservationLine(sku, "UIO", Decimal(quantity))], commit=True)
    await shop.run(reserve_stock, shop.admin, (command, datetime.now(UTC)))
