"""`MailSender` by SendGrid."""

from uuid import UUID

from core.plugin.context import PluginContext
from core.ports.failures import AuthFailed
from core.ports.mail import Mail

from .client import MAY_SEND, SendGrid
from .mapping import written
from .settings import SendGridSettings


class SendGridSender:
    """Whatever is repeated is a new mail to SendGrid. The id of the mail comes back with every event of it, so one that was taken although
    the answer was lost is known as soon as its first event has come."""

    def __init__(self, context: PluginContext[SendGridSettings]) -> None:
        self._settings, self._account = context.settings, SendGrid(context)

    async def check(self) -> None:
        if MAY_SEND not in await self._account.scopes():
            raise AuthFailed("the API key may not send mails: give it the permission Mail Send")

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        await self._account.send(written(mail_id, mail, self._settings))
