"""The notification centre: what is unread, in pages and as it changes; one's own and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from dishka import Provider, Scope, provide
from litestar import Litestar
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from adapters.postgres.engine import Scope as Rows
from adapters.postgres.queries.notifications import PostgresNotificationReader
from adapters.postgres.upkeep import PostgresUpkeep
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.http.app import create_app
from apps.http.event_streams import Messages, Pace, UnreadStreams
from apps.ioc.built_in import in_app_notes
from apps.settings import Settings
from apps.worker.jobs import NOTIFICATION_AGE
from apps.worker.mailing import OutgoingMail
from apps.worker.main import working
from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.ports.clock import SystemClock
from core.queries.notifications import NotificationReader
from tests.api import Api
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.mail_server import SENDER, PostOffice
from tests.shop import open_shop
from tests.way_out import AUDIT_KEY, SECONDS

pytestmark = pytest.mark.anyio

MOST = 3
LATER = timedelta(minutes=11)  # too late to join what came before


class QuickStreams(Provider):
    """Streams that do in a moment what takes seconds elsewhere."""

    @provide(scope=Scope.APP)
    def streams(self, reader: NotificationReader) -> UnreadStreams:
        return UnreadStreams(reader, Pace(look=0.01, ping=0.1, life=0.5), MOST)


@pytest.fixture(scope="module")
async def quick_app(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(settings, QuickStreams(), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
async def room(quick_app: Litestar, api: Api, post: PostOffice, settings: Settings) -> AsyncIterator[Newsroom]:
    async with newsroom(Api(quick_app, api.shop, api.tokens), post, settings) as room:
        yield room


async def told(room: Newsroom, *skus: str, site: str = "UIO", category: UUID | None = None) -> None:
    """Each runs out by itself, the next too late to join it."""
    for sku in skus:
        product = await room.shop.product(sku)
        if category:
            await room.file(product, category)
        await room.shop.post("receipt", sku, 1, site=site)
        await room.shop.post("sale", sku, 1, site=site)
        await room.tell()
        room.clock.at += LATER


async def skus(member: Member, **query: Any) -> list[str]:
    page = await member.centre(**query)
    return [one["items"][0]["facts"]["sku"] for one in page["items"]]


class TestCentre:
    async def test_the_newest_first_in_pages_that_join(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        await told(room, "A", "B", "C")
        assert await skus(operator) == ["C", "B", "A"]
        first = await operator.centre(limit=2)
        assert (first["unread"], len(first["items"])) == (3, 2)
        second = await operator.centre(limit=2, cursor=first["next_cursor"])
        assert second["next_cursor"] is None
        assert [one["items"][0]["facts"]["sku"] for one in second["items"]] == ["A"]
        assert second["items"][0]["items"][0]["text"] == "A Product A en UIO: se agotó"
        refused = await operator.client.get("/notifications", params={"cursor": "nonsense"})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")

    async def test_read_dismissed_and_read_up_to_one(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        await told(room, "A", "B", "C", "D")
        newest, third, second, _ = (await operator.centre())["items"]
        for path in (f"/notifications/{newest['id']}/dismiss", f"/notifications/{newest['id']}/dismiss"):
            assert (await operator.client.post(path)).status_code == 204
        assert await skus(operator, unread=True) == ["C", "B", "A"]
        assert await skus(operator, unread=True, kind="low_stock") == []
        up_to = await operator.client.post("/notifications/read", json={"through": second["id"]})
        assert up_to.status_code == 204
        assert await skus(operator, unread=True) == ["C"]
        assert (await operator.client.post(f"/notifications/{third['id']}/read")).status_code == 204
        assert (await operator.centre())["unread"] == 0
        await told(room, "E")
        assert (await operator.client.post("/notifications/read", json={})).status_code == 204
        assert (await operator.centre())["unread"] == 0

    async def test_those_of_others_do_not_exist(self, room: Newsroom) -> None:
        """Seen to fail with the company alone in the filter."""
        mine, other = await room.member("operator", "UIO"), await room.member("operator", "UIO")
        await told(room, "A")
        [theirs] = (await other.centre())["items"]
        [own] = (await mine.centre())["items"]
        assert theirs["id"] != own["id"]
        for target in (theirs["id"], str(new_id())):
            for deed in ("read", "dismiss"):
                refused = await mine.client.post(f"/notifications/{target}/{deed}")
                assert (refused.status_code, refused.json()["code"]) == (404, "notification_not_found")
        assert (await mine.client.post("/notifications/read", json={})).status_code == 204
        assert (await other.centre())["unread"] == 1

    async def test_another_company_sees_nothing_even_without_our_filters(self, room: Newsroom) -> None:
        await room.member("operator", "UIO")
        await told(room, "CANARY")
        theirs = await open_shop(room.shop.database)
        for table in ("notification", "notification_item", "notification_delivery", "notification_reader"):
            assert await room.shop.database.fetch(room.shop.scope, f"SELECT 1 FROM {table} LIMIT 1") == [(1,)]
            assert (
                await room.shop.database.fetch(
                    theirs.scope, f"SELECT 1 FROM {table} WHERE company_id = %s", (room.company,)
                )
                == []
            )
            assert await room.shop.database.fetch(Rows(), f"SELECT 1 FROM {table}") == []

    async def test_what_one_may_not_see_any_more_is_gone_from_the_centre(self, room: Newsroom) -> None:
        """Seen to fail with the rights of the moment of the telling."""
        moved, demoted = await room.member("operator", "UIO"), await room.member("operator", "UIO")
        await told(room, "A")
        gye = [room.shop.sites["GYE"]]
        await room.shop.fetch(
            "UPDATE membership SET write_site_ids = %s, read_site_ids = %s WHERE company_id = %s AND user_id = %s",
            *(gye, gye, room.company, moved.user_id),
        )
        await room.shop.fetch(
            "UPDATE membership SET role = 'auditor' WHERE company_id = %s AND user_id = %s",
            room.company,
            demoted.user_id,
        )
        for one in (moved, demoted):
            again = await room.api.sign_in(one.user_id)
            page = await again.get_ok("/notifications")
            assert (page["items"], page["unread"]) == ([], 0)

    async def test_what_somebody_opens_speaks_for_its_site_and_category(self, room: Newsroom) -> None:
        """Seen to fail with the newest first as everywhere."""
        operator = await room.member("operator")
        tea = await room.category("Tea")
        await told(room, "OPENED", site="GYE", category=tea)
        [opened] = (await operator.centre())["items"]
        await operator.client.post(f"/notifications/{opened['id']}/read")
        await told(room, "BOTH", site="GYE", category=tea)
        await told(room, "CATEGORY", site="LAB", category=tea)
        await told(room, "SITE", site="GYE")
        await told(room, "NEITHER")
        assert await skus(operator) == ["NEITHER", "SITE", "CATEGORY", "BOTH", "OPENED"]
        assert await skus(operator, ranked=True) == ["BOTH", "SITE", "CATEGORY", "NEITHER"]
        assert await skus(operator, ranked=True, limit=1) == ["BOTH"]

    @pytest.mark.promise("B14")
    async def test_old_ones_are_forgotten_with_all_that_hangs_on_them(self, room: Newsroom, database_url: str) -> None:
        operator = await room.member("operator", "UIO")
        room.clock.at = datetime.now(UTC) - NOTIFICATION_AGE - timedelta(minutes=1)
        await told(room, "OLD", "NEW")
        dispatch = Database(database_url, role="pirwa_dispatch", size=1)
        await dispatch.open()
        upkeep = PostgresUpkeep(room.shop.database, dispatch)
        await upkeep.forget_notifications(NOTIFICATION_AGE, 1000)
        await dispatch.close()
        assert await skus(operator) == ["NEW"]
        assert len(await room.deliveries(operator)) == 1


class TestStream:
    async def test_it_says_how_many_are_unread_at_first_and_whenever_that_changes(self, room: Newsroom) -> None:
        """Seen to fail with the count told once."""
        operator = await room.member("operator", "UIO")
        await told(room, "A")
        reach = frozenset({room.shop.sites["UIO"]})
        actor = Actor(operator.user_id, room.company, PRESETS["operator"], reach, reach)

        async def still_there() -> Actor:
            return actor

        streams = UnreadStreams(PostgresNotificationReader(room.shop.database), Pace(look=0.01, ping=60, life=60), MOST)
        stream = await streams.open(actor, still_there)
        async with asyncio.timeout(SECONDS), aclosing(stream):
            assert await unread_of(stream) == 1
            await told(room, "B")
            assert await unread_of(stream) == 2
            await operator.client.post("/notifications/read", json={})
            assert await unread_of(stream) == 0

    async def test_there_are_not_more_streams_than_a_process_can_bear(self, room: Newsroom) -> None:
        operator = await room.member("operator", "UIO")
        answers = await asyncio.gather(*(operator.client.get("/notifications/stream") for _ in range(MOST + 2)))
        assert sorted(answer.status_code for answer in answers) == [200] * MOST + [503] * 2
        silent = [answer.text for answer in answers if answer.status_code == 200]
        assert all("ping" in text and messages(text) == [{"unread": 0, "newest": None}] for text in silent)


class TestWorker:
    async def test_a_worker_at_work_brings_a_sale_to_the_mail_of_those_who_care(
        self, room: Newsroom, settings: Settings, database_url: str
    ) -> None:
        """Seen to fail when the worker did not ask whose time has come."""
        operator = await room.member("operator", "UIO")
        await operator.save(hours={"digest": {"hour": 8, "weekday": 1}})
        await room.stocked("TEA")
        await room.shop.post("sale", "TEA", 6)
        transport = SmtpTransport(read_server(room.post.server.url), SENDER)
        outgoing = OutgoingMail(key_ring(settings.secret_keys, settings.data), transport)
        plugins = load_plugins([], "0.1", built_in=[in_app_notes(room.shop.database, SystemClock())])
        async with (
            working(database_url, plugins, InMemoryBroker(), AUDIT_KEY, outgoing, poll_seconds=0.05),
            asyncio.timeout(SECONDS),
        ):
            while not await operator.lines():  # noqa: ASYNC110 - what the worker does in the database sets no event here
                await asyncio.sleep(0.02)
            await room.shop.fetch(
                "UPDATE notification_delivery SET created_at = created_at - interval '1 hour' WHERE company_id = %s",
                room.company,
            )
            await room.shop.fetch("UPDATE notification_reader SET next_at = now() WHERE company_id = %s", room.company)
            mail = await room.post.server.next_to(operator.email)
        assert mail.subject == "Test company: Stock bajo (1)"


async def unread_of(stream: Messages) -> int:
    """What the stream says next."""
    data = (await anext(stream)).data
    assert isinstance(data, bytes)
    return int(msgspec.json.decode(data)["unread"])


def messages(text: str) -> list[dict[str, Any]]:
    """What a stream said."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [msgspec.json.decode(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
