"""News by text message: to a number that its owner has confirmed, by a plugin, once, short, and not more than the company wants."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database, Scope
from adapters.postgres.text_budget import PostgresTextBudget
from adapters.postgres.text_messages import PostgresTextQueue
from apps.settings import Settings
from apps.worker.retries import TEXT_DELAYS, GiveUp, Pause, TryAgain, after_failed_text
from core.commands.notification_turn import HELD, Sending, turn_to
from core.domain.notification import Channel
from core.domain.notification_timing import GATHERING
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient
from core.ports.plugins import Plugins
from core.ports.text_messages import TextOutcome, TextState
from tests.api import Api
from tests.apps.newsroom import newsroom
from tests.apps.sms import CARRIER, TextRoom, app_with, new_number
from tests.mail_server import PostOffice
from tests.plugins.sms_folder.src.sms_folder.carrier import Outbox
from tests.shop import open_shop
from tests.way_out import importable

pytestmark = pytest.mark.anyio

NOBODY = "+593990000000"
LINK = "https://pirwa.example/notifications"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), CARRIER):
        yield load_plugins([CARRIER], "0.1.0")


@pytest.fixture(scope="module")
async def text_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
async def room(
    text_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins, tmp_path: Path
) -> AsyncIterator[TextRoom]:
    async with newsroom(Api(text_app, api.shop, api.tokens), post, settings, plugins) as news:
        room = TextRoom(news, Outbox(tmp_path), tmp_path)
        await room.switch_on()
        yield room


class TestNumber:
    async def test_a_number_is_ones_own_when_the_code_that_came_there_is_shown(self, room: TextRoom) -> None:
        """Seen to fail with the number kept as soon as it was asked for."""
        member = await room.news.member("operator", "UIO")
        assert (
            await member.client.post("/me/phone", json={"number": f"{room.ana[:4]} {room.ana[4:9]}-{room.ana[9:]}"})
        ).status_code == 202
        assert await member.client.get_ok("/me/phone") == {"number": None, "blocked": False}
        [message] = room.to(room.ana)
        code = message.text[:6]
        assert message.text == f"{code} es su codigo de Pirwa. Vale 10 minutos. No lo comparta con nadie."
        confirmed = await member.client.post("/me/phone/confirm", json={"code": code})
        assert confirmed.json() == await member.client.get_ok("/me/phone") == {"number": room.ana, "blocked": False}
        assert (await member.client.delete("/me/phone")).status_code == 204
        assert await member.client.get_ok("/me/phone") == {"number": None, "blocked": False}

    async def test_a_code_is_good_once_for_ten_minutes_and_until_the_next(self, room: TextRoom) -> None:
        """Seen to fail with the moment of its end not looked at, and with the code left where it was."""
        member = await room.news.member("operator", "UIO")
        codes = [await self.asked(room, member, room.ana) for _ in range(3)]
        if codes[0] != codes[2]:
            await self.refused(member, codes[0])
        scope = Scope(user_id=member.user_id)
        await room.news.shop.database.fetch(scope, "UPDATE phone_code SET ends_at = now() - interval '1 second'")
        await self.refused(member, codes[2])
        await room.news.shop.database.fetch(scope, "UPDATE phone_code SET ends_at = now() + interval '1 minute'")
        answers = await asyncio.gather(
            *(member.client.post("/me/phone/confirm", json={"code": codes[2]}) for _ in range(2))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        await self.refused(member, codes[2])

    async def test_nobody_guesses_a_code_or_floods_a_number(self, room: TextRoom) -> None:
        member, other = [await room.news.member("operator", "UIO") for _ in range(2)]
        code = await self.asked(room, member, room.eva)
        wrong = f"{(int(code) + 1) % 10**6:06}"
        answers = [await member.client.post("/me/phone/confirm", json={"code": wrong}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert (await member.client.post("/me/phone/confirm", json={"code": code})).status_code == 429
        for _ in range(4):
            await self.asked(room, member, room.eva)
        for client in (member.client, other.client):
            assert (await client.post("/me/phone", json={"number": room.eva})).status_code == 429
        assert len(room.to(room.eva)) == 5

    async def test_the_code_stands_in_no_table(self, room: TextRoom) -> None:
        member = await room.news.member("operator", "UIO")
        code = await self.asked(room, member, room.ana)
        scope = Scope(room.news.company, member.user_id)
        rows = [
            row
            for table in ("phone_code", "text_message", "outbox_event")
            for row in await room.news.shop.database.fetch(scope, f"SELECT * FROM {table}")
        ]
        assert rows
        assert not [row for row in rows if f"'{code}" in str(row) or f"{code} es" in str(row)]

    async def test_what_stands_in_the_way_is_said(self, room: TextRoom) -> None:
        member = await room.news.member("operator", "UIO")
        room.outbox.get_into("down")
        answer = await member.client.post("/me/phone", json={"number": room.ana})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["failure"]) == (409, "sms_not_sent", "Transient")
        refused = await member.client.post("/me/phone", json={"number": "0991111111"})
        assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/number", "bad_format")]
        await room.switch_off()
        assert (await member.client.post("/me/phone", json={"number": room.ana})).json()["code"] == "sms_unavailable"

    async def test_the_number_of_one_person_is_nobody_elses_business(self, room: TextRoom) -> None:
        member, other = [await room.news.member("operator", "UIO") for _ in range(2)]
        await self.asked(room, member, room.ana)
        scope = Scope(room.news.company, other.user_id)
        assert await room.news.shop.database.fetch(scope, "SELECT 1 FROM phone_code") == []
        assert await other.client.get_ok("/me/phone") == {"number": None, "blocked": False}

    async def asked(self, room: TextRoom, member: Any, number: str) -> str:
        answer = await member.client.post("/me/phone", json={"number": number})
        assert answer.status_code == 202, answer.text
        return room.to(number)[-1].text[:6]

    async def refused(self, member: Any, code: str) -> None:
        answer = await member.client.post("/me/phone/confirm", json={"code": code})
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_code")


class TestWish:
    async def test_text_messages_can_be_wished_for_where_a_plugin_sends_them_and_a_number_is_confirmed(
        self, room: TextRoom
    ) -> None:
        """Seen to fail with the number not looked at."""
        member = await room.news.member("operator", "UIO")
        assert await self.obstacle(member) == "no_phone"
        wish = {"kinds": [{"kind": "low_stock", "channels": ["sms"]}]}
        refused = await member.client.put("/notification-preferences", json=wish)
        assert [(one["pointer"], one["code"], one["obstacle"]) for one in refused.json()["errors"]] == [
            ("/kinds/0/channels/0", "channel_unavailable", "no_phone")
        ]
        await room.with_number(member, room.ana)
        assert await self.obstacle(member) is None
        assert (await member.client.put("/notification-preferences", json=wish)).status_code == 200
        await room.switch_off()
        assert await self.obstacle(member) == "no_carrier"
        assert (await member.client.put("/notification-preferences", json=wish)).status_code == 422

    async def obstacle(self, member: Any) -> str | None:
        shown = await member.client.get_ok("/notification-preferences")
        [sms] = [one for one in shown["channels"] if one["channel"] == "sms"]
        assert sms["available"] == (sms["reason"] is None)
        obstacle: str | None = sms["obstacle"]
        return obstacle


class TestMessage:
    async def test_news_come_as_one_message_in_the_language_of_their_reader(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        await room.reader(room.eva, locale="en")
        await room.news_of("TEA")
        assert room.to(room.ana)[1].text == f"Test company: TEA Product TEA en UIO: quedan 4, minimo 5 {LINK}"
        assert room.to(room.eva)[1].text == f"Test company: TEA Product TEA at UIO: 4 left, minimum 5 {LINK}"
        assert await room.news.deliveries(ana, "sms") == [("sent", 1, None)]
        [shown] = (await ana.client.get_ok("/notification-deliveries"))["items"]
        assert (shown["channel"], shown["state"], shown["attempts"], shown["kind"]) == ("sms", "sent", 1, "low_stock")

    async def test_many_at_once_are_one_message_with_their_number(self, room: TextRoom) -> None:
        """Seen to fail with a message for each item."""
        ana = await room.reader(room.ana)
        for sku in ("TEA", "CUP", "POT"):
            await room.fall(sku)
        await room.news.pass_time()
        await room.news.text()
        [_, message] = room.to(room.ana)
        assert message.text.startswith("Test company: Stock bajo (3). TEA Product TEA en UIO")
        assert len(message.text) <= 160
        assert await room.news.deliveries(ana, "sms") == [("sent", 1, None)] * 3

    async def test_quiet_hours_and_digests_hold_for_messages_too(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        hours = {"digest": {"hour": 8, "weekday": 1}, "quiet": {"from": "11:00", "to": "13:00"}}
        await ana.save({"kind": "low_stock", "channels": ["sms"]}, hours=hours)
        await room.news_of("TEA")  # at noon
        assert len(room.to(room.ana)) == 1
        await room.news.pass_time(timedelta(hours=1))
        await room.news.text()
        assert len(room.to(room.ana)) == 2

    async def test_a_server_without_mail_sends_its_text_messages_and_keeps_what_is_to_be_mailed(
        self, room: TextRoom
    ) -> None:
        """Seen to fail with what cannot be sent planned for as well, and with it looked at again at once."""
        ana = await room.reader(room.ana)
        await ana.save({"kind": "low_stock", "channels": ["sms", "mail"]})
        await room.fall("TEA")
        notifier = room.news.parts.notifying
        without_mail = replace(notifier, sending=Sending([Channel.SMS], notifier.sending.address))
        room.news.clock.at += GATHERING
        assert await without_mail.notify(room.news.company)
        assert not await without_mail.notify(room.news.company)
        assert [(await room.news.deliveries(ana, channel))[0][0] for channel in ("sms", "mail")] == ["posted", "new"]
        await room.news.pass_time(HELD)
        assert len(room.news.mails(ana)) == 1

    async def test_a_number_that_is_gone_gets_nothing(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        await room.fall("TEA")
        assert (await ana.client.delete("/me/phone")).status_code == 204
        await room.news.pass_time()
        await room.news.text()
        assert len(room.to(room.ana)) == 1
        assert await room.news.deliveries(ana, "sms") == [("failed", 0, "no number that is proven to be theirs")]


class TestFailure:
    async def test_what_follows_a_failed_try_depends_on_its_kind(self) -> None:
        def calm() -> float:
            return 1.0

        assert after_failed_text(Transient("x"), 1, calm) == TryAgain(TEXT_DELAYS[0])
        assert after_failed_text(Ambiguous("x"), len(TEXT_DELAYS), calm) == TryAgain(TEXT_DELAYS[-1])
        assert after_failed_text(KeyError("x"), len(TEXT_DELAYS) + 1, calm) == GiveUp()
        assert after_failed_text(PermanentlyRejected("x"), 1, calm) == GiveUp()
        assert after_failed_text(AuthFailed("x"), 9, calm) == after_failed_text(Misconfigured("x"), 9, calm) == Pause()
        busy = RateLimited(timedelta(minutes=2))
        assert after_failed_text(busy, 9, calm) == TryAgain(timedelta(minutes=2), counted=False)

    async def test_a_message_is_tried_again_until_it_is_taken_and_every_try_is_noted(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        room.outbox.get_into("down")
        await room.news_of("TEA")
        [(state, attempts, outcome)] = await room.news.deliveries(ana, "sms")
        assert (state, attempts, outcome) == ("posted", 1, "Transient: the carrier is closed")
        room.outbox.get_into("")
        await room.news.text()
        assert len(room.to(room.ana)) == 1  # not before its time
        await self.let_time_pass(room)
        assert len(room.to(room.ana)) == 2
        assert await room.news.deliveries(ana, "sms") == [("sent", 2, None)]

    async def test_a_lost_answer_doubles_nothing(self, room: TextRoom) -> None:
        """Seen to fail with a key of its own for each try."""
        ana = await room.reader(room.ana)
        room.outbox.get_into("lost answer")
        await room.news_of("TEA")
        room.outbox.get_into("")
        await self.let_time_pass(room)
        assert len(room.to(room.ana)) == 2
        assert len(room.outbox.calls()) == 3
        assert await room.news.deliveries(ana, "sms") == [("sent", 2, None)]

    async def test_a_number_that_will_never_do_is_given_up(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        await room.news.shop.database.fetch(
            Scope(user_id=ana.user_id), "UPDATE app_user SET phone = %s WHERE id = %s", (NOBODY, ana.user_id)
        )
        await room.news_of("TEA")
        assert await room.news.deliveries(ana, "sms") == [("failed", 1, "PermanentlyRejected: no such number")]

    async def test_wrong_credentials_pause_the_plugin_and_what_waits_is_sent_afterwards(self, room: TextRoom) -> None:
        """Seen to fail with the try counted and the message given up."""
        ana = await room.reader(room.ana)
        room.outbox.get_into("access")
        await room.news_of("TEA")
        assert await room.news.shop.event_types("plugin_paused") == ["plugin_paused"]
        await room.fall("CUP")
        await room.news.pass_time(timedelta(hours=2))
        room.outbox.get_into("")
        await self.let_time_pass(room)
        assert len(room.to(room.ana)) == 1
        await room.switch_on()
        await self.let_time_pass(room)
        await room.news.pass_time(timedelta(hours=1))
        await room.news.text()
        assert [message.text.split()[2] for message in room.to(room.ana)[1:]] == ["TEA", "CUP"]
        assert [state for state, _, _ in await room.news.deliveries(ana, "sms")] == ["sent", "sent"]

    @pytest.mark.promise("B2")
    async def test_a_worker_that_dies_between_any_two_steps_loses_and_doubles_nothing(self, room: TextRoom) -> None:
        """Queued and not committed; claimed and not handed over; handed over and not noted; noted after the lease had passed."""
        ana = await room.reader(room.ana)
        await room.fall("TEA")
        room.news.clock.at += GATHERING
        with pytest.raises(RuntimeError, match="killed"):
            await self.queue_and_die(room)
        assert await room.news.shop.fetch("SELECT 1 FROM text_message") == []
        await room.news.write()
        queue = PostgresTextQueue(room.news.shop.database)
        first = await queue.claim(room.news.company, 10, timedelta(0))
        second = await queue.claim(room.news.company, 10, timedelta(0))
        assert [one.attempts for one in (*first.texts, *second.texts)] == [1, 2]
        sender = await room.news.parts.texting.carriers.of(room.news.company)
        await sender.send(room.ana, second.texts[0].text, str(second.texts[0].id))
        await room.news.text()
        late = TextOutcome(first.texts[0].id, TextState.FAILED, "too late to say so")
        await queue.end(room.news.company, first.token, [late])
        assert len(room.to(room.ana)) == 2
        assert await room.news.deliveries(ana, "sms") == [("sent", 3, None)]

    async def queue_and_die(self, room: TextRoom) -> None:
        notifier = room.news.parts.notifying
        async with notifier.turns.next(room.news.company, room.news.clock.at) as turn:
            assert turn is not None
            await turn_to(turn, room.news.clock.at, notifier.sending)
            raise RuntimeError("killed")

    async def let_time_pass(self, room: TextRoom) -> None:
        await room.news.shop.fetch(
            "UPDATE text_message SET next_at = now() WHERE company_id = %s AND state = 'waiting'", room.news.company
        )
        await room.news.text()


class TestLimit:
    async def test_what_is_more_than_the_day_allows_waits_for_the_digest_and_is_said_once(self, room: TextRoom) -> None:
        """Seen to fail with messages that asked nobody whether there is one left."""
        admin = await room.news.member("admin", locale="en")
        ana, eva = await room.reader(room.ana), await room.reader(room.eva)
        assert (await admin.client.patch("/company", json={"sms_daily_limit": 1})).status_code == 200
        assert (await admin.client.get_ok("/company"))["sms_daily_limit"] == 1
        for sku in ("TEA", "CUP"):
            await room.fall(sku)
        await room.news.pass_time()
        await room.news.text()
        sent = [len(room.to(number)) - 1 for number in (room.ana, room.eva)]
        assert sorted(sent) == [0, 1]
        late, number = (ana, room.ana) if sent[0] == 0 else (eva, room.eva)
        said = "the company's text messages of the day were sent"
        assert await room.news.deliveries(late, "sms") == [("folded", 0, said)] * 2
        await room.fall("POT")
        await room.news.pass_time()
        await room.news.tell()
        assert [line for line in await admin.lines() if "SMS" in line] == [
            "The limit of 1 SMS a day is reached; all other news go into the digest"
        ]
        refused = await admin.client.post("/me/phone", json={"number": new_number()})
        assert refused.json()["code"] == "sms_limit_reached"
        await room.news.pass_time(DAY - timedelta(hours=4))  # after eight the next morning
        await room.news.text()
        assert len(room.to(number)) == 2
        assert "Stock bajo (3)" in room.to(number)[-1].text

    async def test_a_company_that_wants_none_sends_none(self, room: TextRoom) -> None:
        ana = await room.reader(room.ana)
        admin = await room.news.api.client("admin")
        assert (await admin.patch("/company", json={"sms_daily_limit": 0})).status_code == 200
        await room.news.shop.fetch("UPDATE text_message_day SET texts = 0 WHERE company_id = %s", room.news.company)
        await room.news_of("TEA")
        assert len(room.to(room.ana)) == 1
        assert (await room.news.deliveries(ana, "sms"))[0][0] == "folded"
        refused = await admin.patch("/company", json={"sms_daily_limit": -1})
        assert refused.status_code == 422

    async def test_of_many_who_spend_the_last_one_at_once_one_does(self, room: TextRoom, database: Database) -> None:
        """Seen to fail with the count read before it was written."""
        shop = await open_shop(database)
        await shop.fetch("UPDATE company SET sms_daily_limit = 3 WHERE id = %s", shop.company_id)
        budget, now = PostgresTextBudget(database), room.news.clock.now()
        spent = await asyncio.gather(*(budget.spend(shop.company_id, now) for _ in range(10)))
        assert sum(spent) == 3
        assert await shop.event_types("sms_surplus") == ["sms_surplus"]
