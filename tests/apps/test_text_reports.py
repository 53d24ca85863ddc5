"""What carriers report of text messages shows at the news that they tell, and who wants no more gets no more."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Scope
from apps.settings import Settings
from core.commands.notification_turn import UNWANTED
from core.domain.ids import new_id
from core.ports.plugins import Plugins
from tests.api import Api
from tests.apps.newsroom import Member, newsroom
from tests.apps.sms import CARRIER, app_with
from tests.apps.test_hooks import HookRoom
from tests.mail_server import PostOffice
from tests.plugins.sms_folder.src.sms_folder.carrier import Outbox
from tests.shop import open_shop
from tests.way_out import importable

pytestmark = pytest.mark.anyio

BLOCKED = "text messages to you were not wanted: lift the block (DELETE /me/text-block) or give another number"


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), CARRIER):
        yield load_plugins([CARRIER], "0.1.0")


@pytest.fixture(scope="module")
async def hook_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
async def room(
    hook_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins, tmp_path: Path
) -> AsyncIterator[HookRoom]:
    async with newsroom(Api(hook_app, api.shop, api.tokens), post, settings, plugins) as news:
        room = HookRoom(news, Outbox(tmp_path), tmp_path, app=hook_app, settings=settings)
        await room.open()
        yield room


class Told:
    """A member who was sent a text message, and what the carrier says of it."""

    def __init__(self, room: HookRoom, member: Member, key: str) -> None:
        self.room, self.member, self.key, self.reports = room, member, key, 0

    @property
    def carrier_id(self) -> str:
        return f"folder-{self.key}"

    async def reported(self, state: str, detail: str = "", **more: str) -> list[tuple[object, ...]]:
        """The carrier reports; how the delivery stands after that."""
        self.reports += 1
        fact = {"kind": "text", "carrier_id": self.carrier_id, "state": state, "detail": detail, **more}
        assert (await self.room.tell(f"report {self.reports} of {self.key}", fact)).status_code == 202
        await self.room.read()
        return await self.stands()

    async def stands(self) -> list[tuple[object, ...]]:
        return await self.room.news.deliveries(self.member, "sms")


async def told(room: HookRoom, sku: str = "TEA") -> Told:
    member = await room.reader(room.ana)
    await room.news_of(sku)
    return Told(room, member, room.to(room.ana)[-1].key)


class TestReports:
    async def test_what_became_of_a_message_shows_at_the_news_that_it_tells(self, room: HookRoom) -> None:
        """Seen to fail with the message updated and its deliveries not."""
        one = await told(room)
        assert await one.stands() == [("sent", 1, None)]
        assert await one.reported("delivered") == [("delivered", 1, None)]
        [shown] = (await one.member.client.get_ok("/notification-deliveries", channel="sms", state="delivered"))[
            "items"
        ]
        assert (shown["state"], shown["segments"]) == ("delivered", 1)

    async def test_why_it_did_not_arrive_is_said_and_whoever_reads_plugins_hears_of_it(self, room: HookRoom) -> None:
        one = await told(room)
        assert await one.reported("failed", "the number is unknown") == [("failed", 1, "the number is unknown")]
        await room.news.look("find_failing_channels")
        shown = await one.member.client.get_ok("/notification-preferences")
        assert [channel["channel"] for channel in shown["channels"] if channel["failing"]] == ["sms"]

    @pytest.mark.parametrize(
        ("states", "last"),
        [
            (("delivered", "sent"), "delivered"),
            (("failed", "delivered", "sent"), "failed"),
            (("delivered", "delivered"), "delivered"),
            (("sent", "failed"), "failed"),
        ],
    )
    async def test_whatever_order_reports_come_in_the_weightiest_remains(
        self, room: HookRoom, states: tuple[str, ...], last: str
    ) -> None:
        """Seen to fail with the latest taken for the weightiest."""
        one = await told(room)
        for state in states:
            [(stands, _, _)] = await one.reported(state)
        assert stands == last

    async def test_a_report_settles_a_message_whose_answer_was_lost(self, room: HookRoom) -> None:
        """Its key says which it is, and it is not sent again. Seen to fail with the key not looked at."""
        member = await room.reader(room.ana)
        room.outbox.get_into("lost answer")
        await room.news_of("TEA")
        message = room.to(room.ana)[-1]
        one = Told(room, member, message.key)
        assert [state for state, _, _ in await one.stands()] == ["posted"]
        assert await one.reported("delivered", key=message.key) == [("delivered", 1, None)]
        room.outbox.get_into("")
        await room.news.shop.fetch("UPDATE text_message SET next_at = now() WHERE company_id = %s", room.news.company)
        await room.news.text()
        assert room.outbox.calls().count(message.key) == 1

    async def test_one_that_we_gave_up_without_an_answer_may_have_arrived_after_all(self, room: HookRoom) -> None:
        member = await room.reader(room.ana)
        room.outbox.get_into("lost answer")
        await room.news_of("TEA")
        one = Told(room, member, room.to(room.ana)[-1].key)
        await room.news.shop.fetch(
            "UPDATE text_message SET state = 'failed' WHERE company_id = %s AND state = 'waiting'", room.news.company
        )
        assert [state for state, _, _ in await one.reported("delivered", key=one.key)] == ["delivered"]

    async def test_a_report_that_is_faster_than_the_answer_is_read_again_and_one_of_nobodys_message_is_let_go(
        self, room: HookRoom
    ) -> None:
        await room.tell("early", {"kind": "text", "carrier_id": "nobody's", "state": "sent"})
        await room.inbox_reader.read(room.news.company, CARRIER)
        assert await room.rows("state, last_error") == [("new", "Transient: no text message has this id yet")]
        await room.let_time_pass()
        await room.read()
        assert await room.states() == ["done"]

    async def test_nobody_reports_of_messages_of_another_company(self, room: HookRoom) -> None:
        """By its name at the carrier and by its key."""
        other = await open_shop(room.news.shop.database)
        key, member = new_id(), new_id()
        database = room.news.shop.database
        await database.fetch(
            Scope(),
            "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, 'x', 'x')",
            (member, member.hex),
        )
        await other.fetch(
            "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", other.company_id, member
        )
        await other.fetch(
            "INSERT INTO text_message (company_id, id, user_id, text, state, carrier_id) VALUES (%s, %s, %s, 'x', 'sent', 'theirs')",
            *(other.company_id, key, member),
        )
        await room.tell("x", {"kind": "text", "carrier_id": "theirs", "state": "failed", "key": str(key)})
        await room.read()
        assert await other.fetch("SELECT state FROM text_message") == [("sent",)]


class TestConsent:
    async def test_who_says_stop_gets_nothing_more_until_they_want_it_again(self, room: HookRoom) -> None:
        one = await told(room)
        await self.say(room, "stop", wanted=False)
        assert await self.obstacle(one.member) == BLOCKED
        assert await one.member.client.get_ok("/me/phone") == {"number": room.ana, "blocked": True}
        await room.news_of("CUP")
        assert len(room.to(room.ana)) == 2
        assert (await one.stands())[-1] == ("failed", 0, UNWANTED)
        await self.say(room, "start", wanted=True)
        assert await self.obstacle(one.member) is None
        await room.news_of("POT")
        assert len(room.to(room.ana)) == 3

    async def test_what_waits_when_somebody_says_stop_is_not_sent_either(self, room: HookRoom) -> None:
        member = await room.reader(room.ana)
        room.outbox.get_into("down")
        await room.news_of("TEA")
        await self.say(room, "stop", wanted=False)
        room.outbox.get_into("")
        await room.news.shop.fetch("UPDATE text_message SET next_at = now() WHERE company_id = %s", room.news.company)
        await room.news.text()
        assert len(room.to(room.ana)) == 1
        [(state, _, outcome)] = await room.news.deliveries(member, "sms")
        assert (state, outcome) == ("failed", f"PermanentlyRejected: {UNWANTED}")

    async def test_one_lifts_the_block_oneself(self, room: HookRoom) -> None:
        one = await told(room)
        await self.say(room, "stop", wanted=False)
        room.news.clock.at += timedelta(days=300)
        assert (await one.member.client.delete("/me/text-block")).status_code == 204
        assert await self.obstacle(one.member) is None

    async def test_no_code_goes_to_a_number_that_wants_nothing(self, room: HookRoom) -> None:
        await self.say(room, "stop", wanted=False)
        member = await room.news.member("operator", "UIO")
        refused = await member.client.post("/me/phone", json={"number": room.ana})
        assert (refused.status_code, refused.json()["code"]) == (409, "sms_unwanted")
        assert room.to(room.ana) == []

    async def test_what_the_carrier_says_when_it_refuses_is_remembered_too(self, room: HookRoom) -> None:
        one = await told(room)
        room.outbox.get_into("stop")
        await room.news_of("CUP")
        assert (await one.stands())[-1][0] == "failed"
        room.outbox.get_into("")
        assert await self.obstacle(one.member) == BLOCKED

    async def test_what_was_said_last_counts_in_whatever_order_it_comes(self, room: HookRoom) -> None:
        one = await told(room)
        await self.say(room, "start", wanted=True)
        await room.news.shop.fetch(
            "UPDATE text_consent SET at = at + interval '1 hour' WHERE company_id = %s", room.news.company
        )
        await self.say(room, "stop, long before", wanted=False)
        assert await self.obstacle(one.member) is None

    async def test_it_is_said_to_one_company_and_holds_for_it_alone(self, room: HookRoom) -> None:
        await self.say(room, "stop", wanted=False)
        rows = await room.news.shop.fetch(
            "SELECT number, wanted FROM text_consent WHERE company_id = %s", room.news.company
        )
        assert rows == [(room.ana, False)]

    async def test_what_is_no_number_is_passed_over(self, room: HookRoom) -> None:
        await room.tell("odd", {"kind": "consent", "number": "whatsapp:+593991111111", "wanted": False})
        await room.read()
        assert await room.states() == ["done"]

    async def say(self, room: HookRoom, event: str, *, wanted: bool) -> None:
        assert (await room.tell(event, {"kind": "consent", "number": room.ana, "wanted": wanted})).status_code == 202
        await room.read()

    async def obstacle(self, member: Member) -> Any:
        shown = await member.client.get_ok("/notification-preferences")
        [sms] = [one for one in shown["channels"] if one["channel"] == "sms"]
        return sms["reason"]
