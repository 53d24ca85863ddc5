"""Orders that any shop brings through the API become reservations, sales and returns.

Seen to fail when a fulfilment is posted again with every picture that has it, when a picture from before takes back what a newer one said,
when a cancellation releases nothing, when one line without a product stops the others, when what left is refused because it is promised
to somebody else, and when what leaves does not give up its own reservation first.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.events import Event
from core.domain.notification_news import news_among
from core.domain.notification_words import words_for
from tests.api import Api, Client
from tests.apps.channel_orders import bring, fact, line, moment, order

pytestmark = pytest.mark.anyio


async def stocked(api: Api, quantity: int = 10, sku: str = "A") -> Client:
    await api.shop.product(sku)
    if quantity:
        await api.shop.post("receipt", sku, quantity, at=api.shop.days_ago(1))
    return await api.client("admin")


async def promised(api: Api) -> int:
    rows = await api.shop.fetch("SELECT sum(promised) FROM site_stock WHERE company_id = %s", api.shop.company_id)
    return int(rows[0][0] or 0)


async def sales(client: Client) -> list[Any]:
    return list((await client.get_ok("/sales"))["items"])


def steps(shown: Any) -> list[str]:
    return [step["what"].removeprefix("channel_order_") for step in shown["history"]]


class TestLife:
    async def test_an_order_reserves_and_its_fulfilment_sells(self, api: Api) -> None:
        admin = await stocked(api)
        taken = await bring(admin, order(line(quantity=3)))
        assert (taken["state"], taken["lines"][0]["reservations"][0]["reserved"]) == ("open", "3")
        done = await bring(admin, order(line(quantity=3), minutes=20, fulfilments=[fact("f1", ("1", 3))]))
        assert (done["state"], done["lines"][0]["reservations"], done["lines"][0]["posted"]) == ("fulfilled", [], "3")
        assert (await api.shop.on_hand_of("A"), await promised(api)) == (7, 0)
        sale = await admin.get_ok(f"/stock/postings/{done['fulfilments'][0]['postings'][0]}")
        assert (sale["kind"], sale["source"], sale["source_ref"]) == ("sale", "my-shop", "1001/fulfilment/f1")
        assert (sale["lines"][0]["unit_price"], sale["currency"]) == ("9.5", "USD")
        assert datetime.fromisoformat(sale["effective_at"]) == datetime.fromisoformat(moment(10))
        assert steps(done) == ["imported", "fulfilled"]

    @pytest.mark.promise("B4")
    async def test_pictures_come_again_late_and_unordered_and_count_once(self, api: Api) -> None:
        admin = await stocked(api)
        first = order(line(quantity=3))
        part = order(line(quantity=3), minutes=20, fulfilments=[fact("f1", ("1", 1))])
        whole = order(line(quantity=3), minutes=30, fulfilments=[fact("f1", ("1", 1)), fact("f2", ("1", 2))])
        for picture in (part, first, part, whole, part, first, whole):
            shown = await bring(admin, picture)
        assert (shown["state"], shown["lines"][0]["posted"]) == ("fulfilled", "3")
        assert (await api.shop.on_hand_of("A"), await promised(api), len(await sales(admin))) == (7, 0, 2)

    async def test_a_stale_picture_brings_facts_and_takes_nothing_back(self, api: Api) -> None:
        admin = await stocked(api)
        await bring(admin, order(line(quantity=5), minutes=30))
        shown = await bring(admin, order(line(quantity=2), minutes=20, fulfilments=[fact("f1", ("1", 1))]))
        assert (shown["lines"][0]["quantity"], shown["lines"][0]["reservations"][0]["reserved"]) == ("5", "4")
        assert shown["lines"][0]["posted"] == "1"

    async def test_what_is_edited_is_reserved_otherwise(self, api: Api) -> None:
        admin = await stocked(api)
        await stocked(api, 4, "B")
        await bring(admin, order(line(quantity=3)))
        shown = await bring(admin, order(line(quantity=1), line("B", 2, "2"), minutes=5))
        assert [one["reservations"][0]["reserved"] for one in shown["lines"]] == ["1", "2"]
        gone = await bring(admin, order(line("B", 2, "2"), minutes=6))
        assert ([one["quantity"] for one in gone["lines"]], await promised(api)) == (["0", "2"], 2)

    async def test_a_cancellation_releases_what_has_not_left(self, api: Api) -> None:
        admin = await stocked(api)
        sent = [fact("f1", ("1", 1))]
        await bring(admin, order(line(quantity=3), fulfilments=sent))
        shown = await bring(admin, order(line(quantity=3), minutes=5, cancelled_at=moment(4), fulfilments=sent))
        assert (shown["state"], await promised(api), await api.shop.on_hand_of("A")) == ("cancelled", 0, 9)
        late = await bring(admin, order(line(quantity=3), minutes=2, fulfilments=sent))
        assert (late["state"], await promised(api)) == ("cancelled", 0)

    async def test_what_comes_back_is_returned_to_its_site_at_the_cost_of_its_sale(self, api: Api) -> None:
        admin = await stocked(api)
        sent = [fact("f1", ("1", 3))]
        back = [fact("r1", ("1", 2), minutes=20, site="GYE")]
        picture = order(line(quantity=3), fulfilments=sent, returns=back)
        shown = await bring(admin, picture)
        await bring(admin, {**picture, "updated_at": moment(30)})
        assert (await api.shop.on_hand_of("A"), await api.shop.on_hand_of("A", "GYE")) == (7, 2)
        returned = await admin.get_ok(f"/stock/postings/{shown['returns'][0]['postings'][0]}")
        assert (returned["kind"], returned["return_of"]) == ("customer_return", shown["fulfilments"][0]["postings"][0])
        assert returned["lines"][0]["cost"] == "4"

    async def test_lines_may_have_sites_of_their_own(self, api: Api) -> None:
        admin = await stocked(api)
        await api.shop.post("receipt", "A", 5, site="GYE")
        shown = await bring(admin, order(line(quantity=2, site="GYE"), line(quantity=1, name="2")))
        assert [one["reservations"][0]["site"] for one in shown["lines"]] == ["GYE", "UIO"]
        await bring(
            admin,
            order(
                line(quantity=2, site="GYE"),
                line(quantity=1, name="2"),
                minutes=5,
                fulfilments=[fact("f1", ("1", 2), ("2", 1))],
            ),
        )
        assert (await api.shop.on_hand_of("A"), await api.shop.on_hand_of("A", "GYE")) == (9, 3)

    async def test_kits_and_lots_leave_as_in_any_sale(self, api: Api) -> None:
        admin = await stocked(api)
        milk = await api.shop.product("MILK", tracking="lot")
        for lot, days in (("late", 30), ("soon", 5)):
            await api.shop.post("receipt", "MILK", 2, lot=lot, expires_on=api.shop.day(days))
        await api.shop.kit("KIT", {milk: "2"})
        shown = await bring(admin, order(line("KIT", 1), line("MILK", 1, "2"), line("A", 1, "3")))
        assert [one["reservations"][0]["reserved"] for one in shown["lines"]] == ["2", "1", "1"]
        done = await bring(
            admin,
            order(
                line("KIT", 1),
                line("MILK", 1, "2"),
                line("A", 1, "3"),
                minutes=5,
                fulfilments=[fact("f1", ("1", 1), ("2", 1), ("3", 1))],
            ),
        )
        assert (done["state"], await promised(api), await api.shop.on_hand(milk)) == ("fulfilled", 0, 1)
        back = order(
            line("KIT", 1),
            line("MILK", 1, "2"),
            line("A", 1, "3"),
            minutes=30,
            fulfilments=[fact("f1", ("1", 1), ("2", 1), ("3", 1))],
            returns=[fact("r1", ("1", 1), ("3", 1), minutes=20)],
        )
        returned = await bring(admin, back)
        assert (returned["state"], await api.shop.on_hand(milk)) == ("fulfilled", 3)

    async def test_goods_leave_other_places_of_the_site_where_its_own_has_none(self, api: Api) -> None:
        admin = await stocked(api, 1)
        await admin.post_ok(f"/sites/{api.shop.sites['UIO']}/locations", {"code": "A1", "name": "Shelf"})
        shelf = {"product": "A", "quantity": "4", "site": "UIO", "location": "A1"}
        await admin.post_ok("/stock/postings", {"kind": "receipt", "lines": [shelf]})
        done = await bring(admin, order(line(quantity=3), fulfilments=[fact("f1", ("1", 3))]))
        assert (done["state"], await api.shop.on_hand_of("A")) == ("fulfilled", 2)

    async def test_a_sale_of_a_period_that_is_closed_is_recorded_now(self, api: Api) -> None:
        admin = await stocked(api)
        await api.shop.lock_period(datetime.now(UTC) - timedelta(seconds=5))
        done = await bring(admin, order(line(), fulfilments=[fact("f1", ("1", 1))]))
        sale = await admin.get_ok(f"/stock/postings/{done['fulfilments'][0]['postings'][0]}")
        assert datetime.fromisoformat(sale["effective_at"]) > datetime.fromisoformat(moment(50))


class TestShortage:
    async def test_what_lacks_is_short_and_said_once(self, api: Api) -> None:
        admin = await stocked(api, 3)
        shown = await bring(admin, order(line(quantity=5)))
        held = shown["lines"][0]["reservations"][0]
        assert (shown["state"], held["reserved"], held["short"]) == ("short", "3", "2")
        await bring(admin, order(line(quantity=5), minutes=5))
        assert await api.shop.event_types("channel_order_short") == ["channel_order_short"]
        assert (await admin.get_ok("/channel-orders", state="short"))["items"][0]["id"] == shown["id"]

    async def test_what_left_without_stock_is_owed_and_what_there_is_is_sold(self, api: Api) -> None:
        admin = await stocked(api, 2)
        picture = order(line(quantity=3), fulfilments=[fact("f1", ("1", 3))])
        shown = await bring(admin, picture)
        assert (shown["state"], shown["lines"][0]["posted"], shown["lines"][0]["owed"]) == ("short", "2", "1")
        assert await api.shop.on_hand_of("A") == 0
        again = await bring(admin, {**picture, "updated_at": moment(40)})
        assert (again["lines"][0]["owed"], len(await sales(admin))) == ("1", 1)

    async def test_a_site_that_may_go_below_zero_owes_nothing(self, api: Api) -> None:
        admin = await stocked(api, 2)
        await api.shop.allow_negative("UIO")
        shown = await bring(admin, order(line(quantity=3), fulfilments=[fact("f1", ("1", 3))]))
        assert (shown["state"], await api.shop.on_hand_of("A")) == ("fulfilled", -1)

    async def test_what_left_is_taken_whatever_was_promised_to_others(self, api: Api) -> None:
        admin = await stocked(api, 2)
        other = await bring(admin, order(line(quantity=2), external_id="1000", number="1000"))
        done = await bring(admin, order(line(quantity=1), fulfilments=[fact("f1", ("1", 1))]))
        assert done["state"] == "fulfilled"
        held = (await admin.get_ok(f"/channel-orders/{other['id']}"))["lines"][0]["reservations"][0]
        assert (held["reserved"], held["short"]) == ("1", "1")

    async def test_what_leaves_takes_its_own_reservation_and_nobody_elses(self, api: Api) -> None:
        admin = await stocked(api, 2)
        await bring(admin, order(line(quantity=1)))
        other = await bring(admin, order(line(quantity=1), external_id="1002"))
        await bring(admin, order(line(quantity=1), minutes=5, fulfilments=[fact("f1", ("1", 1))]))
        assert (await admin.get_ok(f"/channel-orders/{other['id']}"))["lines"][0]["reservations"][0]["reserved"] == "1"
        assert await api.shop.event_types("reservation_shortened") == []

    async def test_what_lacks_is_to_be_ordered(self, api: Api) -> None:
        admin = await stocked(api, 3)
        await bring(admin, order(line(quantity=5)))
        await bring(admin, order(line(quantity=4), external_id="7", fulfilments=[fact("f1", ("1", 4))]))
        rows = await api.shop.fetch("SELECT owed::int FROM replenishment_owed()")
        assert rows == [(5 + 1,)]

    async def test_whoever_is_there_is_told_in_their_language(self, api: Api) -> None:
        admin = await stocked(api, 0)
        await bring(admin, order(line(quantity=2), line("UNHEARD", 1, "2")))
        rows = await api.shop.fetch(
            "SELECT id, type, subject_type, subject_id, data FROM outbox_event WHERE company_id = %s AND subject_type = 'channel_order'"
            " ORDER BY type",
            api.shop.company_id,
        )
        news = news_among([Event(row[0], 1, row[1], row[2], row[3], datetime.now(UTC), row[4]) for row in rows])
        told = [words_for("es").line(one.kind, {**one.facts, "site": "UIO"}) for one in news]
        assert told == [
            "Pedido 1001 de my-shop: una línea no tiene producto",
            "Pedido 1001 de my-shop para UIO: faltan 2",
        ]

    async def test_a_person_settles_what_a_count_has_seen_to(self, api: Api) -> None:
        admin = await stocked(api, 0)
        shown = await bring(admin, order(line(quantity=1), fulfilments=[fact("f1", ("1", 1))]))
        path = f"/channel-orders/{shown['id']}/settle"
        settled = await admin.post_ok(path, {"reason": "counted"})
        assert (settled["state"], settled["lines"][0]["settled"], settled["lines"][0]["owed"]) == (
            "fulfilled",
            "1",
            "0",
        )
        step = settled["history"][steps(settled).index("settled")]
        assert (step["reason"], step["by"]) == ("counted", str(api.users["admin"]))
        refused = await admin.send_json(path, {"reason": "counted"})
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_owed")

    @pytest.mark.promise("I3", "I4")
    async def test_the_last_unit_sold_twice_at_once_is_sold_once_and_owed_once(self, api: Api) -> None:
        """At the till and in the shop on the internet, in the same second, again and again."""
        admin = await stocked(api, 0)
        till = {"lines": [{"product": "A", "site": "UIO", "quantity": "1", "unit_price": "9"}]}
        refused = owed = 0
        for turn in range(12):
            await api.shop.post("receipt", "A", 1)
            picture = order(line(), external_id=f"o{turn}", fulfilments=[fact("f1", ("1", 1))])
            at_till, online = await asyncio.gather(
                admin.send_json("/sales", till), admin.send_json("/channel-orders", picture)
            )
            assert online.status_code == 201, online.text
            owes = online.json()["lines"][0]["owed"] == "1"
            assert (at_till.status_code, online.json()["state"]) in (((201, "short")), ((409, "fulfilled")))
            assert owes == (at_till.status_code == 201)
            refused, owed = refused + (not owes), owed + owes
            if owes:
                await admin.post_ok(f"/channel-orders/{online.json()['id']}/settle", {"reason": "counted"})
        assert (await api.shop.on_hand_of("A"), len(await sales(admin)), refused + owed) == (0, 12, 12)

    @pytest.mark.promise("B4")
    async def test_one_order_brought_many_times_at_once_is_taken_in_once(self, api: Api) -> None:
        admin = await stocked(api)
        pictures = [
            order(line(quantity=3), minutes=minutes, fulfilments=[fact("f1", ("1", 2))]) for minutes in range(8)
        ]
        answers = await asyncio.gather(*(admin.send_json("/channel-orders", picture) for picture in pictures))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert (await api.shop.on_hand_of("A"), await promised(api), len(await sales(admin))) == (8, 1, 1)


class TestAttention:
    async def test_a_line_without_product_stops_no_other(self, api: Api) -> None:
        admin = await stocked(api)
        parts = [line(quantity=2), line("UNHEARD", 1, "2")]
        shown = await bring(admin, order(*parts, fulfilments=[fact("f1", ("1", 2), ("2", 1))]))
        assert (shown["state"], shown["lines"][1]["problem"]) == ("needs_attention", "no_product")
        assert (shown["lines"][0]["posted"], await api.shop.on_hand_of("A")) == ("2", 8)
        assert "needs_attention" in steps(shown)

    async def test_barcodes_name_products_too(self, api: Api) -> None:
        admin = await stocked(api)
        products = (await admin.get_ok("/products"))["items"]
        await admin.post_ok(f"/products/{products[0]['id']}/barcodes", {"code": "4006381333931", "kind": "gtin"})
        shown = await bring(admin, order({"id": "1", "barcode": "4006381333931", "quantity": "1"}))
        assert (shown["state"], shown["lines"][0]["product"]) == ("open", products[0]["id"])


class TestInput:
    async def test_one_answer_names_every_fault_and_nothing_is_taken_in(self, api: Api) -> None:
        admin = await stocked(api)
        wrong = order(
            line(quantity=-1),
            line(quantity="1", name="1", site="NOWHERE"),
            {"id": "3", "quantity": "1", "unit_price": "0.00001"},
            channel="api",
            external_id=None,
            cancelled_at="2999-01-01T00:00:00Z",
            fulfilments=[fact("f1", ("9", 1)), fact("f1", ("1", 0))],
            site=None,
        )
        refused = await admin.send_json("/channel-orders", wrong)
        assert refused.status_code == 422
        assert {(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]} == {
            ("/channel", "reserved"),
            ("/external_id", "required"),
            ("/cancelled_at", "in_the_future"),
            ("/site", "required"),
            ("/lines/0/quantity", "out_of_range"),
            ("/lines/1/id", "repeated"),
            ("/lines/1/site", "not_found"),
            ("/lines/2/sku", "required"),
            ("/lines/2/unit_price", "too_precise"),
            ("/fulfilments/1/id", "repeated"),
            ("/fulfilments/0/lines/0/line", "not_found"),
            ("/fulfilments/1/lines/0/quantity", "out_of_range"),
        }
        assert (await admin.get_ok("/channel-orders"))["items"] == []

    @pytest.mark.promise("B1")
    async def test_a_request_that_is_repeated_takes_effect_once(self, api: Api) -> None:
        admin = await stocked(api)
        first = await admin.send_json("/channel-orders", order(line(quantity=2)), key="k1")
        again = await admin.send_json("/channel-orders", order(line(quantity=2)), key="k1")
        assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (201, 201, "true")
        assert (first.json(), (await admin.send_json("/channel-orders", order())).status_code) == (again.json(), 200)

    async def test_who_works_at_one_site_brings_and_sees_its_orders_alone(self, api: Api) -> None:
        admin, clerk = await stocked(api), await api.client("operator", "GYE")
        await api.shop.post("receipt", "A", 5, site="GYE")
        theirs = await bring(admin, order())
        own = await bring(clerk, order(external_id="7", site="GYE"))
        assert [one["id"] for one in (await clerk.get_ok("/channel-orders"))["items"]] == [own["id"]]
        assert (await clerk.get(f"/channel-orders/{theirs['id']}")).status_code == 404
        refused = await clerk.send_json("/channel-orders", order(minutes=9, site="GYE"))
        assert (refused.status_code, refused.json()["code"]) == (403, "site_out_of_reach")
        hidden = await clerk.send_json("/channel-orders", order(external_id="8"))
        assert hidden.json()["errors"][0]["code"] == "not_found"
        assert (await clerk.send_json(f"/channel-orders/{own['id']}/settle", {"reason": "x"})).status_code == 403

    async def test_an_api_key_of_one_scope_suffices(self, api: Api) -> None:
        admin = await stocked(api)
        made = await admin.post_ok("/api-keys", {"name": "shop", "scopes": ["channel_order:import"]})
        headers = {"Authorization": f"Bearer {made['key']}", "Idempotency-Key": "1"}
        answer = await admin.post("/channel-orders", json=order(), headers=headers)
        assert answer.status_code == 201, answer.text

    async def test_orders_are_found_by_what_people_know_of_them(self, api: Api) -> None:
        admin = await stocked(api)
        for number in range(5):
            await bring(admin, order(line(), external_id=f"o{number}", number=f"N-{number}", buyer=f"Ana {number}"))
        for query in ({"q": "n-3"}, {"q": "ana 3"}, {"q": "o3"}):
            assert [one["number"] for one in (await admin.get_ok("/channel-orders", **query))["items"]] == ["N-3"]
        assert len((await admin.get_ok("/channel-orders", q="a"))["items"]) == 5
        page = await admin.get_ok("/channel-orders", limit=2, channel="my-shop", site="UIO", include="total")
        rest = await admin.get_ok("/channel-orders", limit=9, cursor=page["next_cursor"])
        assert (page["total"], len(page["items"]), len(rest["items"])) == (5, 2, 3)
        assert (await admin.get_ok("/channel-orders", until=moment(0)))["items"] == []

    async def test_what_a_posting_may_name_as_its_source_is_not_a_channel_of_a_plugin(self, api: Api) -> None:
        admin = await stocked(api)
        await api.shop.fetch(
            "INSERT INTO plugin_installation (company_id, plugin_id, state, settings) VALUES (%s, 'ecommerce_x', 'enabled', '{}')",
            api.shop.company_id,
        )
        refused = await admin.send_json("/channel-orders", order(channel="ecommerce_x"))
        assert refused.json()["errors"][0]["code"] == "reserved"


@pytest.mark.promise("I4")
async def test_no_promise_is_left_of_an_order_that_is_over(api: Api) -> None:
    admin = await stocked(api, 3)
    sent = [fact("f1", ("1", 4))]
    await bring(admin, order(line(quantity=5)))
    await bring(admin, order(line(quantity=5), minutes=5, fulfilments=sent))
    over = await bring(admin, order(line(quantity=5), minutes=6, cancelled_at=moment(5), fulfilments=sent))
    assert (over["state"], over["lines"][0]["owed"], await promised(api)) == ("short", "1", 0)
    held = await api.shop.fetch(
        "SELECT sum(open), sum(short) FROM reservation WHERE company_id = %s", api.shop.company_id
    )
    assert [int(figure) for figure in held[0]] == [0, 0]
