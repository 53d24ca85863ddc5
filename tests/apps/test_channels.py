"""Storefronts: what they sell is tied to products, and what they show comes to be our stock, whatever happens there and on the way."""

import asyncio
import random
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from apps.http.app import create_app
from apps.settings import Settings
from apps.way_out import WorkerHereProvider
from apps.worker.channel_set_up import MOST_FAREWELLS
from core.commands.catalogue import ChangeProduct, change_product
from core.domain.channel_level import MOST_TRIES
from tests.api import Api, Client
from tests.way_out import PLUGIN, WayOut, process_of

pytestmark = pytest.mark.anyio

GTIN, UPC_AS_EAN, OF_SIX = "0012345678905", "012345678905", "5901234123457"
MANY = 300
PAGE = 23  # so that no other shop of the run has the same cursors
STEPS = (
    "FakeStorefront check",
    "PostgresChannelSetUp connected",
    "FakeStorefront items",
    "PostgresRun __call__",
    "FakeStorefront levels",
    "PostgresChannelLevels record_read",
    "PostgresChannelLevels aim",
    "FakeStorefront push_levels",
    "PostgresChannelLevels record_pushed",
)


@pytest.fixture(scope="module")
async def app(site: Path, settings: Settings) -> AsyncIterator[Litestar]:
    """The application with the plugin."""
    chosen = Settings(data=settings.data, database_url=settings.database_url, plugins=(PLUGIN,))
    app = create_app(chosen, WorkerHereProvider(), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture(scope="module")
def doomed(site: Path, database_url: str) -> Iterator[subprocess.Popen[str]]:
    with process_of(site, "-m", "tests.apps.doomed_worker", database_url) as process:
        yield process


@pytest.fixture
async def admin(app: Litestar, api: Api, way: WayOut) -> Client:
    return await Api(app, way.shop, api.tokens).client("admin")


class TestImport:
    @pytest.mark.promise("B3")
    async def test_a_worker_that_is_killed_half_way_is_gone_on_from(
        self, way: WayOut, doomed: subprocess.Popen[str], admin: Client
    ) -> None:
        """No page that was kept is asked for again. Seen to fail when the cursor is not kept with the page."""
        await sell_many(way)
        await die(doomed, f"FakeStorefront items '{PAGE * 7}'")
        await way.let_time_pass()
        seen = await channel(admin)
        assert (seen["stage"], seen["imported"]["seen"]) == ("importing", PAGE * 7)
        await way.carry()
        asked = Counter(str(call[1]) for call in way.storefront.calls("items"))
        assert {cursor for cursor, times in asked.items() if times > 1} == {str(PAGE * 7)}
        done = await channel(admin)
        assert (done["stage"], done["imported"]["seen"], done["name"]) == ("ready", MANY, "Shop in a folder")
        assert done["items"] == {
            "linked": MANY // 3,
            "unmatched": MANY * 2 // 3,
            "ambiguous": 0,
            "ignored": 0,
            "gone": 0,
        }
        assert done["levels"]["total"] == MANY // 3
        assert done["levels"]["to_push"] == 0
        assert await way.shop.event_types("storefront_imported") == ["storefront_imported"]

    async def test_a_shop_that_is_still_busy_with_its_list_is_asked_later(self, way: WayOut, admin: Client) -> None:
        await way.shop.product("CUP")
        change(way, list_busy=2)
        await way.sell_online(c1="CUP")
        for _ in range(2):
            await way.carry()
            assert (await channel(admin))["stage"] == "importing"
            await way.let_time_pass()
        await way.carry()
        assert (await channel(admin))["stage"] == "ready"
        assert way.levels == {"c1@main": "0"}

    async def test_an_item_that_comes_on_two_pages_counts_once(self, way: WayOut, admin: Client) -> None:
        await way.shop.product("COFFEE")
        change(way, trouble="shifting")
        await way.sell_online(**dict.fromkeys("abcde", "COFFEE"))
        await way.carry()
        assert (await channel(admin))["items"]["linked"] == 5

    async def test_what_is_added_renamed_and_removed_there_is_noticed(self, way: WayOut, admin: Client) -> None:
        for sku in ("CUP", "BAG"):
            await way.shop.product(sku)
            await way.shop.post("receipt", sku, 4)
        await way.sell_online(a="CUP", b="BAG", c="CUP")
        await way.carry()
        change(way, items={"a": "BAG", "c": "CUP", "d": "CUP"})
        assert (await admin.send_json(f"/channels/{PLUGIN}/import", None)).status_code == 202
        await way.shop.post("sale", "BAG", 1)
        await way.carry()
        assert way.levels == {"a@main": "3", "b@main": "4", "c@main": "4", "d@main": "4"}
        assert (await channel(admin))["items"]["gone"] == 1
        assert [one["external_id"] for one in await items(admin, state="gone")] == ["b"]

    async def test_a_page_that_breaks_delays_no_level(self, way: WayOut, admin: Client) -> None:
        """Seen to fail when a failed import is put down to the storefront as a whole."""
        await way.shop.product("CUP")
        await way.sell_online(c1="CUP")
        await way.carry()
        change(way, list_breaks=True)
        await admin.send_json(f"/channels/{PLUGIN}/import", None)
        await way.carry()
        await way.shop.post("receipt", "CUP", 3)
        await way.carry()
        assert way.levels == {"c1@main": "3"}
        seen = await channel(admin)
        assert (seen["stage"], seen["imported"]["problem"], seen["trouble"]) == ("importing", "KeyError: 'page'", None)

    async def test_switching_off_has_it_tell_us_nothing_any_more(self, way: WayOut) -> None:
        await way.sell_online()
        await way.carry()
        await way.shop.fetch("UPDATE channel SET listening = true WHERE company_id = %s", way.shop.company_id)
        change(way, listening="https://stock.example.org/hook", trouble="down")
        await way.installations.disable(way.shop.company_id, PLUGIN)
        await way.carry()
        assert way.storefront.read().listening
        change(way, trouble="")
        await way.let_time_pass()
        assert (way.shop.company_id, PLUGIN) in await way.parts.due.channels({PLUGIN})
        await way.carry()
        assert way.storefront.read().listening is None
        assert (way.shop.company_id, PLUGIN) not in await way.parts.due.channels({PLUGIN})

    async def test_a_shop_that_is_left_alone_for_a_moment_goes_on_telling_us(self, way: WayOut) -> None:
        """Seen to fail when each turn that found somebody else there, or the shop at rest, said goodbye to it."""
        await way.sell_online()
        await way.carry()
        await way.shop.fetch("UPDATE channel SET listening = true WHERE company_id = %s", way.shop.company_id)
        change(way, listening="https://stock.example.org/hook")
        await way.shop.fetch(
            "UPDATE channel SET next_at = now() + interval '1 minute' WHERE company_id = %s", way.shop.company_id
        )
        assert not await way.parts.pusher.push(way.shop.company_id, PLUGIN)
        assert way.storefront.read().listening

    async def test_a_shop_that_never_answers_is_let_be_in_the_end(self, way: WayOut) -> None:
        await way.sell_online()
        await way.carry()
        await way.shop.fetch("UPDATE channel SET listening = true WHERE company_id = %s", way.shop.company_id)
        change(way, trouble="down")
        await way.installations.disable(way.shop.company_id, PLUGIN)
        for _ in range(MOST_FAREWELLS):
            assert (way.shop.company_id, PLUGIN) in await way.parts.due.channels({PLUGIN})
            await way.carry()
            await way.let_time_pass()
        assert (way.shop.company_id, PLUGIN) not in await way.parts.due.channels({PLUGIN})


class TestTying:
    @pytest.fixture
    async def sold(self, way: WayOut, admin: Client) -> WayOut:
        """By SKU, by barcode, by two that disagree, by none, one with the barcode of a pack, one that the shop keeps no count of."""
        await way.shop.product("CUP")
        for sku, barcode in (("BAG", {"code": GTIN}), ("PEN", {"code": OF_SIX, "pack_quantity": "6"})):
            product = await way.shop.product(sku)
            assert (await admin.send_json(f"/products/{product}/barcodes", barcode)).is_success
        change(
            way,
            barcodes={"b": UPC_AS_EAN, "x": UPC_AS_EAN, "n": "4006381333931", "p": OF_SIX},
            uncounted=["u"],
            prices={"n": "7.5"},
        )
        await way.sell_online(a=" cup ", b="other", x="CUP", n="NEW-1", u="PEN", p="Six")
        await way.carry()
        return way

    async def test_items_find_their_products_by_sku_or_by_barcode_and_else_somebody_is_asked(
        self, sold: WayOut, admin: Client
    ) -> None:
        found = {one["external_id"]: one for one in await items(admin)}
        assert {item: (one["state"], one["matched_by"]) for item, one in found.items()} == {
            "a": ("linked", "sku"),
            "b": ("linked", "barcode"),
            "x": ("ambiguous", None),
            "n": ("unmatched", None),
            "u": ("linked", "sku"),
            "p": ("unmatched", None),
        }
        assert (found["b"]["product"]["sku"], found["x"]["product"]) == ("BAG", None)
        assert (found["x"]["by_sku"]["sku"], found["x"]["by_barcode"]["sku"]) == ("CUP", "BAG")
        assert sold.levels.keys() == {"a@main", "b@main"}
        assert [one["external_id"] for one in await items(admin, state="ambiguous")] == ["x"]
        assert [one["external_id"] for one in await items(admin, q="new-")] == ["n"]

    async def test_the_list_comes_page_by_page(self, sold: WayOut, admin: Client) -> None:
        seen, cursor = [], None
        while True:
            asked = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
            page = await admin.get_ok(f"/channels/{PLUGIN}/items", **asked)
            seen += [one["external_id"] for one in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert sorted(seen) == ["a", "b", "n", "p", "u", "x"]

    async def test_what_a_person_decides_lasts(self, sold: WayOut, admin: Client) -> None:
        """Also when all items are read again, and when the item was gone for a while. Seen to fail when SKUs alone are looked at."""
        ids = {one["external_id"]: one["id"] for one in await items(admin)}
        await admin.post_ok(f"/channels/{PLUGIN}/items/{ids['x']}/link", {"product": "pen"})
        await admin.post_ok(f"/channels/{PLUGIN}/items/{ids['a']}/ignore", None)
        made = await admin.post_ok(f"/channels/{PLUGIN}/items/{ids['n']}/create", None)
        product = await admin.get_ok(f"/products/{made['product']}")
        assert (product["sku"], product["name"], product["price"]) == ("NEW-1", "Item NEW-1", "7.5")
        assert [one["code"] for one in product["barcodes"]] == ["4006381333931"]
        before = sold.storefront.read().items
        for there in ({"b": "other"}, before):
            change(sold, items=there)
            await admin.send_json(f"/channels/{PLUGIN}/import", None)
            await sold.carry()
        states = {one["external_id"]: (one["state"], one["matched_by"]) for one in await items(admin)}
        assert (states["x"], states["a"], states["n"]) == (
            ("linked", "person"),
            ("ignored", "person"),
            ("linked", "person"),
        )
        await sold.shop.post("receipt", "PEN", 6)
        await sold.carry()
        assert sold.levels["x@main"] == "6"

    async def test_a_product_that_is_made_later_finds_its_items(self, sold: WayOut, admin: Client) -> None:
        assert (await admin.send_json("/products", {"sku": "new-1", "name": "New"})).status_code == 201
        await sold.carry()
        (found,) = await items(admin, q="new-1")
        assert (found["state"], found["matched_by"]) == ("linked", "sku")
        assert sold.levels["n@main"] == "0"

    async def test_many_decisions_at_once_are_all_taken_or_all_faults_named(self, sold: WayOut, admin: Client) -> None:
        ids = {one["external_id"]: one["id"] for one in await items(admin)}
        wrong = [
            {"item": ids["a"], "decision": "create"},
            {"item": ids["n"], "decision": "link", "product": "UNHEARD"},
            {"item": ids["x"], "decision": "link"},
            {"item": ids["u"], "decision": "ignore", "product": "CUP"},
            {"item": ids["u"], "decision": "ignore"},
            {"item": str(sold.shop.company_id), "decision": "ignore"},
            {"item": ids["b"], "decision": "ignore"},
        ]
        refused = await admin.send_json(f"/channels/{PLUGIN}/items/decide", {"items": wrong})
        assert refused.status_code == 422
        assert sorted((fault["pointer"], fault["code"]) for fault in refused.json()["errors"]) == [
            ("/items/0/sku", "sku_taken"),
            ("/items/1/product", "not_found"),
            ("/items/2/product", "required"),
            ("/items/3/product", "not_allowed"),
            ("/items/4/item", "duplicate"),
            ("/items/5/item", "not_found"),
        ]
        assert {one["state"] for one in await items(admin, q="other")} == {"linked"}
        right = [{"item": ids["a"], "decision": "ignore"}, {"item": ids["n"], "decision": "create"}]
        decided = await admin.post_ok(f"/channels/{PLUGIN}/items/decide", {"items": right})
        assert [one["product"] is None for one in decided["items"]] == [True, False]
        await sold.shop.post("receipt", "CUP", 5)
        await sold.carry()
        assert sold.levels["a@main"] == "0"

    async def test_who_may_not_make_products_makes_none_of_items(self, sold: WayOut, app: Litestar, api: Api) -> None:
        manager = await Api(app, sold.shop, api.tokens).client("manager")
        for path in (
            "channels",
            f"channels/{PLUGIN}/items",
            f"channels/{PLUGIN}/links",
            f"channels/{PLUGIN}/locations",
        ):
            assert (await manager.get(f"/{path}")).status_code == 403

    async def test_places_are_asked_for_with_their_sites(self, sold: WayOut, admin: Client) -> None:
        places = (await admin.get_ok(f"/channels/{PLUGIN}/locations"))["items"]
        assert places == [{"id": "main", "name": "The shop", "active": True, "site": "UIO"}]
        change(sold, trouble="access")
        refused = await admin.get(f"/channels/{PLUGIN}/locations")
        assert (refused.status_code, refused.json()["code"]) == (409, "plugin_check_failed")


class TestDrift:
    @pytest.fixture
    async def shown(self, way: WayOut) -> WayOut:
        """CUP is shown as 10, which is what there is."""
        await way.shop.product("CUP")
        await way.shop.post("receipt", "CUP", 10)
        await way.sell_online(c1="CUP")
        await way.carry()
        assert way.levels == {"c1@main": "10"}
        return way

    @pytest.mark.promise("B3")
    async def test_what_somebody_changes_there_is_noticed_told_and_put_right(
        self, shown: WayOut, admin: Client
    ) -> None:
        shown.storefront.edit("c1", "25")
        await shown.let_hours_pass()
        await shown.carry()
        assert shown.levels == {"c1@main": "10"}
        (event,) = await drifts(shown)
        assert (event["item"], event["last_seen"], event["shown"], event["review"]) == ("c1", "10", "25", False)
        assert (await channel(admin))["levels"]["drifted"] == 1

    async def test_stock_that_goes_and_comes_back_hides_no_change_there(self, shown: WayOut) -> None:
        """The change was told, and the shop could not be asked for some minutes. Seen to fail when a level that was not sent, because it
        was last seen to be right, counted as confirmed."""
        await shown.let_hours_pass()
        await shown.carry()
        shown.storefront.edit("c1", "25")
        await shown.shop.fetch(
            "UPDATE channel_link SET read_at = now() - interval '5 minutes' WHERE company_id = %s",
            shown.shop.company_id,
        )
        await shown.shop.post("sale", "CUP", 3)
        await shown.shop.post("receipt", "CUP", 3)
        await shown.carry()
        assert shown.levels == {"c1@main": "10"}

    async def test_a_sale_here_after_a_change_there_ends_in_our_stock(self, shown: WayOut) -> None:
        """Seen to fail when a level that has moved is taken for one that was set."""
        shown.storefront.edit("c1", "25")
        await shown.shop.post("sale", "CUP", 3)
        await shown.carry()
        assert shown.levels == {"c1@main": "7"}
        assert len(await drifts(shown)) == 1

    @pytest.mark.parametrize("keep", ["ours", "theirs"])
    async def test_where_that_is_wished_somebody_decides(self, shown: WayOut, admin: Client, keep: str) -> None:
        """Seen to fail when the wish for a review is not looked at."""
        await shown.enable({**shown.settings, "on_drift": "review"})
        await shown.carry()
        shown.storefront.edit("c1", "25")
        await shown.let_hours_pass()
        await shown.shop.post("sale", "CUP", 1)
        await shown.carry()
        assert shown.levels == {"c1@main": "25"}
        waiting = (await admin.get_ok(f"/channels/{PLUGIN}/links", state="attention"))["items"]
        assert [(one["item"], one["shown"], one["wanted"], one["reason"]) for one in waiting] == [
            ("c1", "25", "9", "drift")
        ]
        resolve = f"/channels/{PLUGIN}/links/{waiting[0]['id']}/resolve"
        assert (await admin.send_json(resolve, {"keep": keep})).status_code == 204
        assert (await admin.send_json(resolve, {"keep": keep})).status_code == 404
        await shown.let_hours_pass()
        await shown.carry()
        assert shown.levels == {"c1@main": "9" if keep == "ours" else "25"}
        await shown.shop.post("sale", "CUP", 1)
        await shown.carry()
        assert shown.levels == {"c1@main": "8"}
        assert len(await drifts(shown)) == 1

    async def test_our_own_pushes_are_no_drift_though_their_answers_are_lost(self, shown: WayOut) -> None:
        """Also when our stock has gone on by then. Seen to fail when what is under way, and what was sent last, is forgotten."""
        change(shown, trouble="lost answer")
        await shown.shop.post("sale", "CUP", 3)
        await shown.carry()
        await shown.shop.post("sale", "CUP", 1)
        for _ in range(4):
            await shown.carry()
            await shown.let_time_pass()
        change(shown, trouble="")
        await shown.let_hours_pass()
        await shown.carry()
        assert shown.levels == {"c1@main": "6"}
        assert await drifts(shown) == []

    @pytest.mark.promise("B3")
    async def test_a_push_whose_answer_was_lost_is_repeated_with_its_key(self, shown: WayOut) -> None:
        change(shown, trouble="lost answer")
        await shown.shop.post("sale", "CUP", 3)
        await shown.carry()
        await shown.let_time_pass()
        await shown.shop.post("sale", "CUP", 3)
        await shown.carry()
        (first, second) = shown.storefront.calls("keys")[-2:]
        assert first == second
        assert [call[1] for call in shown.storefront.calls("push")[-2:]] == [["c1", "main", "7"]] * 2

    async def test_orders_that_are_taken_in_are_no_drift(self, shown: WayOut) -> None:
        """Seen to fail when they are not asked for, and when what they change is not expected."""
        shown.storefront.place("c1", "2")
        await shown.let_hours_pass()
        await shown.carry()
        shown.storefront.place("c1", "1")
        await shown.shop.post("sale", "CUP", 3)
        await shown.carry()
        assert shown.levels == {"c1@main": "4"}
        assert await drifts(shown) == []
        assert await shown.shop.fetch(
            "SELECT count(*) FROM channel_order WHERE company_id = %s", shown.shop.company_id
        ) == [(2,)]

    async def test_an_order_that_happens_to_show_what_was_to_be_shown_is_not_counted_twice(self, shown: WayOut) -> None:
        """Seen to fail when a level that orders must have led to was taken for one that was seen."""
        shown.storefront.place("c1", "1")
        await shown.shop.post("sale", "CUP", 1)
        await shown.let_hours_pass()
        while await shown.push():
            pass
        assert shown.levels == {"c1@main": "9"}
        await shown.parts.pulling.pull(shown.shop.company_id, PLUGIN)
        await shown.carry()
        await shown.let_time_pass()
        await shown.carry()
        assert shown.levels == {"c1@main": "8"}

    async def test_nothing_is_called_drift_while_the_orders_cannot_be_asked_for(self, shown: WayOut) -> None:
        """Seen to fail when orders that could not be asked for are taken for none."""
        shown.storefront.place("c1", "2")
        change(shown, orders_down=True)
        await shown.let_hours_pass()
        await shown.carry()
        assert await drifts(shown) == []
        change(shown, orders_down=False)
        await shown.let_time_pass()
        await shown.carry()
        assert (shown.levels, await drifts(shown)) == ({"c1@main": "8"}, [])

    async def test_who_changes_it_again_and_again_is_not_fought_for_ever(self, shown: WayOut, admin: Client) -> None:
        for _ in range(MOST_TRIES):
            shown.storefront.edit("c1", "99")
            await shown.let_hours_pass()
            await shown.carry()
        assert (await channel(admin))["levels"]["attention"] == 1
        pushes = len(shown.storefront.calls("push"))
        await shown.shop.post("sale", "CUP", 1)
        await shown.carry()
        assert len(shown.storefront.calls("push")) == pushes
        assert shown.levels == {"c1@main": "99"}

    async def test_all_levels_are_read_when_somebody_asks(self, shown: WayOut, admin: Client) -> None:
        shown.storefront.edit("c1", "25")
        assert await admin.post_ok(f"/channels/{PLUGIN}/reconcile", None) == {"levels": 1}
        await shown.carry()
        assert shown.levels == {"c1@main": "10"}

    async def test_a_mark_that_was_lost_is_made_up_for(self, shown: WayOut) -> None:
        await shown.shop.post("sale", "CUP", 4)
        await shown.let_hours_pass()
        while await shown.push():
            pass
        assert shown.levels == {"c1@main": "6"}
        assert await drifts(shown) == []


class TestPrices:
    async def test_prices_are_shown_where_that_is_wished(self, way: WayOut, admin: Client) -> None:
        cup = await way.shop.product("CUP", price="5")
        await way.sell_online(c1="CUP")
        await way.carry()
        assert way.storefront.read().prices == {}
        await way.enable({**way.settings, "push_prices": True})
        await way.carry()
        assert way.storefront.read().prices == {"c1": "5"}
        change(way, trouble="lost answer")
        await way.shop.run(change_product, way.shop.admin, (cup, ChangeProduct(price=Decimal("6.25")), None))
        await way.carry()
        assert (await channel(admin))["price_problem"] == "Ambiguous: the answer was lost"
        change(way, trouble="")
        await way.let_time_pass()
        await way.carry()
        assert way.storefront.read().prices == {"c1": "6.25"}
        assert (await channel(admin))["price_problem"] is None

    async def test_prices_of_another_currency_are_not_pushed(self, way: WayOut, admin: Client) -> None:
        await way.shop.product("CUP", price="5")
        await way.shop.fetch("UPDATE company SET currency = 'EUR' WHERE id = %s", way.shop.company_id)
        change(way, items={"c1": "CUP"})
        await way.enable({**way.settings, "push_prices": True})
        await way.carry()
        assert way.storefront.read().prices == {}
        assert (await channel(admin))["price_problem"] == "our prices are in EUR, those of the storefront in USD"


class TestDisorder:
    @pytest.mark.promise("B3")
    @pytest.mark.parametrize("seed", [1, 2, 3])
    async def test_after_a_time_of_faults_every_level_is_our_stock(self, way: WayOut, seed: int) -> None:
        """A third of all calls fail, before or after they took effect, while stock moves here and levels are changed and orders placed
        there. Afterwards a bounded number of turns makes all equal, and every order was counted once."""
        chance = random.Random(seed)
        skus = [f"P{number}" for number in range(12)]
        for sku in skus:
            await way.shop.product(sku)
            await way.shop.post("receipt", sku, 40)
        await way.sell_online(**{sku.lower(): sku for sku in skus})
        await way.carry()
        change(way, seed=seed)
        ordered: Counter[str] = Counter()
        sold: Counter[str] = Counter()
        for _ in range(12):
            for sku in chance.sample(skus, 3):
                await way.shop.post("sale", sku, 1)
                sold[sku] += 1
            bought, changed = chance.choice(skus), chance.choice(skus)
            way.storefront.place(bought.lower(), "1")
            ordered[bought] += 1
            if changed != bought:
                way.storefront.edit(changed.lower(), str(chance.randrange(60)))
            await way.let_hours_pass()
            await way.carry()
        change(way, seed=None)
        for _ in range(4):
            await way.let_hours_pass()
            await way.parts.pulling.pull_orders(way.shop.company_id, PLUGIN)
            await way.carry()
        expected = {f"{sku.lower()}@main": str(40 - sold[sku] - ordered[sku]) for sku in skus}
        assert way.levels == expected
        links = await way.shop.fetch(
            "SELECT DISTINCT state FROM channel_link WHERE company_id = %s", way.shop.company_id
        )
        assert links == [("clean",)]

    @pytest.mark.promise("B2")
    @pytest.mark.promise("B3")
    @pytest.mark.parametrize("step", STEPS)
    async def test_a_worker_that_is_killed_after_any_step_delays_it_only(
        self, way: WayOut, doomed: subprocess.Popen[str], step: str
    ) -> None:
        await way.shop.product("CUP")
        await way.shop.post("receipt", "CUP", 10)
        item = f"item-{way.shop.company_id}"
        await way.sell_online(**{item: "CUP"})
        if step in ("FakeStorefront check", "FakeStorefront items"):
            way.get_into("")  # their arguments name no company: whoever is first
            await die(doomed, f"{step} storefront")
        else:
            await die(doomed, f"{step} {way.shop.company_id}")
        await way.let_time_pass()
        await way.carry()
        assert way.levels == {f"{item}@main": "10"}


def change(way: WayOut, **what: Any) -> None:
    """The storefront becomes like that."""
    state = way.storefront.read()
    for name, value in what.items():
        setattr(state, name, value)
    way.storefront.write(state)


async def sell_many(way: WayOut) -> None:
    """Three items in a hundred are products of ours."""
    for number in range(0, MANY, 3):
        await way.shop.product(f"SKU-{number}")
    change(way, page_size=PAGE)
    await way.sell_online(**{f"i{number:03}": f"SKU-{number}" for number in range(MANY)})


async def die(doomed: subprocess.Popen[str], when: str) -> None:
    """A worker begins to work and is killed right then."""
    assert doomed.stdin
    assert doomed.stdout
    doomed.stdin.write(f"{when}\n")
    doomed.stdin.flush()
    async with asyncio.timeout(30):
        assert (await asyncio.to_thread(doomed.stdout.readline)).strip() == str(int(signal.SIGKILL))


async def channel(admin: Client) -> Any:
    (found,) = (await admin.get_ok("/channels"))["items"]
    return found


async def items(admin: Client, **asked: str) -> list[Any]:
    found: list[Any] = (await admin.get_ok(f"/channels/{PLUGIN}/items", **asked))["items"]
    return found


async def drifts(way: WayOut) -> list[Any]:
    """What was told of levels that somebody has changed."""
    rows = await way.shop.fetch(
        "SELECT data FROM outbox_event WHERE company_id = %s AND type = 'storefront_drifted' ORDER BY id",
        way.shop.company_id,
    )
    return [row[0] for row in rows]
