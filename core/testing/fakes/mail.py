"""`Mailbox` in memory."""

from uuid import UUID

from core.domain.ids import new_id
from core.domain.mail import Mail


class InMemoryMailbox:
    """Keeps what was posted, in order."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def post(self, mail: Mail) -> UUID:
        self.mails.append(mail)
        return new_id()
