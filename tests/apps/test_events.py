"""The feed of events: everything that happened, once, in order, to those who may know."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from dishka import Provider, Scope, provide
from litestar import Litestar

from adapters.postgres.engine import Database
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.queries.events import PostgresEventReader
from apps.http.app import create_app
from apps.http.event_streams import EventStreams, Pace
from apps.settings import Settings
from core.domain.errors import Unauthenticated
from core.domain.ids import new_id
from core.queries.events import EventReader
from core.queries.paging import encode_cursor
from tests.api import Api
from tests.shop import Shop

pytestmark = pytest.mark.anyio

MOST = 3


class QuickStreams(Provider):
    """Streams that do in a moment what takes seconds elsewhere."""

    @provide(scope=Scope.APP)
    def streams(self, reader: EventReader) -> EventStreams:
        return EventStreams(reader, Pace(look=0.01, ping=0.1, life=0.5), MOST)


@pytest.fixture(scope="module")
async def feed_app(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(settings, QuickStreams(), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def feed(feed_app: Litestar, api: Api) -> Api:
    return Api(feed_app, api.shop, api.tokens)


@pytest.fixture(scope="module")
async def outbox(database_url: str) -> AsyncIterator[PostgresOutbox]:
    dispatch = Database(database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    yield PostgresOutbox(dispatch)
    await dispatch.close()


async def happened(shop: Shop, outbox: PostgresOutbox) -> None:
    """A receipt and two sales at UIO, a sale at GYE, numbered."""
    await shop.product("COFFEE")
    await shop.post("receipt", "COFFEE", 10, unit_cost=Decimal("7.77"))
    await shop.post("receipt", "COFFEE", 5, site="GYE", unit_cost=Decimal("7.77"))
    await shop.post("sale", "COFFEE", 1, unit_price=Decimal(9))
    await shop.post("sale", "COFFEE", 2, unit_price=Decimal(9))
    await shop.post("sale", "COFFEE", 3, site="GYE", unit_price=Decimal(9))
    await outbox.relay(shop.company_id, [], 1000)


class TestFeed:
    async def test_pages_join_without_a_gap_or_a_repetition(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("manager")
        whole = await client.get_ok("/events")
        assert whole["next_cursor"] is None
        pages, cursor = [], None
        for _ in range(len(whole["items"])):
            page = await client.get_ok("/events", limit=1, **({"cursor": cursor} if cursor else {}))
            pages += page["items"]
            cursor = pages[-1]["cursor"]
        assert pages == whole["items"]
        assert (await client.get_ok("/events", cursor=cursor))["items"] == []
        await feed.shop.post("sale", "COFFEE", 1)
        assert (await client.get_ok("/events", cursor=cursor))["items"] == []
        await outbox.relay(feed.shop.company_id, [], 10)
        assert [event["type"] for event in (await client.get_ok("/events", cursor=cursor))["items"]] == [
            "sale_recorded"
        ]

    async def test_an_event_says_what_happened_to_what(self, feed: Api, outbox: PostgresOutbox) -> None:
        shop = feed.shop
        product = await shop.product("COFFEE")
        await shop.post("receipt", "COFFEE", 10)
        sale = await shop.post("sale", "COFFEE", 3, unit_price=Decimal("9.50"))
        await outbox.relay(shop.company_id, [], 1000)
        client = await feed.client("manager")
        (event,) = (await client.get_ok("/events", type="sale_recorded"))["items"]
        assert event.keys() == {"id", "cursor", "type", "occurred_at", "subject", "data"}
        assert event["subject"] == {"type": "posting", "id": str(sale.id)}
        line = {
            "product": str(product),
            "from_site": str(shop.sites["UIO"]),
            "to_site": None,
            "quantity": "3",
            "total": "28.5",
        }
        assert event["data"]["lines"] == [line]

    async def test_types_are_chosen(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("manager")
        chosen = await client.get_ok("/events", type=["sale_recorded", "site_created"])
        assert [event["type"] for event in chosen["items"]] == ["site_created"] * 3 + ["sale_recorded"] * 3

    async def test_events_at_sites_beyond_reach_are_left_out(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("operator", "GYE")
        seen = (await client.get_ok("/events", limit=500))["items"]
        assert str(feed.shop.sites["UIO"]) not in msgspec.json.encode(seen).decode()
        assert [event["type"] for event in seen if event["type"].startswith("s")] == [
            "site_created",
            "stock_received",
            "sale_recorded",
        ]

    async def test_of_people_hear_those_alone_who_may_see_them(self, feed: Api, outbox: PostgresOutbox) -> None:
        """Seen to fail when the permission was not asked for."""
        admin, manager = await feed.client("admin"), await feed.client("manager")
        invited = await admin.post_ok("/invitations", {"email": f"{new_id().hex}@example.org", "role": "viewer"})
        await outbox.relay(feed.shop.company_id, [], 1000)
        for client, heard in ((admin, [invited["id"]]), (manager, [])):
            events = (await client.get_ok("/events", limit=500))["items"]
            assert [one["subject"]["id"] for one in events if one["subject"]["type"] == "invitation"] == heard

    async def test_no_event_tells_a_cost(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("admin")
        events = (await client.get_ok("/events"))["items"]
        text = msgspec.json.encode([event["data"] for event in events]).decode()
        assert "quantity" in text
        assert "cost" not in text
        assert "7.77" not in text
        assert "77.7" not in text

    async def test_another_company_has_another_feed(
        self, feed: Api, outbox: PostgresOutbox, database: Database
    ) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("admin")
        mine = {event["id"] for event in (await client.get_ok("/events"))["items"]}
        rows = await feed.shop.fetch("SELECT id FROM outbox_event WHERE company_id = %s", feed.shop.company_id)
        assert mine == {str(row[0]) for row in rows}

    @pytest.mark.parametrize(
        ("query", "code"),
        [({"cursor": "bm9uc2Vuc2U"}, "bad_cursor"), ({"limit": 501}, "invalid"), ({"type": "DROP TABLE"}, "invalid")],
    )
    async def test_a_bad_question_is_refused(self, feed: Api, query: dict[str, Any], code: str) -> None:
        client = await feed.client("admin")
        refused = await client.get("/events", params=query)
        assert (refused.status_code, refused.json()["code"]) == (422, code)

    async def test_who_may_not_know_is_refused(self, feed: Api) -> None:
        client = await feed.client("viewer")
        assert (await client.get("/events")).status_code == 403
        assert (await client.get("/events/stream")).status_code == 403


class TestStream:
    async def test_events_come_as_they_happen_and_silence_is_filled(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("manager")

        async def sell() -> None:
            await feed.shop.post("sale", "COFFEE", 1)
            await outbox.relay(feed.shop.company_id, [], 10)

        last = (await client.get_ok("/events"))["items"][-1]["cursor"]
        answer, _ = await asyncio.gather(client.get("/events/stream", headers={"Last-Event-ID": last}), sell())
        messages = parsed(answer)
        told = [message for message in messages if "event" in message]
        assert [message["event"] for message in told] == ["sale_recorded"]
        (event,) = [message["data"] for message in told]
        assert event == (await client.get_ok("/events", type="sale_recorded"))["items"][-1]
        assert told[0]["id"] == event["cursor"]
        assert {"comment": "ping"} in messages
        assert answer.headers["content-type"].startswith("text/event-stream")

    async def test_who_was_away_goes_on_after_the_last_event_they_saw(self, feed: Api, outbox: PostgresOutbox) -> None:
        await happened(feed.shop, outbox)
        client = await feed.client("manager")
        everything = (await client.get_ok("/events"))["items"]
        answer = await client.get("/events/stream", headers={"Last-Event-ID": everything[2]["cursor"]})
        assert [message["data"] for message in parsed(answer) if "event" in message] == everything[3:]
        refused = await client.get("/events/stream", headers={"Last-Event-ID": "nonsense"})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")

    async def test_a_stream_shows_what_the_feed_shows(self, feed: Api, outbox: PostgresOutbox) -> None:
        client = await feed.client("operator", "GYE")
        await happened(feed.shop, outbox)
        begin = {"Last-Event-ID": encode_cursor(0)}
        answer = await client.get("/events/stream", params={"type": "sale_recorded"}, headers=begin)
        sales = [message["data"]["data"]["lines"][0]["from_site"] for message in parsed(answer) if "event" in message]
        assert sales == [str(feed.shop.sites["GYE"])]

    async def test_there_are_not_more_streams_than_a_process_can_bear(self, feed: Api) -> None:
        client = await feed.client("manager")
        answers = await asyncio.gather(*(client.get("/events/stream") for _ in range(MOST + 4)))
        busy = [answer for answer in answers if answer.status_code == 503]
        assert len(busy) == 4
        assert {answer.json()["code"] for answer in busy} == {"too_many_streams"}
        assert all(answer.headers["retry-after"] for answer in busy)
        assert (await client.get("/events/stream")).status_code == 200

    async def test_a_stream_ends_for_those_who_lose_the_right_to_listen(self, feed: Api) -> None:
        streams = EventStreams(PostgresEventReader(feed.shop.database), Pace(look=0.01, ping=60, life=60), MOST)
        rights = iter([feed.shop.admin] * 3)

        async def still_there() -> Any:
            if (actor := next(rights, None)) is None:
                raise Unauthenticated("access_ended")
            return actor

        stream = await streams.open(feed.shop.admin, None, (), still_there)
        async with asyncio.timeout(10), aclosing(stream):
            assert [message async for message in stream] == []


def parsed(answer: httpx.Response) -> list[dict[str, Any]]:
    """The messages of a stream: their fields, with the data read as JSON."""
    assert answer.status_code == 200, answer.text
    return [_fields(block) for block in answer.text.replace("\r\n", "\n").split("\n\n") if block]


def _fields(block: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for line in block.split("\n"):
        name, _, value = line.partition(": ")
        fields[name or "comment"] = msgspec.json.decode(value) if name == "data" else value
    return fields
