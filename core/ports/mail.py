"""The ports to mail: it is durable once it is posted, and the worker sees to its delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from core.domain.mail import Mail, MailFile

__all__ = ["Mail", "MailFile", "MailLease", "MailQueue", "MailTransport", "Mailbox", "WaitingMail"]


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


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail on its `attempts`-th try. Without content it cannot be read, because the key that sealed it is missing."""

    id: UUID
    attempts: int
    mail: Mail | None


@dataclass(frozen=True, slots=True)
class MailLease:
    """Mails that nobody else tries until the lease ends."""

    token: UUID
    mails: Sequence[WaitingMail]


class MailQueue(Protocol):
    """The mails that wait, for whoever delivers them."""

    async def claim(self, limit: int, lease: timedelta) -> MailLease:
        """Takes up to `limit` mails that are due, the longest due first, and counts a try of each."""
        ...

    async def sent(self, mail_id: UUID) -> None:
        """It was delivered, and is forgotten."""
        ...

    async def failed(self, token: UUID, mail_id: UUID, error: str, after: timedelta) -> None:
        """It is due again after that time, unless the lease has passed to somebody else."""
        ...

    async def give_up(self, token: UUID, mail_id: UUID, error: str) -> None:
        """It is kept for a while but not tried again, unless the lease has passed to somebody else."""
        ...
