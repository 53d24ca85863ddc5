"""What webhooks are made of."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import cache
from importlib.metadata import version

from dishka import Provider, Scope, provide

from adapters.postgres.queries.webhooks import PostgresWebhookReader
from adapters.secrets.key_ring import key_ring
from apps.settings import Settings
from apps.worker.calling import OutgoingWebhooks
from core.commands.webhooks import WebhookDesk
from core.ports.attempts import Attempts
from core.ports.clock import Clock, SystemClock
from core.ports.sealing import Sealing
from core.ports.storage import Run
from core.ports.webhooks import WebhookSender
from core.queries.webhooks import WebhookReader

CALL_SECONDS = 15.0  # from the name of the host to the head of its answer

MakeSender = Callable[[], WebhookSender]


@contextmanager
def sending(settings: Settings, clock: Clock) -> Iterator[MakeSender]:
    """A way to send to webhooks, made when it is first asked for: the HTTP client is 20 MB. To this machine it sends only where
    nobody else reaches the server, and only what is addressed so: no name of a public host leads there."""
    with ExitStack() as opened:

        @cache
        def sender() -> WebhookSender:
            from adapters.outgoing.transport import OutgoingHttp, SafeTransport
            from adapters.webhooks.sender import HttpWebhookSender

            public = OutgoingHttp(loopback=False, seconds=CALL_SECONDS, reads_bodies=False)
            opened.callback(public.close)
            here = public
            if settings.on_loopback:
                here = OutgoingHttp(loopback=True, seconds=CALL_SECONDS, reads_bodies=False)
                opened.callback(here.close)

            def transport(is_here: bool) -> SafeTransport:
                return (here if is_here else public).transport()

            return HttpWebhookSender(transport, clock, time.monotonic, f"Pirwa/{version('pirwa')}")

        yield sender


@asynccontextmanager
async def outgoing_webhooks(settings: Settings) -> AsyncIterator[OutgoingWebhooks]:
    """What a worker calls webhooks with."""
    with sending(settings, SystemClock()) as sender:
        yield OutgoingWebhooks(key_ring(settings.secret_keys, settings.data), sender)


class WebhooksProvider(Provider):
    """The desk of webhooks, for the web application."""

    scope = Scope.APP

    reader = provide(PostgresWebhookReader, provides=WebhookReader)

    @provide
    def desk(
        self, run: Run, sealing: Sealing, attempts: Attempts, clock: Clock, settings: Settings
    ) -> Iterator[WebhookDesk]:
        with sending(settings, clock) as sender:
            yield WebhookDesk(run, sealing, sender, attempts, clock, on_loopback=settings.on_loopback)
