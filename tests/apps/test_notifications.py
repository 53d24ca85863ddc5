"""People are told what happens: who, once, together, in their language, by mail when it suits them."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from adapters.postgres.deliveries import PostgresDeliveries
from adapters.postgres.notifications import PostgresNewsDesk
from adapters.postgres.personal_turns import PostgresPersonalTurns
from adapters.secrets.key_ring import KeyRing
from apps.settings import Settings
from core.commands.notification_turn import Sending, turn_to
from core.domain.access import PRESETS
from core.domain.ids import new_id
from core.domain.notification import Channel
from core.domain.notification_news import news_among
from core.ports.outbox import DeliveryState, Outcome
from tests.api import Api
from tests.apps.newsroom import NOON, Newsroom, newsroom
from tests.mail_server import PostOffice

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
BOTH = ["in_app", "mail"]
SEALING = KeyRing({"1": bytes(range(32))})


@pytest.fixture
async def room(api: Api, post: PostOffice, settings: Settings) -> AsyncIterator[Newsroom]:
    async with newsroom(api, post, settings) as room:
        yield room


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Sees and changes all that is stored."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def low_stock(**more: object) -> dict[str, object]:
    return {"kind": "low_stock", "channels": BOTH, **more}


class TestOnce:
    async def test_a_crossing_is_told_once_and_the_next_crossing_again(self, room: Newsroom) -> None:
        """Seen to fail with an event for every sale below the minimum."""
        operator = await room.member("operator", "UIO", locale="en")
        await room.stocked("TEA")
        for quantity in (6, 1):
            await room.shop.post("sale", "TEA", quantity)
        await room.tell()
        assert await operator.lines() == ["TEA Product TEA at UIO: 4 left, minimum 5"]
        await room.shop.post("receipt", "TEA", 10)
        await room.shop.post("sale", "TEA", 9)
        await room.tell()
        await room.pass_time()
        [mail] = room.mails(operator)
        assert mail.text.count("TEA Product TEA at UIO") == 2
        await room.tell()
        await room.pass_time(DAY)
        assert len(room.mails(operator)) == 1

    async def test_an_event_that_comes_twice_is_told_once(self, room: Newsroom) -> None:
        """Seen to fail without the look for items that are there already and the key that stands behind it."""
        operator = await room.member("operator", "UIO")
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.relay()
        lease = await PostgresDeliveries(room.shop.database).claim(
            room.company, "core:notifications", 500, timedelta(seconds=60)
        )
        events = [one.event for one in lease.deliveries]
        desk = PostgresNewsDesk(room.shop.database)
        for _ in range(3):
            await room.parts.deliverer.core_reactions["core:notifications"](room.company, events)
            await desk.tell(room.company, news_among(events), room.clock.now() + DAY)
        assert len(await operator.lines()) == 1
        assert (await operator.centre())["unread"] == 1
        assert len(await room.deliveries(operator)) == 1

    async def test_running_out_and_coming_back_are_told_but_not_the_first_receipt(self, room: Newsroom) -> None:
        """Seen to fail with every rise from nothing told as a return."""
        operator = await room.member("operator", "UIO", locale="en")
        await room.shop.product("TEA")
        await room.shop.post("receipt", "TEA", 4)
        await room.tell()
        assert await operator.lines() == []
        await room.shop.post("sale", "TEA", 4)
        await room.shop.post("receipt", "TEA", 2)
        await room.tell()
        assert sorted(await operator.lines()) == [
            "TEA Product TEA at UIO: 2 there",
            "TEA Product TEA at UIO: none left",
        ]


class TestAudience:
    async def test_each_role_hears_what_is_its_business_at_its_sites(self, room: Newsroom) -> None:
        """Seen to fail with the sites of the members left out."""
        here, there = await room.member("operator", "UIO"), await room.member("operator", "GYE")
        manager, viewer, auditor = [await room.member(role) for role in ("manager", "viewer", "auditor")]
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        assert [len(await one.lines()) for one in (here, there, manager, viewer, auditor)] == [1, 0, 1, 0, 0]
        assert await room.deliveries(here) == [("new", 0, None)]
        assert await room.deliveries(there) == []

    async def test_a_request_is_told_to_those_who_may_approve_it_and_not_to_who_made_it(self, room: Newsroom) -> None:
        manager, elsewhere = await room.member("manager", "GYE"), await room.member("manager", "UIO")
        asking = await room.member("manager", "GYE")
        await room.shop.product("TEA")
        wish = {"kind": "restock", "site": "GYE", "reason": "x", "lines": [{"product": "TEA", "quantity": "1"}]}
        made = await asking.client.post_ok("/requests", wish)
        await room.tell()
        assert await manager.lines() == [f"Solicitud {made['number']} para GYE"]
        assert await elsewhere.lines() == []
        assert await asking.lines() == []

    async def test_a_report_that_was_not_sent_is_told_to_its_owner_alone(self, room: Newsroom) -> None:
        """Seen to fail without `only_to` in the statement: every manager was told."""
        owner, other, operator = [await room.member(role) for role in ("manager", "manager", "operator")]
        for whose in (owner, operator):
            await room.lose_report(whose)
        await room.tell()
        assert await owner.lines() == ["El reporte «Inventario» no se envió; su página dice por qué"]
        assert (await other.lines(), await operator.lines()) == ([], [])

    async def test_a_transfer_waits_for_its_source_and_then_for_its_destination(self, room: Newsroom) -> None:
        admin = await room.api.client("admin")
        source, destination = await room.member("operator", "UIO"), await room.member("operator", "GYE")
        await room.shop.product("TEA")
        await room.shop.post("receipt", "TEA", 5)
        wish = {"source": "UIO", "destination": "GYE", "lines": [{"product": "TEA", "quantity": 4}]}
        made = await admin.post_ok("/transfers", wish)
        await room.tell()
        waiting = f"Transferencia {made['number']} espera en "
        assert (await source.lines(), await destination.lines()) == ([waiting + "UIO"], [])
        await admin.post_ok(f"/transfers/{made['id']}/dispatch", {})
        await room.tell()
        assert (await source.lines(), await destination.lines()) == ([waiting + "UIO"], [waiting + "GYE"])

    async def test_new_products_plugins_in_trouble_and_failed_deliveries(self, room: Newsroom) -> None:
        admin, manager = await room.member("admin", locale="en"), await room.member("manager", locale="en")
        await admin.client.post_ok("/products", {"sku": "TEA", "name": "Tea", "price": "1"})
        await room.shop.fetch(
            "INSERT INTO plugin_installation (company_id, plugin_id, state) VALUES (%s, 'shop', 'enabled')",
            room.company,
        )
        await room.parts.deliverer.work.installations.pause(room.company, "shop", "the shop is shut")
        await room.relay()
        queue = PostgresDeliveries(room.shop.database)
        lease = await queue.claim(room.company, "core:notifications", 1, timedelta(seconds=0))
        dead = Outcome(lease.deliveries[0].event.id, DeliveryState.DEAD, "Transient: no")
        await queue.finish(room.company, "core:notifications", lease.token, [dead])
        await room.tell()
        told = lease.deliveries[0].event.type
        assert f"core:notifications did not get {told}: Transient: no" in await admin.lines()
        assert "shop stopped: the shop is shut" in await admin.lines()
        assert not [line for line in await manager.lines() if "stopped" in line or "did not get" in line]

    async def test_that_a_failure_could_not_be_told_is_no_news(self, room: Newsroom) -> None:
        queue = PostgresDeliveries(room.shop.database)
        await room.shop.fetch(
            "INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)"
            " VALUES (%s, 'delivery_failed', 'company', %s, '{}')",
            *(room.company, room.company),
        )
        await room.relay()
        lease = await queue.claim(room.company, "core:notifications", 1, timedelta(seconds=9))
        dead = Outcome(lease.deliveries[0].event.id, DeliveryState.DEAD, "no")
        await queue.finish(room.company, "core:notifications", lease.token, [dead])
        assert await room.shop.event_types("delivery_failed") == ["delivery_failed"]

    async def test_a_role_of_the_company_and_one_out_of_force(self, room: Newsroom) -> None:
        own, gone = await room.member("operator"), await room.member("operator")
        role = new_id()
        await room.shop.fetch(
            "INSERT INTO role (company_id, id, code, name, permissions) SELECT %s, %s, 'lead', 'Lead', %s",
            *(room.company, role, sorted([*PRESETS["operator"], "report:read"])),
        )
        await room.shop.fetch(
            "UPDATE membership SET role = NULL, custom_role_id = %s WHERE company_id = %s AND user_id = %s",
            *(role, room.company, own.user_id),
        )
        await room.shop.fetch(
            "UPDATE membership SET active = false WHERE company_id = %s AND user_id = %s", room.company, gone.user_id
        )
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        assert await room.deliveries(own) == [("new", 0, None)]
        assert await room.deliveries(gone) == []

    async def test_no_cost_and_no_secret_comes_along(self, room: Newsroom) -> None:
        operator = await room.member("operator")
        await room.shop.product("TEA", cost="7.77")
        await room.shop.post("receipt", "TEA", 4, unit_cost=Decimal("7.77"))
        await room.shop.post("sale", "TEA", 4)
        await room.tell()
        [one] = (await operator.centre())["items"]
        assert one["items"][0]["facts"].keys() == {"sku", "name", "site", "on_hand"}


class TestMail:
    async def test_two_hundred_that_fall_at_once_are_one_notification_and_one_mail(self, room: Newsroom) -> None:
        """Seen to fail with a mail for each item."""
        operator, reader = await room.member("operator", "UIO"), await room.member("operator", "UIO", locale="en")
        for number in range(200):
            await room.stocked(f"P{number:03}")
        await room.shop.sell(*((f"P{number:03}", 6) for number in range(200)))
        await room.tell()
        [one] = (await operator.centre())["items"]
        assert (one["count"], len(one["items"]), one["title"], one["site"]) == (200, 20, "Stock bajo", "UIO")
        await room.write()
        await room.post.deliver()
        assert room.mails(operator) == []  # others may still join
        await room.pass_time()
        [mail], [other] = room.mails(operator), room.mails(reader)
        assert mail.subject == "Test company: Stock bajo (200)"
        assert mail.text.count("\n- P") == 20
        assert len(re.findall(r"\n- (P\d{3}) Product \1 en UIO: quedan 4, mínimo 5", mail.text)) == 20
        assert "… y 180 más" in mail.text
        assert mail.link == "https://pirwa.example/notifications"
        assert other.subject == "Test company: Low stock (200)"
        assert "… and 180 more" in other.text
        assert set(await room.deliveries(operator)) == {("sent", 1, None)}
        assert set(await room.deliveries(operator, "in_app")) == {("sent", 1, None)}

    async def test_mail_waits_for_the_morning_and_the_centre_does_not(self, room: Newsroom) -> None:
        room.clock.at = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half past one in Madrid, whose clock goes on at two
        operator = await room.member("operator", "UIO", zone="Europe/Madrid")
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        assert len(await operator.lines()) == 1
        await room.pass_time(timedelta(hours=4, minutes=29))
        assert room.mails(operator) == []
        await room.pass_time(timedelta(minutes=1))  # seven in Madrid, six hours less in UTC would be eight
        assert len(room.mails(operator)) == 1

    @pytest.mark.parametrize(("zone", "hour"), [("America/Guayaquil", 13), ("Europe/Madrid", 7)])
    async def test_a_digest_comes_at_the_hour_of_its_reader(self, room: Newsroom, zone: str, hour: int) -> None:
        """Seen to fail with the hour taken as UTC."""
        manager = await room.member("manager", zone=zone)
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        eight = (NOON + DAY).replace(hour=hour)
        await room.pass_time(eight - timedelta(seconds=1) - room.clock.at)
        assert room.mails(manager) == []
        await room.pass_time(timedelta(seconds=1))
        assert len(room.mails(manager)) == 1

    async def test_who_was_removed_or_may_not_know_any_more_gets_nothing(self, room: Newsroom) -> None:
        """Seen to fail with the rights of the moment at which it happened."""
        removed, moved, idle = [await room.member("operator", "UIO") for _ in range(3)]
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.shop.fetch(
            "DELETE FROM membership WHERE company_id = %s AND user_id = %s", room.company, removed.user_id
        )
        gye = [room.shop.sites["GYE"]]
        await room.shop.fetch(
            "UPDATE membership SET write_site_ids = %s, read_site_ids = %s WHERE company_id = %s AND user_id = %s",
            *(gye, gye, room.company, moved.user_id),
        )
        await room.shop.fetch(
            "UPDATE membership SET active = false WHERE company_id = %s AND user_id = %s", room.company, idle.user_id
        )
        await room.pass_time()
        assert [room.mails(one) for one in (removed, moved, idle)] == [[], [], []]
        assert await room.deliveries(removed) == []
        assert (
            await room.deliveries(moved) == await room.deliveries(idle) == [("failed", 0, "no longer theirs to know")]
        )

    async def test_without_a_proven_address_it_is_told_in_the_application_only(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO", proven=False)
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        assert room.mails(operator) == []
        assert await room.deliveries(operator) == [("failed", 0, "no mail address that is proven to be theirs")]
        assert len(await operator.lines()) == 1

    async def test_how_the_mail_fares_is_recorded_at_the_delivery(
        self, room: Newsroom, owner: psycopg.Connection
    ) -> None:
        operator = await room.member("operator", "UIO")
        room.post.server.refusals[operator.email] = "450 later"
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        [(state, attempts, outcome)] = await room.deliveries(operator)
        assert (state, attempts) == ("posted", 1)
        assert "450" in str(outcome)
        room.post.server.refusals[operator.email] = "550 never"
        owner.execute("UPDATE mail SET next_at = now() WHERE state = 'waiting'")
        await room.post.deliver()
        [(state, attempts, outcome)] = await room.deliveries(operator)
        assert (state, attempts) == ("failed", 2)
        assert "550" in str(outcome)

    @pytest.mark.promise("B2")
    async def test_a_worker_that_dies_between_any_two_steps_loses_and_doubles_nothing(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.relay()
        claimed = await room.parts.deliverer.deliveries.claim(
            room.company, "core:notifications", 500, timedelta(seconds=0)
        )
        assert claimed.deliveries  # and died with them
        await room.react()
        await room.react()
        room.clock.at += timedelta(minutes=1)
        with pytest.raises(RuntimeError, match="killed"):
            await _write_and_die(room)
        await room.write()
        await room.write()
        await room.post.deliver()
        assert len(room.mails(operator)) == 1
        assert await room.deliveries(operator) == [("sent", 1, None)]


class TestWishes:
    async def test_defaults_are_shown_as_such_and_own_wishes_too(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO", zone="Europe/Madrid")
        shown = await operator.client.get_ok("/notification-preferences")
        kinds = {one["kind"]: one for one in shown["kinds"]}
        assert kinds["low_stock"] == {
            **low_stock(),
            "timing": "at_once",
            "sites": None,
            "categories": None,
            "default": True,
        }
        assert "plugin_trouble" not in kinds
        assert shown["hours"] == {"digest": {"hour": 8, "weekday": 1}, "quiet": {"from": "20:00", "to": "07:00"}}
        assert (shown["hours_default"], shown["time_zone"]) == (True, "Europe/Madrid")
        hours = {"digest": {"hour": 6, "weekday": 5}, "quiet": None}
        saved = await operator.save(low_stock(timing="weekly", sites=["uio"], categories=[]), hours=hours)
        kinds = {one["kind"]: one for one in saved["kinds"]}
        assert kinds["low_stock"] == {**low_stock(timing="weekly", sites=["UIO"], categories=[]), "default": False}
        assert (saved["hours"], saved["hours_default"]) == (hours, False)
        assert (await operator.save())["kinds"] == shown["kinds"]

    async def test_a_wish_counts_from_then_on(self, room: Newsroom) -> None:
        operator = await room.member("operator")
        await operator.save(low_stock(channels=[]), {"kind": "out_of_stock", "channels": ["mail"]})
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 10)
        await room.tell()
        assert await operator.lines() == []
        assert (await operator.centre())["unread"] == 0
        await room.pass_time()
        [mail] = room.mails(operator)
        assert mail.subject == "Test company: Sin stock (1)"
        await operator.save()
        await room.shop.post("receipt", "TEA", 10)
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        assert "TEA Product TEA en UIO: quedan 4, mínimo 5" in await operator.lines()

    async def test_only_the_chosen_sites_and_categories_with_all_below_them(self, room: Newsroom) -> None:
        """Seen to fail with the category of the product alone."""
        drinks = await room.category("Drinks")
        tea = await room.category("Tea", drinks)
        operator = await room.member("operator")
        await operator.save(low_stock(sites=["UIO"], categories=[str(drinks)]))
        await room.file(await room.stocked("GREEN"), tea)
        await room.file(await room.stocked("BLACK", site="GYE"), tea)
        await room.stocked("SOAP")
        for sku, site in (("GREEN", "UIO"), ("BLACK", "GYE"), ("SOAP", "UIO")):
            await room.shop.post("sale", sku, 6, site=site)
        await room.tell()
        assert [line.split()[0] for line in await operator.lines()] == ["GREEN"]

    async def test_every_fault_is_named_and_nothing_is_kept(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        kinds: list[dict[str, Any]] = [
            low_stock(
                channels=["in_app", "sms", "webhook", "in_app"], sites=["GYE", "NONE"], categories=[str(new_id())]
            ),
            low_stock(),
            {"kind": "plugin_trouble", "channels": []},
        ]
        hours = {"digest": {"hour": 8, "weekday": 1}, "quiet": {"from": "08:00", "to": "08:00"}}
        refused = await operator.client.put("/notification-preferences", json={"kinds": kinds, "hours": hours})
        assert refused.status_code == 422
        assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
            ("/kinds/0/channels/1", "channel_unavailable"),
            ("/kinds/0/channels/2", "channel_unavailable"),
            ("/kinds/0/channels/3", "repeated"),
            ("/kinds/0/sites/0", "not_found"),
            ("/kinds/0/sites/1", "not_found"),
            ("/kinds/0/categories/0", "not_found"),
            ("/kinds/1/kind", "repeated"),
            ("/kinds/2/kind", "beyond_role"),
            ("/hours/quiet/to", "empty"),
        ]
        shown = await operator.client.get_ok("/notification-preferences")
        assert all(one["default"] for one in shown["kinds"])

    async def test_other_hours_count_for_what_waits_already(self, room: Newsroom) -> None:
        manager = await room.member("manager")
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        await manager.save(hours={"digest": {"hour": 13, "weekday": 1}})
        await room.shop.fetch(
            "UPDATE notification_reader SET next_at = %s", room.clock.at
        )  # the application has its own clock
        await room.pass_time(timedelta(hours=1))
        assert len(room.mails(manager)) == 1

    async def test_what_is_always_dismissed_comes_with_the_digest(self, room: Newsroom) -> None:
        """Seen to fail without the look at what was done with the last ten."""
        operator, other = await room.member("operator", "UIO"), await room.member("operator", "UIO")
        await room.stocked("TEA")
        for number in range(10):
            await _fall_and_rise(room)
            room.clock.at += timedelta(minutes=11)  # too late to join the one before
            for one in (operator, other):
                [newest, *_] = (await one.centre())["items"]
                if one is other and number == 4:
                    assert (await one.client.post(f"/notifications/{newest['id']}/read")).status_code == 204
                assert (await one.client.post(f"/notifications/{newest['id']}/dismiss")).status_code == 204
        await room.pass_time()
        before = len(room.mails(operator)), len(room.mails(other))
        await _fall_and_rise(room)
        assert (await room.deliveries(operator))[-1][0] == "folded"
        assert (await room.deliveries(other))[-1][0] == "new"
        await room.pass_time()
        assert (len(room.mails(operator)), len(room.mails(other))) == (before[0], before[1] + 1)
        await room.pass_time(DAY)
        assert len(room.mails(operator)) == before[0] + 1
        assert (await room.deliveries(operator))[-1] == ("sent", 1, None)


async def _fall_and_rise(room: Newsroom) -> None:
    await room.shop.post("sale", "TEA", 6)
    await room.shop.post("receipt", "TEA", 6)
    await room.tell()


async def _write_and_die(room: Newsroom) -> None:
    """A worker that is killed when it has done all of somebody's turn but the commit."""
    turns = PostgresPersonalTurns(room.shop.database, SEALING, [])
    async with turns.next(room.company, room.clock.now()) as turn:
        assert turn is not None
        await turn_to(turn, room.clock.now(), Sending([Channel.MAIL], "https://pirwa.example"))
        raise RuntimeError("killed")
