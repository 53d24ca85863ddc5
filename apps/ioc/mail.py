"""What posts mail."""

from dishka import AnyOf, Provider, Scope, provide

from adapters.postgres.blocked_addresses import PostgresBlockedAddresses
from adapters.postgres.mail import PostgresMailbox
from apps.settings import Settings
from core.commands.contact import ContactDesk
from core.ports.attempts import Attempts
from core.ports.mail import Mailbox
from core.ports.mail_reports import BlockedAddresses
from core.queries.blocked_addresses import BlockedAddressReader


class MailProvider(Provider):
    """The mailbox, the desk of the contact form, and the addresses that take no more mail."""

    scope = Scope.APP

    mailbox = provide(PostgresMailbox, provides=Mailbox)
    blocked = provide(PostgresBlockedAddresses, provides=AnyOf[BlockedAddresses, BlockedAddressReader])

    @provide
    def contact(self, mailbox: Mailbox, attempts: Attempts, settings: Settings) -> ContactDesk:
        return ContactDesk(mailbox, attempts, settings.contact_address)
