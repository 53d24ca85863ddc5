"""A real mail server for tests, and the worker's mail turn on the test database.

async with post_office(settings) as post:
    await client.post("/api/v1/...")
    mail = await post.mail_to("ana@example.org")
    await client.post(mail.link, ...)
"""

import asyncio
import re
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from adapters.postgres.engine import Database
from adapters.postgres.mail import PostgresMailQueue
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.settings import Settings
from apps.worker.mailing import Mailer

SENDER = "no-reply@pirwa.test"
SECONDS = 20.0  # until a test takes a mail to be lost


@dataclass(frozen=True)
class Received:
    """A mail as it arrived."""

    message: EmailMessage
    sender: str
    recipients: tuple[str, ...]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """With line ends as they were written."""
        written = self.message.get_body(("plain",))
        assert written is not None
        return str(written.get_content()).replace("\r\n", "\n")

    @property
    def files(self) -> list[tuple[str, str, bytes]]:
        """What goes with it: names, media types, contents."""
        return [
            (str(one.get_filename()), one.get_content_type(), bytes(one.get_payload(decode=True)))
            for one in self.message.iter_attachments()
        ]

    @property
    def link(self) -> str:
        """The first link in it."""
        found = re.search(r"https?://\S+", self.text)
        assert found, self.text
        return found[0]


class _Listener(Controller):
    """Learns its port from the system."""

    def _trigger_server(self) -> None:
        sockets: Any = getattr(self.server, "sockets", ())
        self.port = sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class MailServer:
    """Keeps what it is sent, on a port of its own. With a `user` it wants that one with `password` to sign in; with `tls` it
    offers STARTTLS, or speaks nothing but TLS from the start if `at_once`. `refusals` are answers to recipients that it does
    not take, such as `550 no such mailbox`; `after_data` is what it says of a mail that it has got; where it
    `hangs_up` it says nothing then and is gone."""

    def __init__(
        self,
        *,
        user: str | None = None,
        password: str = "",
        tls: ssl.SSLContext | None = None,
        at_once: bool = False,
    ) -> None:
        self.received: list[Received] = []
        self.refusals: dict[str, str] = {}
        self.after_data = "250 OK"
        self.hangs_up = False
        self.password = password
        self._user = user
        self._news = threading.Condition()
        self._taken: set[int] = set()
        self._listener = _Listener(
            self,
            "127.0.0.1",
            0,
            server_hostname="mail.test",
            ssl_context=tls if at_once else None,
            tls_context=None if at_once else tls,
            authenticator=self._authenticate,
            auth_required=False,
            auth_require_tls=tls is not None and not at_once,
        )

    def __enter__(self) -> "MailServer":
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.stop()

    @property
    def port(self) -> int:
        return int(self._listener.port)

    @property
    def url(self) -> str:
        """What the setting `smtp_url` says of it."""
        credentials = f"{self._user}:{self.password}@" if self._user else ""
        return f"smtp://{credentials}127.0.0.1:{self.port}"

    async def next_to(self, address: str, seconds: float = SECONDS) -> Received:
        """The oldest mail to the address that no earlier call has answered, as soon as it is there."""
        return await asyncio.to_thread(self._wait_for, address, seconds)

    def all_to(self, address: str) -> list[Received]:
        """What has come for the address."""
        return [one for one in self.received if address in one.recipients]

    def _wait_for(self, address: str, seconds: float) -> Received:
        with self._news:
            if not self._news.wait_for(lambda: self._untaken(address) is not None, seconds):
                raise TimeoutError(
                    f"no mail came to {address}; others did to {[one.recipients for one in self.received]}"
                )
            place = self._untaken(address)
            assert place is not None
            self._taken.add(place)
            return self.received[place]

    def _untaken(self, address: str) -> int | None:
        for place, one in enumerate(self.received):
            if place not in self._taken and address in one.recipients:
                return place
        return None

    # What aiosmtpd calls, in a thread of its own.

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._user is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if refusal := self.refusals.get(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=default)
        with self._news:
            self.received.append(Received(message, envelope.mail_from, tuple(envelope.rcpt_tos)))
            self._news.notify_all()
        if self.hangs_up:
            server.transport.abort()
        return self.after_data

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == (self._user, self.password)
        return AuthResult(
            success=right, handled=False
        )  # where it is handled, aiosmtpd answers a wrong one with nothing


@dataclass
class PostOffice:
    """A mail server, and the worker that brings it what waits."""

    server: MailServer
    mailer: Mailer

    async def deliver(self) -> None:
        """The worker's turn, until nothing is due."""
        while await self.mailer.deliver():
            pass

    async def mail_to(self, address: str) -> Received:
        """Delivers what waits. The oldest mail to the address that was not asked for before."""
        await self.deliver()
        return await self.server.next_to(address)


@asynccontextmanager
async def post_office(settings: Settings) -> AsyncIterator[PostOffice]:
    """Delivers the mails of an application with these settings."""
    assert settings.database_url is not None
    dispatch = Database(settings.database_url, role="pirwa_dispatch", size=4)
    await dispatch.open()
    with MailServer() as server:
        queue = PostgresMailQueue(dispatch, key_ring(settings.secret_keys, settings.data))
        yield PostOffice(server, Mailer(queue, SmtpTransport(read_server(server.url), SENDER)))
    await dispatch.close()
