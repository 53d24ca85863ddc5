"""The contact form: what anybody may write to whoever operates the server."""

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from core.domain.errors import NotFound, refuse_if
from core.domain.letters import Letter, letter
from core.domain.mail import address_fault, one_line
from core.domain.text import text_fault, tidy
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.mail import Mailbox

LONGEST_NAME = 120
LONGEST_SUBJECT = 150
LONGEST_MESSAGE = 5_000
LIMIT_OF_PEER = 5
LIMIT_OF_ALL = 60
HOUR = timedelta(hours=1)

_BEGINNING = 60  # characters of the message, where no subject is given


class SendMessage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A message to whoever operates the server. `locale` says in which language its frame is written: es or en."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    email: Annotated[str, Meta(min_length=1, max_length=254, examples=["ana@example.org"])]
    message: Annotated[str, Meta(min_length=1, max_length=LONGEST_MESSAGE)]
    subject: Annotated[str, Meta(max_length=LONGEST_SUBJECT)] = ""
    locale: Annotated[str, Meta(min_length=2, max_length=35)] = "es"

    def __repr__(self) -> str:
        return "SendMessage()"


class ContactDesk:
    """Takes messages for `address`, five an hour from one peer and sixty from all together."""

    def __init__(self, mailbox: Mailbox, attempts: Attempts, address: str | None) -> None:
        self._mailbox, self._attempts, self._address = mailbox, attempts, address

    async def take(self, command: SendMessage, peer: str) -> None:
        """Posts the message of the peer with that network address, to be answered to whoever sent it. Raises `NotFound` where
        messages are not taken, `TooManyAttempts` and `Invalid`."""
        if self._address is None:
            raise NotFound("contact_unavailable", "this server takes no messages")
        await self._attempts.admit(
            [
                Allowance(f"contact peer {network_of(peer)}", LIMIT_OF_PEER, HOUR),
                Allowance("contact", LIMIT_OF_ALL, HOUR),
            ]
        )
        name, email, message, subject = map(tidy, (command.name, command.email, command.message, command.subject))
        faults = (
            text_fault("/name", name, LONGEST_NAME),
            address_fault("/email", email),
            text_fault("/message", message, LONGEST_MESSAGE, lines=True),
            text_fault("/subject", subject, LONGEST_SUBJECT, required=False),
        )
        refuse_if([fault for fault in faults if fault is not None])
        values = {
            "name": name,
            "email": email,
            "message": message,
            "subject": subject or one_line(message)[:_BEGINNING],
        }
        await self._mailbox.post(letter(Letter.CONTACT, command.locale, self._address, reply_to=email, **values))
