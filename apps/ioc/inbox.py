"""What receives the webhooks of other parties."""

from dishka import Provider, Scope, provide

from adapters.postgres.inbox import PostgresInbox
from adapters.postgres.queries.received_webhooks import PostgresReceivedWebhookReader
from apps.ioc.shared import Elapsed
from core.commands.hooks import HookDesk
from core.ports.clock import Clock
from core.ports.inbox import Inbox
from core.ports.plugins import Installations, Plugins
from core.ports.sealing import Sealing
from core.queries.received_webhooks import ReceivedWebhookReader


class InboxProvider(Provider):
    """The way in, for the web application."""

    scope = Scope.APP

    inbox = provide(PostgresInbox, provides=Inbox)
    reader = provide(PostgresReceivedWebhookReader, provides=ReceivedWebhookReader)

    @provide
    def desk(
        self,
        inbox: Inbox,
        plugins: Plugins,
        installations: Installations,
        sealing: Sealing,
        clock: Clock,
        elapsed: Elapsed,
    ) -> HookDesk:
        return HookDesk(inbox, plugins, installations, sealing, clock, elapsed)
