"""A company's mails by a sender of its own: what goes that way and what does not, what follows when it fails, and what it reports."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from litestar import Litestar
from taskiq import InMemoryBroker

from adapters.postgres.engine import Scope
from adapters.postgres.plugin_health import PostgresPluginHealth
from adapters.postgres.uow import PostgresRun
from adapters.secrets.key_ring import key_ring
from apps.settings import Settings
from apps.worker.mailing import CompanyMailer, NoMailing, OutgoingMail
from apps.worker.main import make_parts, working
from apps.worker.retries import MAIL_DELAYS, UNANSWERED_MAIL_REST, after_failed_company_mail
from core.commands.mail_reports import mail_reports
from core.domain.access import Actor
from core.domain.ids import new_id
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.incoming import MailReport, MessageState
from core.ports.mail import Mail
from core.ports.plugins import Plugins
from core.ports.storage import UnitOfWork
from tests.api import Api
from tests.apps.newsroom import Member, Newsroom, newsroom
from tests.apps.purchasing import deed, shown
from tests.apps.sms import app_with
from tests.apps.supplier_orders import VENTAS, acme, approved, dispatching, to_send
from tests.mail_server import PostOffice
from tests.plugins.mail_folder.src.mail_folder.carrier import Letter, MailFolder
from tests.plugins.way import plugins_here
from tests.shop import open_shop
from tests.way_out import AUDIT_KEY, eventually, importable

pytestmark = pytest.mark.anyio

CARRIER = "mail_folder"
MINUTE = timedelta(minutes=1)
BOUNCED = "bounced: 550 5.1.1 no such mailbox"


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), CARRIER), plugins_here(CARRIER) as plugins:
        yield plugins


@pytest.fixture(scope="module")
async def mail_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@dataclass
class MailRoom:
    """A newsroom whose company may have a carrier of mails, in a folder."""

    news: Newsroom
    folder: Path
    settings: Settings
    owner: psycopg.Connection

    @property
    def carrier(self) -> MailFolder:
        return MailFolder(self.folder)

    @property
    def own(self) -> CompanyMailer:
        mailer = self.news.parts.company_mailing
        assert mailer is not None
        return mailer

    async def switch_on(self) -> None:
        admin = await self.news.api.client("admin")
        answer = await admin.post(f"/plugins/{CARRIER}/enable", json={"settings": {"folder": str(self.folder)}})
        assert answer.status_code == 200, answer.text

    async def switch_off(self) -> None:
        admin = await self.news.api.client("admin")
        assert (await admin.post(f"/plugins/{CARRIER}/disable")).status_code == 204

    async def reader(self) -> Member:
        """Somebody who gets low stock by mail at once, and only so."""
        member = await self.news.member("operator", "UIO")
        await member.save({"kind": "low_stock", "channels": ["mail"]})
        return member

    async def deliver(self) -> None:
        """Both ways out, until nothing is due."""
        while await self.own.deliver(self.news.company):
            pass
        await self.news.post.deliver()

    async def news_of(self, sku: str) -> None:
        """Something worth a mail, written and tried to send."""
        await self.news.stocked(sku)
        await self.news.shop.post("sale", sku, 6)
        await self.news.tell()
        await self.news.pass_time()
        await self.deliver()

    def carried(self, member: Member) -> Sequence[Letter]:
        return [letter for letter in self.carrier.letters() if letter.mail.to == member.email]

    def waiting(self) -> list[tuple[Any, ...]]:
        """The company's mails in the queue: how often they were tried, what the last try came to, in how many minutes they are due."""
        return self.owner.execute(
            "SELECT state, attempts, last_error, round(extract(epoch FROM next_at - clock_timestamp()) / 60)::integer"
            " FROM mail WHERE carried_for = %s ORDER BY created_at",
            (self.news.company,),
        ).fetchall()

    def let_time_pass(self) -> None:
        """All that is to be tried later is due."""
        self.owner.execute(
            "UPDATE mail SET next_at = now() WHERE carried_for = %s AND state = 'waiting'", (self.news.company,)
        )

    async def report(self, *reports: MailReport, company: UUID | None = None) -> None:
        """What a webhook of the carrier says, taken in."""

        async def take_in(uow: UnitOfWork, actor: Actor, told: Sequence[MailReport]) -> None:
            await mail_reports(uow, told)

        actor = Actor(UUID(int=0), company or self.news.company, frozenset())
        await PostgresRun(self.news.shop.database)(take_in, actor, reports)

    async def deliveries(self, member: Member) -> list[tuple[str, str | None]]:
        """What the member sees of theirs by mail, the newest first."""
        page = await member.client.get_ok("/notification-deliveries", channel="mail")
        return [(one["state"], one["outcome"]) for one in page["items"]]


@pytest.fixture
async def room(
    mail_app: Litestar,
    api: Api,
    post: PostOffice,
    settings: Settings,
    plugins: Plugins,
    tmp_path: Path,
    database_url: str,
) -> AsyncIterator[MailRoom]:
    async with newsroom(Api(mail_app, api.shop, api.tokens), post, settings, plugins) as news:
        post.mailer = news.parts.mailing  # type: ignore[assignment]
        with psycopg.connect(database_url, autocommit=True) as owner:
            room = MailRoom(news, tmp_path, settings, owner)
            await room.switch_on()
            yield room


class TestWay:
    async def test_news_go_by_the_companys_own_sender(self, room: MailRoom) -> None:
        """Seen to fail with every mail claimed for the server's sender."""
        ana = await room.reader()
        await room.news_of("TEA")
        [letter] = room.carried(ana)
        assert letter.mail.subject == "Test company: Stock bajo (1)"
        assert room.news.mails(ana) == []
        assert room.waiting() == []
        assert await room.deliveries(ana) == [("sent", None)]

    async def test_without_one_at_work_they_go_by_the_servers(self, room: MailRoom) -> None:
        ana = await room.reader()
        await room.switch_off()
        await room.news_of("TEA")
        assert (room.carried(ana), len(room.news.mails(ana))) == ([], 1)
        await room.switch_on()
        await room.news_of("CUP")
        assert (len(room.carried(ana)), len(room.news.mails(ana))) == (1, 1)

    async def test_mails_about_accounts_always_go_by_the_servers(self, room: MailRoom) -> None:
        """Seen to fail with every mail of a unit of work carried for its company."""

        async def invite(uow: UnitOfWork, actor: Actor, to: str) -> None:
            await uow.mail.post(Mail(to, "Invitation", "https://pirwa.example/x"))

        address = f"{new_id().hex}@example.org"
        run = PostgresRun(room.news.shop.database, key_ring(room.settings.secret_keys, room.settings.data))
        await run(invite, room.news.shop.admin, address)
        await room.deliver()
        assert len(room.news.post.server.all_to(address)) == 1
        assert room.carrier.letters() == []

    async def test_it_works_where_the_server_has_no_sender(self, room: MailRoom, plugins: Plugins) -> None:
        """Seen to fail with news that wait wherever the server has no mail server."""
        ana = await room.reader()
        parts = make_parts(
            room.news.shop.database,
            room.own.queue._dispatch,  # type: ignore[attr-defined]
            plugins,
            InMemoryBroker(),
            AUDIT_KEY,
            OutgoingMail(key_ring(room.settings.secret_keys, room.settings.data), None),
            clock=room.news.clock,
        )
        bare = replace(room, news=replace(room.news, parts=parts))
        assert isinstance(parts.mailing, NoMailing)
        await bare.news_of("TEA")
        assert len(room.carried(ana)) == 1
        await room.switch_off()
        await bare.news_of("CUP")
        assert await room.deliveries(ana) == [("new", None), ("sent", None)]

    async def test_the_worker_looks_for_them(self, room: MailRoom, plugins: Plugins, database_url: str) -> None:
        """Seen to fail when the worker did not ask which companies have mails due."""
        ana = await room.reader()
        room.carrier.get_into(Transient)
        await room.news_of("TEA")
        room.let_time_pass()
        room.carrier.get_into(None)
        outgoing = OutgoingMail(key_ring(room.settings.secret_keys, room.settings.data), None)
        async with working(database_url, plugins, InMemoryBroker(), AUDIT_KEY, outgoing, poll_seconds=0.05):
            await eventually(lambda: len(room.carried(ana)) == 1)

    async def test_one_company_s_sender_carries_nothing_of_another(
        self, room: MailRoom, mail_app: Litestar, settings: Settings, plugins: Plugins
    ) -> None:
        ana = await room.reader()
        room.carrier.get_into(Transient)
        await room.news_of("TEA")
        room.let_time_pass()
        room.carrier.get_into(None)
        assert not await room.own.deliver(new_id())
        assert room.carried(ana) == []
        await room.own.deliver(room.news.company)
        assert len(room.carried(ana)) == 1


class TestFailure:
    @pytest.mark.parametrize("trouble", [AuthFailed, Misconfigured])
    async def test_one_that_cannot_work_is_paused_and_the_servers_steps_in(
        self, room: MailRoom, trouble: type[PortFailure]
    ) -> None:
        """Seen to fail with mails that wait for a paused plugin: nobody heard by mail that it was paused."""
        ana = await room.reader()
        room.carrier.get_into(trouble)
        await room.news_of("TEA")
        admin = await room.news.api.client("admin")
        [plugin] = [one for one in (await admin.get_ok("/plugins"))["items"] if one["id"] == CARRIER]
        assert plugin["state"] == "paused"
        assert [(state, attempts) for state, attempts, *_ in room.waiting()] == [("waiting", 0)]
        room.let_time_pass()
        await room.deliver()
        assert (room.carried(ana), len(room.news.mails(ana))) == ([], 1)
        assert await room.deliveries(ana) == [("sent", None)]
        room.carrier.get_into(None)
        await room.switch_on()
        await room.news_of("CUP")
        assert len(room.carried(ana)) == 1

    async def test_a_wish_to_wait_is_granted_and_costs_no_try(self, room: MailRoom) -> None:
        ana = await room.reader()
        room.carrier.get_into(RateLimited)
        await room.news_of("TEA")
        [(state, attempts, _, minutes)] = room.waiting()
        assert (state, attempts) == ("waiting", 0)
        assert minutes <= 1
        room.carrier.get_into(None)
        room.let_time_pass()
        await room.deliver()
        assert (len(room.carried(ana)), room.news.mails(ana)) == (1, [])

    async def test_one_that_is_away_is_waited_for(self, room: MailRoom) -> None:
        """What failed once at the company's own sender does not come from another address."""
        ana = await room.reader()
        room.carrier.get_into(Transient)
        await room.news_of("TEA")
        assert room.waiting()[0][:3] == ("waiting", 1, "the carrier is closed")
        room.carrier.get_into(None)
        room.let_time_pass()
        await room.deliver()
        assert (len(room.carried(ana)), room.news.mails(ana)) == (1, [])

    async def test_a_mail_that_is_refused_for_good_is_given_up(self, room: MailRoom) -> None:
        ana = await room.reader()
        room.carrier.get_into(PermanentlyRejected)
        await room.news_of("TEA")
        assert room.waiting()[0][:2] == ("dead", 1)
        assert await room.deliveries(ana) == [("failed", "the carrier refuses this mail")]

    async def test_one_that_rests_is_left_alone_and_its_mails_wait(self, room: MailRoom) -> None:
        """Seen to fail with the rest not looked at, and with its end tried with all mails at once."""
        ana, health = await room.reader(), PostgresPluginHealth(room.news.shop.database)
        for number in range(3):
            room.carrier.get_into(Transient)
            await room.news_of(f"TEA{number}")
        room.let_time_pass()
        await health.rest(room.news.company, CARRIER, "too much failed", 2 * MINUTE)
        room.carrier.get_into(None)
        await room.deliver()
        assert (room.carried(ana), room.news.mails(ana)) == ([], [])
        assert [row[:2] for row in room.waiting()] == [("waiting", 1)] * 3
        room.let_time_pass()
        room.owner.execute(
            "UPDATE plugin_health SET retry_at = '2026-01-01' WHERE company_id = %s", (room.news.company,)
        )
        room.carrier.get_into(Transient)
        await room.own.deliver(room.news.company)
        assert sorted(row[1] for row in room.waiting()) == [1, 1, 2]

    def test_an_answer_that_was_lost_leaves_time_for_a_report(self) -> None:
        for attempt in range(1, len(MAIL_DELAYS) + 1):
            step = after_failed_company_mail(Ambiguous("x"), attempt, lambda: 1)
            assert step.after == max(MAIL_DELAYS[attempt - 1], UNANSWERED_MAIL_REST)  # type: ignore[union-attr]


class TestLostAnswer:
    async def lost(self, room: MailRoom) -> tuple[Member, Letter]:
        """A mail that was taken, and the answer lost."""
        ana = await room.reader()
        room.carrier.get_into(Ambiguous)
        await room.news_of("TEA")
        [letter] = room.carried(ana)
        [(state, attempts, _, minutes)] = room.waiting()
        assert (state, attempts) == ("waiting", 1)
        assert minutes >= 10
        room.carrier.get_into(None)
        return ana, letter

    async def test_it_is_sent_again_where_nothing_was_reported(self, room: MailRoom) -> None:
        ana, letter = await self.lost(room)
        room.let_time_pass()
        await room.deliver()
        assert [one.id for one in room.carried(ana)] == [letter.id] * 2

    @pytest.mark.parametrize("state", [MessageState.SENT, MessageState.DELIVERED])
    async def test_it_is_not_sent_again_once_it_is_known_to_be_on_its_way(
        self, room: MailRoom, state: MessageState
    ) -> None:
        """Seen to fail with the reports not looked at before a try."""
        ana, letter = await self.lost(room)
        await room.report(MailReport(letter.id, state))
        room.let_time_pass()
        await room.deliver()
        assert len(room.carried(ana)) == 1
        assert room.waiting() == []
        assert await room.deliveries(ana) == [(state.value, None)]

    async def test_nor_by_the_servers_sender_when_the_companys_was_paused_since(self, room: MailRoom) -> None:
        """Seen to fail with the reports looked at by the company's own sender alone."""
        ana, letter = await self.lost(room)
        await room.switch_off()
        await room.report(MailReport(letter.id, MessageState.SENT))
        room.let_time_pass()
        await room.deliver()
        assert (len(room.carried(ana)), room.news.mails(ana)) == (1, [])
        assert await room.deliveries(ana) == [("sent", None)]

    async def test_nor_where_it_is_known_not_to_arrive(self, room: MailRoom) -> None:
        ana, letter = await self.lost(room)
        await room.report(MailReport(letter.id, MessageState.FAILED, "not sent on: Content"))
        room.let_time_pass()
        await room.deliver()
        assert len(room.carried(ana)) == 1
        assert await room.deliveries(ana) == [("failed", "not sent on: Content")]


class TestReports:
    async def mailed(self, room: MailRoom) -> tuple[Member, UUID]:
        ana = await room.reader()
        await room.news_of("TEA")
        return ana, room.carried(ana)[-1].id

    async def test_whatever_the_order_the_weightiest_remains(self, room: MailRoom) -> None:
        """Seen to fail with each report overwriting the one before."""
        ana, mail = await self.mailed(room)
        sent, delivered = MailReport(mail, MessageState.SENT), MailReport(mail, MessageState.DELIVERED)
        failed = MailReport(mail, MessageState.FAILED, "bounced: full")
        for reports, shown_as in (
            ([sent], ("sent", None)),
            ([delivered], ("delivered", None)),
            ([sent, sent], ("delivered", None)),
            ([sent, failed, delivered], ("failed", "bounced: full")),
            ([delivered], ("failed", "bounced: full")),
        ):
            await room.report(*reports)
            assert await room.deliveries(ana) == [shown_as]
        page = await ana.client.get_ok("/notification-deliveries", state="failed")
        assert len(page["items"]) == 1

    async def test_what_waits_says_why(self, room: MailRoom) -> None:
        ana, mail = await self.mailed(room)
        await room.report(MailReport(mail, MessageState.SENT, "deferred: 452 full"))
        assert await room.deliveries(ana) == [("sent", "deferred: 452 full")]
        await room.report(MailReport(mail, MessageState.DELIVERED))
        assert await room.deliveries(ana) == [("delivered", None)]

    async def test_a_company_reports_of_its_own_mails_only(self, room: MailRoom) -> None:
        ana, mail = await self.mailed(room)
        await room.report(MailReport(new_id(), MessageState.FAILED, BOUNCED, unwanted=True))
        other = (await open_shop(room.news.shop.database)).company_id
        await room.report(MailReport(mail, MessageState.FAILED, BOUNCED, unwanted=True), company=other)
        assert await room.deliveries(ana) == [("sent", None)]
        assert await room.news.shop.fetch("SELECT FROM mail_report") == []
        assert await room.news.shop.database.fetch(Scope(other), "SELECT FROM mail_report") == []

    @pytest.mark.parametrize(
        ("state", "why"), [(MessageState.FAILED, BOUNCED), (MessageState.DELIVERED, "its reader reported it as spam")]
    )
    async def test_an_address_that_is_dead_or_unwilling_gets_no_more_until_somebody_lifts_it(
        self, room: MailRoom, state: MessageState, why: str
    ) -> None:
        """Seen to fail with the block looked at neither when mails are written nor before they are handed over."""
        ana, mail = await self.mailed(room)
        report = MailReport(mail, state, why, unwanted=True)
        await room.report(report, report)
        admin = await room.news.member("admin")
        [block] = (await admin.client.get_ok("/blocked-addresses"))["items"]
        assert (block["address"], block["reason"]) == (ana.email, why)
        assert block["person"]
        await room.news.tell()
        assert [line for line in await admin.lines() if why in line]
        assert await self.by_mail(ana) == (False, True)
        await room.news.look("find_failing_channels")
        assert await self.by_mail(ana) == (False, True)
        await room.news_of("CUP")
        assert len(room.carried(ana)) == 1
        assert (await room.deliveries(ana))[0] == ("failed", f"mail to this address is blocked: {why}")
        assert (await ana.client.delete(f"/blocked-addresses/{block['id']}")).status_code == 403
        assert (await ana.client.delete("/me/mail-block")).status_code == 204
        assert (await ana.client.delete("/me/mail-block")).status_code == 204
        await room.report(report)  # says nothing new
        assert (await admin.client.get_ok("/blocked-addresses"))["items"] == []
        await room.news_of("BOX")
        assert len(room.carried(ana)) == 2
        assert (await self.by_mail(ana))[0]
        await room.news.look("find_failing_channels")
        assert await self.by_mail(ana) == (True, False)

    async def test_an_administrator_lifts_it_and_that_is_recorded(self, room: MailRoom) -> None:
        ana, mail = await self.mailed(room)
        await room.report(MailReport(mail, MessageState.FAILED, BOUNCED, unwanted=True))
        admin = await room.news.api.client("admin")
        [block] = (await admin.get_ok("/blocked-addresses"))["items"]
        assert (await admin.delete(f"/blocked-addresses/{block['id']}")).status_code == 204
        assert (await admin.delete(f"/blocked-addresses/{block['id']}")).status_code == 404
        rows = await room.news.shop.fetch(
            "SELECT action, actor_id FROM audit_entry WHERE company_id = %s AND subject_type = 'blocked_address' ORDER BY id",
            room.news.company,
        )
        assert rows == [("created", UUID(int=0)), ("deleted", room.news.api.users["admin"])]
        await room.news_of("CUP")
        assert len(room.carried(ana)) == 2

    async def test_another_address_is_not_blocked(self, room: MailRoom) -> None:
        """Seen to fail with the block kept for the person instead of the address the mail went to."""
        ana, mail = await self.mailed(room)
        await room.news.shop.fetch(
            "UPDATE app_user SET email = %s, proven_email = %s WHERE id = %s",
            "new@example.org",
            "new@example.org",
            ana.user_id,
        )
        await room.report(MailReport(mail, MessageState.FAILED, BOUNCED, unwanted=True))
        admin = await room.news.api.client("admin")
        [block] = (await admin.get_ok("/blocked-addresses"))["items"]
        assert (block["address"], block["person"]) == (ana.email, None)
        assert (await self.by_mail(ana))[0]

    async def by_mail(self, member: Member) -> tuple[bool, bool]:
        """Whether mail can come to them, and whether it fails, as they see it."""
        page = await member.client.get_ok("/notification-preferences")
        [channel] = [one for one in page["channels"] if one["channel"] == "mail"]
        assert channel["available"] or "/me/mail-block" in channel["reason"]
        return channel["available"], channel["failing"]


class TestOrders:
    async def test_an_order_goes_by_the_companys_sender_with_its_document_and_once(
        self, room: MailRoom, plugins: Plugins
    ) -> None:
        client = await room.news.api.client("manager")
        supplier = await acme(room.news.api, client)
        made = await to_send(client, supplier, "mail", address=VENTAS)
        async with dispatching(
            room.settings, room.news.shop.database, plugins, room.news.post.server.url
        ) as dispatcher:
            room.carrier.get_into(Ambiguous)
            await dispatcher.send(room.news.shop)
            [letter] = room.carrier.letters()
            assert (letter.mail.to, [file.media_type for file in letter.mail.files]) == (VENTAS, ["application/pdf"])
            assert (await shown(client, made))["sending"]["state"] == "waiting"
            room.carrier.get_into(None)
            await room.report(MailReport(letter.id, MessageState.SENT))
            await room.news.shop.fetch("UPDATE purchase_order_sending SET next_at = now() WHERE id = %s", letter.id)
            await dispatcher.send(room.news.shop)
        assert (await shown(client, made))["sending"]["state"] == "accepted"
        assert len(room.carrier.letters()) == 1
        assert room.news.post.server.all_to(VENTAS) == []

    async def test_one_that_comes_back_is_told_and_the_next_is_refused_until_the_block_is_lifted(
        self, room: MailRoom, plugins: Plugins
    ) -> None:
        """Seen to fail with the block not looked at before a try."""
        client, admin = await room.news.api.client("manager"), await room.news.member("admin")
        supplier = await acme(room.news.api, client)
        await to_send(client, supplier, "mail", address=VENTAS)
        async with dispatching(
            room.settings, room.news.shop.database, plugins, room.news.post.server.url
        ) as dispatcher:
            await dispatcher.send(room.news.shop)
            [letter] = room.carrier.letters()
            await room.report(*[MailReport(letter.id, MessageState.FAILED, BOUNCED, unwanted=True)] * 2)
            await room.report(MailReport(letter.id, MessageState.FAILED, BOUNCED, unwanted=True))
            await room.news.tell()
            assert [line for line in await admin.lines() if "v…@acme.example" in line and BOUNCED in line]
            again = await deed(client, await approved(client), "send")
            await dispatcher.send(room.news.shop)
            problem = (await shown(client, again))["sending"]
            assert (problem["state"], problem["problem"]) == ("refused", f"mail to this address is blocked: {BOUNCED}")
            [block] = (await admin.client.get_ok("/blocked-addresses"))["items"]
            assert (block["address"], block["person"]) == (VENTAS, None)
            await admin.client.delete(f"/blocked-addresses/{block['id']}")
            await deed(client, again, "send")
            await dispatcher.send(room.news.shop)
        assert len(room.carrier.letters()) == 2
