"""`Mailbox` and `MailSender` in memory."""

from uuid import UUID

from core.domain.ids import new_id
from core.domain.mail import Mail
from core.ports.failures import Ambiguous, PortFailure


class InMemoryMailbox:
    """Keeps what was posted, in order."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def post(self, mail: Mail) -> UUID:
        self.mails.append(mail)
        return new_id()


class InMemoryMailSender:
    """Keeps what it was handed, with its id, in order. `trouble` is raised by every call while it is set; an `Ambiguous` one after the mail
    was kept."""

    def __init__(self) -> None:
        self.sent: list[tuple[UUID, Mail]] = []
        self.trouble: PortFailure | None = None

    async def check(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        if self.trouble is None or isinstance(self.trouble, Ambiguous):
            self.sent.append((mail_id, mail))
        if self.trouble is not None:
            raise self.trouble
