"""What every `MailSender` does. A plugin's suite subclasses the contract and gives it the other side to work on."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from core.domain.ids import new_id
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

ADDRESS = "ana.canary@example.org"
FILE = MailFile("orden-de-compra-17.pdf", "application/pdf", b"%PDF-1.7 " + bytes(range(256)) * 40)
MAIL = Mail(
    ADDRESS,
    'Stock bajo (2): Té "verde" – ñandú 茶',
    "Buen día, Ana:\n\nhttps://pirwa.example/?a=1&b=2\n.\n<b>Ñandú</b> ✓ {name}\n",
    "compras@example.org",
)


class PostOffice(Protocol):
    """Whom a sender talks to, as far as the contract must arrange it and look at it."""

    @property
    def sender(self) -> MailSender:
        """The sender under test, connected to this office."""
        ...

    @property
    def refusals(self) -> Sequence[type[PortFailure]]:
        """The failures that its refusals can mean."""
        ...

    @property
    def secrets(self) -> Sequence[str]:
        """What the sender knows and nobody may be told."""
        ...

    def took(self) -> Sequence[tuple[str, Mail]]:
        """Every mail that it carries on, in the order in which they came, with the name that tells it from others, and a repeat from
        nothing."""
        ...

    def refuse(self, failure: type[PortFailure] | None) -> None:
        """From now on it answers everything in the way that means this failure, or as it should. `Ambiguous`: it takes the mail and is
        gone before it has said so."""
        ...


class MailSenderContract:
    """Subclass it and override `office`."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def office(self) -> PostOffice:
        raise NotImplementedError("a suite gives the office that its sender talks to")

    async def test_a_mail_arrives_word_for_word_and_is_one_mail(self, office: PostOffice) -> None:
        await office.sender.send(new_id(), MAIL)
        assert [mail for _, mail in office.took()] == [MAIL]

    async def test_without_an_address_for_answers_it_has_none(self, office: PostOffice) -> None:
        mail = Mail(ADDRESS, "s", "t\n")
        await office.sender.send(new_id(), mail)
        assert [taken for _, taken in office.took()] == [mail]

    async def test_files_arrive_whole(self, office: PostOffice) -> None:
        mail = Mail(
            MAIL.to, MAIL.subject, MAIL.text, files=(FILE, MailFile("lista.csv", "text/csv", b"a;b\r\n1;2\r\n"))
        )
        await office.sender.send(new_id(), mail)
        assert [taken.files for _, taken in office.took()] == [mail.files]

    async def test_a_repeat_bears_the_name_of_the_first_and_another_mail_another(self, office: PostOffice) -> None:
        mail_id = new_id()
        for one in (mail_id, mail_id, new_id()):
            await office.sender.send(one, MAIL)
        first, repeat, other = (name for name, _ in office.took())
        assert first == repeat != other

    @pytest.mark.parametrize("failure", [AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient])
    async def test_a_refusal_is_named_by_its_kind_and_the_mail_can_be_sent_later(
        self, office: PostOffice, failure: type[PortFailure]
    ) -> None:
        if failure not in office.refusals:
            pytest.skip("this office never refuses in that way")
        office.refuse(failure)
        with pytest.raises(failure) as raised:
            await office.sender.send(new_id(), MAIL)
        self._says_nothing(office, raised.value)
        if isinstance(raised.value, RateLimited):
            assert raised.value.after.total_seconds() > 0
        assert list(office.took()) == []
        office.refuse(None)
        await office.sender.send(new_id(), MAIL)
        assert len(office.took()) == 1

    async def test_what_may_have_been_taken_is_said_to_be_so(self, office: PostOffice) -> None:
        office.refuse(Ambiguous)
        with pytest.raises(Ambiguous) as raised:
            await office.sender.send(new_id(), MAIL)
        self._says_nothing(office, raised.value)
        assert len(office.took()) == 1

    async def test_a_check_finds_wrong_credentials_and_sends_nothing(self, office: PostOffice) -> None:
        await office.sender.check()
        office.refuse(AuthFailed)
        with pytest.raises(AuthFailed) as raised:
            await office.sender.check()
        self._says_nothing(office, raised.value)
        assert list(office.took()) == []

    @staticmethod
    def _says_nothing(office: PostOffice, failure: PortFailure) -> None:
        """Neither of whom the mail is for, nor of what is secret. The other side's own words, which may say either, go no further."""
        said = f"{failure} {failure.__cause__}"
        assert not [word for word in (MAIL.to, str(MAIL.reply_to), *office.secrets) if word in said]
