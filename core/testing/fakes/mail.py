"""`Mailbox` in memory."""

from core.domain.mail import Mail


class InMemoryMailbox:
    """Keeps what was posted, in order."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    async def post(self, mail: Mail) -> None:
        self.mails.append(mail)
