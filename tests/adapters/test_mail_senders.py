"""What carries mails keeps the contract that every plugin for it must keep."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from core.domain.mail import Mail, MailFile
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.mail import MailSender
from core.testing.contracts.mail_sender import ADDRESS, MailSenderContract, PostOffice
from core.testing.fakes.mail import InMemoryMailSender
from core.testing.plugin_context import plugin_context
from tests.mail_server import SENDER, MailServer, Received
from tests.plugins.mail_folder.src.mail_folder.carrier import CarrierSettings, FolderCarrier, MailFolder

PASSWORD = "canary right"


class OfficeInMemory:
    refusals = (AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient)
    secrets = ()

    def __init__(self) -> None:
        self._fake = InMemoryMailSender()

    @property
    def sender(self) -> MailSender:
        return self._fake

    def took(self) -> Sequence[tuple[str, Mail]]:
        return [(str(mail_id), mail) for mail_id, mail in self._fake.sent]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        if failure is RateLimited:
            self._fake.trouble = RateLimited(timedelta(seconds=2))
        else:
            self._fake.trouble = failure("no") if failure else None


class OfficeInFolder:
    refusals = OfficeInMemory.refusals
    secrets = ()

    def __init__(self, folder: Path) -> None:
        self._folder = MailFolder(folder)
        self._sender = FolderCarrier(plugin_context(CarrierSettings(folder=str(folder))))

    @property
    def sender(self) -> MailSender:
        return self._sender

    def took(self) -> Sequence[tuple[str, Mail]]:
        return [(str(letter.id), letter.mail) for letter in self._folder.letters()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._folder.get_into(failure)


class OfficeBySmtp:
    """A mail server tells no sender that it is set up wrongly, and asks nobody to wait for a while: both are passing refusals."""

    refusals = (AuthFailed, PermanentlyRejected, Transient)
    secrets = (PASSWORD,)

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._sender = SmtpTransport(read_server(server.url), SENDER)

    @property
    def sender(self) -> MailSender:
        return self._sender

    def took(self) -> Sequence[tuple[str, Mail]]:
        return [(str(one.message["Message-ID"]), _read(one)) for one in self._server.received]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        answers = {PermanentlyRejected: f"550 5.1.1 {ADDRESS} is unknown", Transient: f"452 4.2.2 {ADDRESS} is full"}
        self._server.refusals = {ADDRESS: answers[failure]} if failure in answers else {}
        self._server.password = "another" if failure is AuthFailed else PASSWORD
        self._server.hangs_up = failure is Ambiguous


def _read(one: Received) -> Mail:
    [to] = one.recipients
    reply_to = one.message["Reply-To"]
    files = tuple(MailFile(*file) for file in one.files)
    return Mail(to, one.subject, one.text, str(reply_to) if reply_to else None, files)


class TestInMemory(MailSenderContract):
    @pytest.fixture
    def office(self) -> PostOffice:
        return OfficeInMemory()


class TestInFolder(MailSenderContract):
    @pytest.fixture
    def office(self, tmp_path: Path) -> PostOffice:
        return OfficeInFolder(tmp_path)


class TestBySmtp(MailSenderContract):
    """Seen to fail with a connection that is lost while the mail is handed over taken for a passing refusal."""

    @pytest.fixture
    def office(self) -> Iterator[PostOffice]:
        with MailServer(user="pirwa", password=PASSWORD) as server:
            yield OfficeBySmtp(server)
