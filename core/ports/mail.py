"""The ports to mail: it is durable once it is posted, and the worker sees to its delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from core.domain.mail import Mail, MailFile

__all__ = ["Mail", "MailFile", "MailLease", "MailQueue", "MailSender", "MailTransport", "Mailbox", "WaitingMail"]


class Mailbox(Protocol):
    """Takes mails. In a unit of work they go with its commit, elsewhere at once."""

    async def post(self, mail: Mail) -> UUID:
        """Takes one mail for delivery. Returns its id in the queue."""
        ...


class MailTransport(Protocol):
    """Hands mails to whoever carries them to their readers."""

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        """Returns when the mail was taken for delivery. A repeat bears the same Message-ID, made of the id.

        Raises `PermanentlyRejected` where this mail will never be taken, and else other kinds of `PortFailure`. Their words
        name no address and no secret.
        """
        ...


class MailSender(MailTransport, Protocol):
    """An account with somebody who carries mails: the server's own, or a company's. Every method may raise the failures of
    `core.ports.failures`. What may have been taken is `Ambiguous`, and is not repeated once its carrier has reported of it."""

    async def check(self) -> None:
        """Tries credentials and settings without sending anything."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail on its `attempts`-th try, of the company whose own sender may carry it, if it has one. Without content it cannot be read,
    because the key that sealed it is missing."""

    id: UUID
    attempts: int
    mail: Mail | None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MailLease:
    """Mails that nobody else tries until the lease ends."""

    token: UUID
    mails: Sequence[WaitingMail]


class MailQueue(Protocol):
    """The mails that wait, for whoever delivers them."""

    async def claim(self, limit: int, lease: timedelta) -> MailLease:
        """Takes up to `limit` mails that are due and that the server's own sender carries, the longest due first, and counts a try of
        each."""
        ...

    async def claim_of(self, company_id: UUID, limit: int, lease: timedelta) -> MailLease:
        """The same of those that the company's own sender carries."""
        ...

    async def sent(self, mail_id: UUID) -> None:
        """It was delivered, and is forgotten."""
        ...

    async def failed(self, token: UUID, mail_id: UUID, error: str, after: timedelta, *, counted: bool = True) -> None:
        """It is due again after that time, unless the lease has passed to somebody else. A try that is not `counted` brings the end no
        nearer."""
        ...

    async def give_up(self, token: UUID, mail_id: UUID, error: str) -> None:
        """It is kept for a while but not tried again, unless the lease has passed to somebody else."""
        ...
