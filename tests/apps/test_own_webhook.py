"""A person's own webhook: their news and nothing else, signed, tried again, and only while they may know."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from apps.settings import Settings
from apps.worker.main import working
from core.domain.ids import new_id
from tests.api import Api
from tests.apps.carrier import carrying, let_time_pass
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.mail_server import PostOffice
from tests.way_out import AUDIT_KEY, eventually
from tests.webhook_receiver import Receiver, receiving

pytestmark = pytest.mark.anyio

WISH: dict[str, object] = {"kind": "low_stock", "channels": ["webhook"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def room(api: Api, post: PostOffice, settings: Settings, database: Database) -> AsyncIterator[Newsroom]:
    async with (
        carrying(settings, database) as carrier,
        newsroom(api, post, settings, webhooks=carrier.outgoing) as room,
    ):
        yield room


async def enabled(member: Member, receiver: Receiver) -> str:
    """The secret of the member's webhook, which is at work."""
    new = await member.client.post_ok("/me/webhook", {"url": receiver.url})
    await member.client.post_ok("/me/webhook/enable", None)
    await member.save(WISH)
    return str(new["secret"])


async def fall(room: Newsroom, *skus: str, site: str = "UIO") -> None:
    """Stock of each falls to its minimum, which is told and sent."""
    for sku in skus:
        await room.stocked(sku, site=site)
        await room.shop.post("sale", sku, 6, site=site)
    await room.tell()
    await room.pass_time()
    await room.call()


class TestDelivery:
    async def test_news_come_signed_in_the_words_of_their_reader_and_nothing_else_comes(
        self, room: Newsroom, receiver: Receiver
    ) -> None:
        """Seen to fail with the event itself sent, and with the relay giving it all that happens."""
        operator = await room.member("operator", "UIO", locale="en")
        secret = await enabled(operator, receiver)
        await fall(room, "TEA", "CUP")
        await fall(room, "POT", site="GYE")
        first, second = sorted(receiver.events, key=lambda one: one.event["data"]["text"])
        assert first.event["type"] == "notification"
        assert first.event["data"] == {
            "kind": "low_stock",
            "title": "Low stock",
            "text": "CUP Product CUP at UIO: 4 left, minimum 5",
            "facts": {
                "sku": "CUP",
                "name": "Product CUP",
                "site": "UIO",
                "on_hand": "4",
                "minimum": "5",
                "target": "100",
            },
        }
        assert second.event["data"]["text"].startswith("TEA")
        assert all(one.is_signed_with(secret) for one in (first, second))
        queued = "SELECT count(*) FROM delivery WHERE company_id = %s AND webhook_id IS NOT NULL"
        assert await room.shop.fetch(queued, room.company) == [(2,)]
        assert await room.deliveries(operator, "webhook") == [("sent", 1, None)] * 2
        shown = await operator.client.get_ok("/notification-deliveries", channel="webhook", limit=1)
        assert shown["items"][0]["id"] in {first.id, second.id}
        rest = await operator.client.get_ok("/notification-deliveries", channel="webhook", cursor=shown["next_cursor"])
        assert {shown["items"][0]["id"], rest["items"][0]["id"]} == {first.id, second.id}

    async def test_what_fails_is_tried_again_given_up_and_sent_anew_by_hand(
        self, room: Newsroom, receiver: Receiver
    ) -> None:
        operator = await room.member("operator", "UIO")
        await enabled(operator, receiver)
        receiver.answer = lambda _: 500
        await fall(room, "TEA")
        [(state, attempts, outcome)] = await room.deliveries(operator, "webhook")
        assert (state, attempts, outcome) == ("posted", 1, "answered 500")
        receiver.answer = lambda _: 400
        await let_time_pass(room.shop)
        await room.call()
        assert await room.deliveries(operator, "webhook") == [("failed", 2, "answered 400")]
        assert await room.shop.event_types("delivery_failed") == []
        receiver.answer = lambda _: 204
        [item] = {one.id for one in receiver.events}
        await operator.client.post_ok(f"/notification-deliveries/{item}/redeliver", None)
        await room.call()
        assert await room.deliveries(operator, "webhook") == [("sent", 1, None)]
        unknown = await operator.client.send_json(f"/notification-deliveries/{new_id()}/redeliver", None)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "delivery_not_found")

    @pytest.mark.promise("B2")
    @pytest.mark.promise("B5")
    async def test_a_worker_that_dies_between_any_two_steps_loses_nothing_and_repeats_under_the_same_id(
        self, room: Newsroom, receiver: Receiver
    ) -> None:
        operator = await room.member("operator", "UIO")
        await enabled(operator, receiver)
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        caller = room.parts.caller
        assert caller is not None
        [(_, hook)] = [one for one in await room.parts.due.webhooks(personal=True) if one[0] == room.company]
        errand = await caller.queue.claim(room.company, hook, 10, timedelta(0))
        assert errand is not None
        await caller._errand(room.company, errand)  # sent, and never noted
        await room.call()
        assert len(receiver.events) == 2
        assert len({one.id for one in receiver.events}) == 1
        assert await room.deliveries(operator, "webhook") == [("sent", 2, None)]

    async def test_the_worker_finds_what_waits(self, room: Newsroom, receiver: Receiver, database_url: str) -> None:
        """Seen to fail with the webhooks of people left out of what is due."""
        room.clock.at = datetime.now(UTC)  # or a worker by the clock of the world forgets what is old
        operator = await room.member("operator", "UIO")
        await enabled(operator, receiver)
        await operator.save(WISH, hours={"digest": {"hour": 8, "weekday": 1}})
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        caller = room.parts.caller
        assert caller is not None
        plugins, broker = load_plugins([], "0.1"), InMemoryBroker()
        async with working(database_url, plugins, broker, AUDIT_KEY, webhooks=caller.outgoing, poll_seconds=0.05):
            await eventually(lambda: len(receiver.events) == 1)


class TestRights:
    async def test_who_may_not_know_any_more_is_not_told_by_a_try_that_comes_later(
        self, room: Newsroom, receiver: Receiver
    ) -> None:
        """Seen to fail with the rights looked at only when it was queued."""
        operator = await room.member("operator", "UIO")
        await enabled(operator, receiver)
        receiver.answer = lambda _: 500
        await fall(room, "TEA")
        gye = [room.shop.sites["GYE"]]
        await room.shop.fetch(
            "UPDATE membership SET write_site_ids = %s, read_site_ids = %s WHERE company_id = %s AND user_id = %s",
            *(gye, gye, room.company, operator.user_id),
        )
        receiver.answer = lambda _: 204
        await let_time_pass(room.shop)
        await room.call()
        assert len(receiver.events) == 1
        assert await room.deliveries(operator, "webhook") == [("failed", 2, "no longer theirs to know")]

    async def test_who_leaves_takes_their_webhook_along(self, room: Newsroom, receiver: Receiver) -> None:
        operator = await room.member("operator", "UIO")
        await enabled(operator, receiver)
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        await room.tell()
        await room.pass_time()
        await room.shop.fetch("DELETE FROM membership WHERE user_id = %s", operator.user_id)
        await room.call()
        assert receiver.events == []
        assert await room.shop.fetch("SELECT 1 FROM webhook WHERE company_id = %s", room.company) == []

    async def test_it_is_nobody_elses_not_even_the_administrators(self, room: Newsroom, receiver: Receiver) -> None:
        """Seen to fail with the owner left out of the company's look-up."""
        operator, other = await room.member("operator", "UIO"), await room.member("operator", "UIO")
        admin = await room.api.client("admin")
        await enabled(operator, receiver)
        own = await operator.client.get_ok("/me/webhook")
        assert (await other.client.get("/me/webhook")).status_code == 404
        assert (await admin.get_ok("/webhooks"))["items"] == []
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate-secret"), ("POST", "/ping")):
            answer = await admin.send_json(f"/webhooks/{own['id']}{path}", {"description": "x"}, method=method)
            assert answer.status_code == 404, (method, path)
        assert own["enabled"]
        assert await room.shop.event_types("webhook_created", "webhook_enabled") == []


class TestSetting:
    async def test_nothing_is_sent_to_an_address_that_has_not_answered(
        self, room: Newsroom, receiver: Receiver
    ) -> None:
        operator = await room.member("operator", "UIO")
        named = await operator.client.post_ok("/me/webhook", {"url": receiver.url})
        assert (named["enabled"], named["disabled_reason"]) == (False, "unproven")
        refused = await operator.client.put("/notification-preferences", json={"kinds": [WISH]})
        assert [one["code"] for one in refused.json()["errors"]] == ["channel_unavailable"]
        receiver.answer = lambda _: 500
        answer = await operator.client.send_json("/me/webhook/enable", None)
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_not_answering")
        receiver.answer = lambda _: 204
        await operator.client.post_ok("/me/webhook/enable", None)
        await operator.save(WISH)
        again = await operator.client.post_ok("/me/webhook", {"url": receiver.url})
        assert again["enabled"]
        assert again["secret"] != named["secret"]
        assert len(again["secrets"]) == 2
        moved = await operator.client.post_ok("/me/webhook", {"url": f"{receiver.url}/other"})
        assert not moved["enabled"]
        assert (await operator.client.delete("/me/webhook")).status_code == 204
        assert (await operator.client.get("/me/webhook")).status_code == 404

    @pytest.mark.promise("S7")
    async def test_only_the_public_internet_is_called(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        for url in ("http://shop.example.org/x", "https://shop.example.org:22/x", "ftp://x", "https://"):
            refused = await operator.client.send_json("/me/webhook", {"url": url})
            assert refused.status_code == 422, url
            assert refused.json()["errors"][0]["pointer"] == "/url"
        await operator.client.post_ok("/me/webhook", {"url": "https://10.0.0.1/x"})
        answer = await operator.client.send_json("/me/webhook/enable", None)
        assert (answer.status_code, answer.json()["error"]) == (409, "address_refused")

    async def test_what_waits_for_a_stopped_webhook_is_kept(self, room: Newsroom, receiver: Receiver) -> None:
        operator = await room.member("operator", "UIO")
        admin = await room.member("admin", locale="en")
        await enabled(operator, receiver)
        receiver.answer = lambda _: 410
        await fall(room, "TEA")
        await room.tell()
        assert (await operator.client.get_ok("/me/webhook"))["disabled_reason"] == "gone"
        assert "A webhook stopped: gone" in await admin.lines()
        receiver.answer = lambda _: 204
        await operator.client.post_ok("/me/webhook/enable", None)
        await let_time_pass(room.shop)
        await room.call()
        assert (await room.deliveries(operator, "webhook"))[0][0] == "sent"
