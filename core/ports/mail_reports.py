"""The ports to what carriers of mail have reported of a company's mails, and to the addresses to which it sends none any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.access import Actor
from core.ports.incoming import MailReport, MessageState


class MailReports(Protocol):
    """The reports of the company of the unit of work."""

    async def record(self, reports: Sequence[MailReport], now: datetime) -> None:
        """Notes what became of mails, in any order and as often as it comes: the weightiest state of each remains, and shows at the
        deliveries that the mail told. An address that is dead, or whose reader wants no more, is blocked, and that is told. Mails that
        are not the company's are passed over."""
        ...


@dataclass(frozen=True, slots=True)
class MailHistory:
    """What is known before a mail is handed over: what became of it, where an earlier try was reported, and why nothing more goes to
    the address, where that is so."""

    reported: MessageState | None = None
    block: str | None = None


class MailHistories(Protocol):
    async def of(self, company_id: UUID, mail_id: UUID, address: str) -> MailHistory: ...


class BlockedAddresses(Protocol):
    """Lifting blocks, so that mail goes there again. It is recorded as done by the actor."""

    async def lift(self, actor: Actor, block_id: UUID) -> None:
        """Raises NotFound."""
        ...

    async def lift_own(self, actor: Actor) -> None:
        """That of the actor's own address; without effect where there is none."""
        ...
