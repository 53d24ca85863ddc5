"""Mail from its posting to its arrival: nothing is lost, nothing is readable on the way, and failures end where they should."""

import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import psycopg
import pytest
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database, Scope
from adapters.postgres.mail import PostgresMailbox, PostgresMailQueue
from adapters.postgres.uow import PostgresRun
from adapters.postgres.upkeep import PostgresUpkeep
from adapters.secrets.key_ring import KeyRing
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.ioc.built_in import BUILT_IN
from apps.settings import Settings
from apps.worker.jobs import DEAD_MAIL_AGE
from apps.worker.mailing import BATCH, LEASE, SEND_SECONDS, Mailer, NoMailing, OutgoingMail
from apps.worker.main import outgoing_mail, working
from apps.worker.retries import MAIL_DELAYS, GiveUp, TryAgain, after_failed_mail
from core.domain.access import Actor
from core.domain.errors import Conflict
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, Transient
from core.ports.mail import Mail, MailFile
from core.ports.storage import UnitOfWork
from tests.mail_server import SENDER, MailServer
from tests.shop import Shop
from tests.way_out import AUDIT_KEY, SECONDS

pytestmark = pytest.mark.anyio

KEY = bytes(range(1, 33))
SEALING = KeyRing({"1": KEY})
ANA = "ana.canary@example.org"
MAIL = Mail(ANA, "Cree una contraseña nueva", "https://pirwa.example/reset?canary", "luis.canary@example.org")


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Sees all that is stored. At first no mail waits."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM mail")
        yield connection


@pytest.fixture
async def dispatch(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, role="pirwa_dispatch")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def mailbox(owner: psycopg.Connection, database: Database) -> PostgresMailbox:
    return PostgresMailbox(database, SEALING)


def mailer(dispatch: Database, smtp_url: str, sealing: KeyRing = SEALING) -> Mailer:
    return Mailer(PostgresMailQueue(dispatch, sealing), SmtpTransport(read_server(smtp_url), SENDER))


def stored(owner: psycopg.Connection) -> list[tuple[object, ...]]:
    """How the mails in the table stand, the oldest first."""
    return owner.execute(
        "SELECT state, attempts, last_error, next_at > now(), lease_token IS NULL FROM mail ORDER BY created_at"
    ).fetchall()


def let_time_pass(owner: psycopg.Connection) -> None:
    """All that is to be tried later is due."""
    owner.execute("UPDATE mail SET next_at = now() WHERE state = 'waiting'")


class TestAtRest:
    async def test_nothing_of_a_mail_can_be_read_from_the_database(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection
    ) -> None:
        """Seen to fail with the content stored as it is."""
        await mailbox.post(MAIL)
        [(row,)] = owner.execute("SELECT mail::text FROM mail").fetchall()
        for canary in ("canary", "example", "pirwa", "Cree"):
            assert canary not in row

    async def test_who_serves_requests_can_post_but_not_look(
        self, database: Database, mailbox: PostgresMailbox
    ) -> None:
        """Seen to fail with the grant of SELECT on all tables left as it was."""
        await mailbox.post(MAIL)
        for statement in ("SELECT id FROM mail", "UPDATE mail SET content = ''", "DELETE FROM mail"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await database.fetch(Scope(), statement)

    async def test_a_content_moved_to_another_row_is_not_sent_from_there(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database, server: MailServer
    ) -> None:
        """Seen to fail with one place for all mails."""
        await mailbox.post(MAIL)
        owner.execute("UPDATE mail SET id = new_id()")
        await mailer(dispatch, server.url).deliver()
        assert server.received == []
        assert stored(owner) == [("waiting", 1, "the key that sealed it is missing", True, True)]


class TestUnitOfWork:
    async def test_a_mail_goes_with_the_commit_or_not_at_all(self, shop: Shop, owner: psycopg.Connection) -> None:
        run = PostgresRun(shop.database, SEALING)

        async def write(uow: UnitOfWork, actor: Actor, refused: bool) -> None:
            await uow.mail.post(MAIL)
            if refused:
                raise Conflict("refused")

        with pytest.raises(Conflict):
            await run(write, shop.admin, True)
        assert stored(owner) == []
        await run(write, shop.admin, False)
        assert stored(owner) == [("waiting", 0, None, False, True)]

    async def test_without_keys_none_is_posted(self, shop: Shop, owner: psycopg.Connection) -> None:
        async def write(uow: UnitOfWork, actor: Actor, command: None) -> None:
            await uow.mail.post(MAIL)

        with pytest.raises(RuntimeError, match="keys"):
            await PostgresRun(shop.database)(write, shop.admin, None)
        assert stored(owner) == []


class TestDelivery:
    async def test_the_worker_delivers_what_is_posted_and_forgets_it(
        self, database_url: str, mailbox: PostgresMailbox, owner: psycopg.Connection, server: MailServer
    ) -> None:
        """Seen to fail when the worker did not ask whether mails are due."""
        outgoing = OutgoingMail(SEALING, SmtpTransport(read_server(server.url), SENDER))
        plugins = load_plugins([], "0.1")
        async with (
            working(database_url, plugins, InMemoryBroker(), AUDIT_KEY, outgoing, poll_seconds=0.05),
            asyncio.timeout(SECONDS),
        ):
            await mailbox.post(MAIL)
            came = await server.next_to(ANA)
            assert (came.subject, came.link) == (MAIL.subject, MAIL.text)
            while stored(owner):  # noqa: ASYNC110 - what the worker does in the database sets no event here
                await asyncio.sleep(0.01)
        assert len(server.received) == 1

    async def test_files_wait_sealed_with_their_mail_and_arrive_whole(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database, server: MailServer
    ) -> None:
        file = MailFile("canary.pdf", "application/pdf", b"%PDF canary" + bytes(range(256)) * 1_000)
        await mailbox.post(Mail(ANA, "s", "t", files=(file,)))
        [(row,)] = owner.execute("SELECT mail::text FROM mail").fetchall()
        assert "canary" not in row
        await mailer(dispatch, server.url).deliver()
        came = await server.next_to(ANA)
        assert (came.text.strip(), came.files) == ("t", [(file.name, file.media_type, file.content)])

    async def test_workers_at_once_send_each_mail_once(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database, server: MailServer
    ) -> None:
        """Seen to fail with mails that stay due while they are being sent."""
        names = [f"reader{number}@example.org" for number in range(3 * BATCH)]
        for name in names:
            await mailbox.post(Mail(name, "s", "t"))
        workers = [mailer(dispatch, server.url) for _ in range(4)]
        while any(await asyncio.gather(*(worker.deliver() for worker in workers))):
            pass
        assert sorted(one.recipients[0] for one in server.received) == sorted(names)
        assert stored(owner) == []

    async def test_a_worker_that_dies_after_sending_leaves_a_repeat_that_can_be_told(
        self,
        mailbox: PostgresMailbox,
        owner: psycopg.Connection,
        dispatch: Database,
        server: MailServer,
        database_url: str,
    ) -> None:
        await mailbox.post(MAIL)
        arguments = ["-m", "tests.apps.doomed_mailer", database_url, server.url, SENDER, KEY.hex()]
        process = await asyncio.to_thread(subprocess.run, [sys.executable, *arguments], timeout=SECONDS, check=False)
        assert process.returncode == -signal.SIGKILL
        assert len(server.received) == 1
        await mailer(dispatch, server.url).deliver()
        first, repeat = [one.message for one in server.all_to(ANA)]
        assert first["Message-ID"] == repeat["Message-ID"]
        assert first.as_bytes() == repeat.as_bytes()
        assert stored(owner) == []

    def test_the_lease_outlasts_the_sending(self) -> None:
        assert timedelta(seconds=SEND_SECONDS) < LEASE


class TestFailure:
    async def test_with_wrong_credentials_mails_are_kept_until_they_are_right(
        self,
        mailbox: PostgresMailbox,
        owner: psycopg.Connection,
        dispatch: Database,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Seen to fail with a failure of credentials that ends the mail."""
        caplog.set_level(logging.INFO, "apps")
        with MailServer(user="pirwa", password="right") as server:
            await mailbox.post(MAIL)
            wrong = mailer(dispatch, server.url.replace("right", "wrong_canary"))
            await wrong.deliver()
            words = "the mail server does not accept our credentials (535)"
            assert stored(owner) == [("waiting", 1, words, True, True)]
            right = mailer(dispatch, server.url)
            await right.deliver()
            assert server.received == []  # it is not due yet
            let_time_pass(owner)
            await right.deliver()
            assert (await server.next_to(ANA)).link == MAIL.text
        assert stored(owner) == []
        assert words in caplog.text
        assert "canary" not in caplog.text

    async def test_a_reader_who_is_refused_for_good_is_not_tried_again(
        self,
        mailbox: PostgresMailbox,
        owner: psycopg.Connection,
        dispatch: Database,
        server: MailServer,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        server.refusals = {ANA: f"550 5.1.1 {ANA} is unknown"}
        await mailbox.post(MAIL)
        await mailbox.post(Mail("luis@example.org", "s", "t"))
        worker = mailer(dispatch, server.url)
        await worker.deliver()
        words = "the mail server refuses this mail for good (550)"
        assert stored(owner) == [("dead", 1, words, False, True)]
        assert len(server.all_to("luis@example.org")) == 1
        server.refusals = {}
        let_time_pass(owner)
        await worker.deliver()
        assert server.all_to(ANA) == []
        assert [record.levelname for record in caplog.records if words in record.message] == ["ERROR"]
        assert "canary" not in caplog.text

    async def test_a_server_that_is_away_for_days_costs_the_mail(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database
    ) -> None:
        with MailServer() as server:
            worker = mailer(dispatch, server.url)
        await mailbox.post(MAIL)
        for attempt in range(1, len(MAIL_DELAYS) + 2):
            [(state, attempts, *_)] = stored(owner)
            assert (state, attempts) == ("waiting", attempt - 1)
            let_time_pass(owner)
            await worker.deliver()
        [(state, attempts, error, *_)] = stored(owner)
        assert (state, attempts) == ("dead", len(MAIL_DELAYS) + 1)
        assert str(error).startswith("the mail server cannot be reached")

    async def test_a_mail_during_which_every_worker_died_is_given_up_unsent(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database, server: MailServer
    ) -> None:
        """Seen to fail without the count of tries that never came back: it was tried for ever."""
        await mailbox.post(MAIL)
        owner.execute("UPDATE mail SET attempts = %s", (len(MAIL_DELAYS) + 1,))
        await mailer(dispatch, server.url).deliver()
        assert server.received == []
        assert stored(owner) == [("dead", len(MAIL_DELAYS) + 2, "the worker ended during every try", False, True)]

    async def test_with_its_key_lost_a_mail_waits_for_the_key(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, dispatch: Database, server: MailServer
    ) -> None:
        await mailbox.post(MAIL)
        await mailer(dispatch, server.url, KeyRing({"2": KEY})).deliver()
        assert stored(owner) == [("waiting", 1, "the key that sealed it is missing", True, True)]
        let_time_pass(owner)
        await mailer(dispatch, server.url, KeyRing({"2": bytes(32), "1": KEY})).deliver()
        assert (await server.next_to(ANA)).link == MAIL.text

    @pytest.mark.promise("B14")
    async def test_dead_mails_are_forgotten_after_a_month_and_waiting_ones_never(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, database: Database, dispatch: Database
    ) -> None:
        for state, days in (("dead", 31), ("dead", 29), ("waiting", 31)):
            await mailbox.post(MAIL)
            owner.execute(
                "UPDATE mail SET state = %s, next_at = now() - %s * interval '1 day' WHERE attempts = 0", (state, days)
            )
            owner.execute("UPDATE mail SET attempts = %s WHERE attempts = 0", (days,))
        await PostgresUpkeep(database, dispatch).forget_mail(DEAD_MAIL_AGE)
        assert [row[:2] for row in stored(owner)] == [("dead", 29), ("waiting", 31)]

    def test_tries_come_to_an_end_after_some_days(self) -> None:
        steps = [after_failed_mail(Transient("x"), attempt, lambda: 1) for attempt in range(1, len(MAIL_DELAYS) + 2)]
        assert steps == [*(TryAgain(delay) for delay in MAIL_DELAYS), GiveUp()]
        assert timedelta(days=3) < sum(MAIL_DELAYS, timedelta()) < timedelta(days=5)
        assert list(MAIL_DELAYS) == sorted(MAIL_DELAYS)

    @pytest.mark.parametrize("error", [AuthFailed("x"), Misconfigured("x"), Transient("x"), ValueError("x")])
    def test_only_a_refusal_for_good_ends_a_mail_at_once(self, error: Exception) -> None:
        assert isinstance(after_failed_mail(error, 1), TryAgain)
        assert after_failed_mail(PermanentlyRejected("x"), 1) == GiveUp()


class TestWithoutServer:
    async def test_mails_wait_and_the_log_says_so_once(
        self, mailbox: PostgresMailbox, owner: psycopg.Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        nowhere = NoMailing()
        await mailbox.post(MAIL)
        assert not await nowhere.deliver()
        assert not await nowhere.deliver()
        assert caplog.text.count("PIRWA_SMTP_URL") == 1
        assert stored(owner) == [("waiting", 0, None, False, True)]

    def test_both_a_server_and_a_sender_are_needed(self, settings: Settings) -> None:
        here = settings.data
        plugins = load_plugins([], "0.1", built_in=BUILT_IN)
        half = (Settings(data=here, smtp_url="smtp://localhost"), Settings(data=here, mail_from=SENDER), settings)
        assert [outgoing_mail(one, plugins).transport for one in half] == [None, None, None]
        whole = Settings(data=here, smtp_url="smtp://localhost", mail_from=SENDER)
        assert isinstance(outgoing_mail(whole, plugins).transport, SmtpTransport)
        for url, sender in (("http://u:canary@localhost", SENDER), ("smtp://u:canary@localhost", "nobody")):
            with pytest.raises(ValueError, match="mail") as refused:
                outgoing_mail(Settings(data=here, smtp_url=url, mail_from=sender), plugins)
            assert "canary" not in str(refused.value)
