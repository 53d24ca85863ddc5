"""Mails by SMTP, against a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

import pytest

from adapters.smtp.server import Security, SmtpServer, read_server
from adapters.smtp.transport import SmtpTransport
from core.domain.ids import new_id
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, Transient
from core.ports.mail import Mail
from tests.certificates import a_certificate, presented, trusting
from tests.mail_server import SENDER, MailServer

pytestmark = pytest.mark.anyio

ANA = "ana@example.org"
MAIL = Mail(
    ANA,
    "Cree una contraseña nueva",
    "Buen día, Ana:\n\nhttps://pirwa.example/?a=1&b=2\n.\nÑandú ✓\n",
    "luis@example.org",
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def transport(server: MailServer) -> SmtpTransport:
    return SmtpTransport(read_server(server.url), SENDER)


async def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    await transport(server).send(new_id(), MAIL)
    came = await server.next_to(ANA)
    assert came.sender == SENDER
    assert came.recipients == (ANA,)
    assert (came.subject, came.text) == (MAIL.subject, MAIL.text)
    assert came.link == "https://pirwa.example/?a=1&b=2"
    headers = {name: str(came.message[name]) for name in ("From", "To", "Reply-To", "Auto-Submitted", "Content-Type")}
    assert headers == {
        "From": f"Pirwa <{SENDER}>",
        "To": ANA,
        "Reply-To": "luis@example.org",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
    }


async def test_what_travels_is_ascii_for_servers_that_know_nothing_else(server: MailServer) -> None:
    await transport(server).send(new_id(), MAIL)
    assert (await server.next_to(ANA)).message.as_bytes().isascii()


async def test_a_repeat_is_the_same_mail(server: MailServer) -> None:
    """Seen to fail with the date of the sending, and with the Message-ID that the library makes."""
    mail_id = UUID(int=new_id().int - (3_600_000 << 80))  # of an hour ago
    for _ in range(2):
        await transport(server).send(mail_id, MAIL)
    await transport(server).send(new_id(), MAIL)
    first, repeat, other = [one.message for one in server.all_to(ANA)]
    assert first.as_bytes() == repeat.as_bytes()
    assert first["Message-ID"] == f"<{mail_id}@pirwa.test>"
    assert first["Message-ID"] != other["Message-ID"]
    age = datetime.now(UTC) - parsedate_to_datetime(str(first["Date"]))
    assert timedelta(minutes=59) < age < timedelta(minutes=61)


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org, luis@example.org",
        "Ana <ana@example.org>",
        "ana@example.org> SIZE=1",
        "ana@example.org (luis@example.org)",
        "ana",
        "",
        "ñandú@example.org",
        "ana@ñandú.example",
    ],
)
async def test_an_address_is_one_address_or_nothing_is_sent(server: MailServer, address: str) -> None:
    """Seen to fail with the text put into the header as it is: the first was a list of two readers."""
    for mail in (Mail(address, "s", "t"), Mail(ANA, "s", "t", reply_to=address)):
        with pytest.raises(PermanentlyRejected):
            await transport(server).send(new_id(), mail)
    assert server.received == []


async def test_what_refuses_a_reader_for_good_is_told_from_what_may_pass(server: MailServer) -> None:
    """Seen to fail with every refusal taken for a passing one: an address that does not exist was tried for days."""
    server.refusals = {
        "gone@example.org": "550 5.1.1 gone@example.org is unknown",
        "full@example.org": "452 4.2.2 full",
    }
    for address, failure in (("gone@example.org", PermanentlyRejected), ("full@example.org", Transient)):
        with pytest.raises(failure) as refused:
            await transport(server).send(new_id(), Mail(address, "s", "t"))
        assert address not in str(refused.value)
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("credentials", ["", "pirwa:wrong@"])
async def test_wrong_credentials_are_ours_to_mend(credentials: str) -> None:
    with MailServer(user="pirwa", password="canary") as server:
        address = f"smtp://{credentials}127.0.0.1:{server.port}"
        with pytest.raises(AuthFailed) as refused:
            await SmtpTransport(read_server(address), SENDER).send(new_id(), MAIL)
        assert "wrong" not in str(refused.value)
        await transport(server).send(new_id(), MAIL)
        assert len(server.all_to(ANA)) == 1


async def test_a_server_that_is_away_may_come_back() -> None:
    with MailServer() as server:
        away = transport(server)
    with pytest.raises(Transient):
        await away.send(new_id(), MAIL)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_certificate(tmp_path_factory.mktemp("tls"))


class TestTls:
    async def test_starttls_protects_what_is_sent(self, certificate: Path) -> None:
        with MailServer(user="pirwa", password="secret", tls=presented(certificate)) as server:
            named = SmtpServer("127.0.0.1", server.port, Security.STARTTLS, "pirwa", "secret")
            await SmtpTransport(named, SENDER, tls=trusting(certificate)).send(new_id(), MAIL)
            assert (await server.next_to(ANA)).text == MAIL.text

    async def test_a_server_of_tls_alone(self, certificate: Path) -> None:
        with MailServer(tls=presented(certificate), at_once=True) as server:
            named = SmtpServer("127.0.0.1", server.port, Security.TLS)
            await SmtpTransport(named, SENDER, tls=trusting(certificate)).send(new_id(), MAIL)
            assert (await server.next_to(ANA)).text == MAIL.text

    async def test_nothing_goes_to_a_server_that_does_not_encrypt_where_it_must(self, server: MailServer) -> None:
        """Seen to fail with STARTTLS used where it is offered."""
        named = SmtpServer("127.0.0.1", server.port, Security.STARTTLS)
        with pytest.raises(Misconfigured):
            await SmtpTransport(named, SENDER).send(new_id(), MAIL)
        assert server.received == []

    @pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
    async def test_nothing_goes_to_a_server_that_nobody_vouches_for(
        self, certificate: Path, security: Security
    ) -> None:
        with MailServer(tls=presented(certificate), at_once=security is Security.TLS) as server:
            with pytest.raises((Misconfigured, Transient)):
                await SmtpTransport(SmtpServer("127.0.0.1", server.port, security), SENDER).send(new_id(), MAIL)
            assert server.received == []


class TestServerUrl:
    @pytest.mark.parametrize(
        ("url", "server"),
        [
            ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, Security.STARTTLS)),
            ("smtp://10.0.0.5:25", SmtpServer("10.0.0.5", 25, Security.STARTTLS)),
            ("smtp://localhost", SmtpServer("localhost", 25, Security.NONE)),
            ("smtp://[::1]:2525/", SmtpServer("::1", 2525, Security.NONE)),
            ("smtps://mail.example.org", SmtpServer("mail.example.org", 465, Security.TLS)),
            ("smtps://localhost", SmtpServer("localhost", 465, Security.TLS)),
            (
                "smtp://a%40b.example:p%2Fw%3A@mail.example.org:2587",
                SmtpServer("mail.example.org", 2587, Security.STARTTLS, "a@b.example", "p/w:"),
            ),
        ],
    )
    def test_what_it_says(self, url: str, server: SmtpServer) -> None:
        assert read_server(url) == server

    @pytest.mark.parametrize(
        "url",
        [
            "http://u:canary@mail.example.org",
            "smtp://u:canary@",
            "smtp://u:canary@mail.example.org:port",
            "smtp://u:canary@mail.example.org:99999",
            "smtp://u:canary@mail.example.org/path",
            "smtp://u:canary@mail.example.org?tls=off",
            "smtp://u:canary@[mail",
        ],
    )
    def test_what_it_cannot_be_is_refused_without_repeating_it(self, url: str) -> None:
        with pytest.raises(ValueError, match="mail server") as refused:
            read_server(url)
        assert "canary" not in str(refused.value)
        assert refused.value.__cause__ is None

    def test_credentials_are_not_shown(self) -> None:
        assert "canary" not in repr(read_server("smtp://canary:canary@mail.example.org"))

    @pytest.mark.parametrize("sender", ["", "pirwa", "a@b.example, c@d.example", "ñ@example.org"])
    def test_a_sender_is_a_mail_address(self, sender: str) -> None:
        with pytest.raises(ValueError, match="sender"):
            SmtpTransport(SmtpServer("localhost", 25, Security.NONE), sender)
