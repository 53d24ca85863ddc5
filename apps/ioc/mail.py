"""What posts mail."""

from dishka import Provider, Scope, provide

from adapters.postgres.mail import PostgresMailbox
from apps.settings import Settings
from core.commands.contact import ContactDesk
from core.ports.attempts import Attempts
from core.ports.mail import Mailbox


class MailProvider(Provider):
    """The mailbox, and the desk of the contact form."""

    scope = Scope.APP

    mailbox = provide(PostgresMailbox, provides=Mailbox)

    @provide
    def contact(self, mailbox: Mailbox, attempts: Attempts, settings: Settings) -> ContactDesk:
        return ContactDesk(mailbox, attempts, settings.contact_address)
