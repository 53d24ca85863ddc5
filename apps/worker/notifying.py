"""Mail about news: one person after another, each in a transaction that posts the mail and marks what it tells."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from core.commands.notification_mail import write_mail
from core.ports.clock import Clock
from core.ports.notifications import MailTurns


class Notifying(Protocol):
    """Sees to the mails about news."""

    async def notify(self, company_id: UUID) -> bool:
        """Sees to one person whose time has come. Returns whether there may be another."""
        ...


@dataclass(frozen=True, slots=True)
class Notifier:
    """Links in the mails begin with the address."""

    turns: MailTurns
    clock: Clock
    address: str

    async def notify(self, company_id: UUID) -> bool:
        now = self.clock.now()
        async with self.turns.next(company_id, now) as turn:
            if turn is None:
                return False
            await write_mail(turn, now, self.address)
            return True


class NoNotifying:
    """Where no mail server is set, what is to be told by mail waits."""

    async def notify(self, company_id: UUID) -> bool:
        return False
