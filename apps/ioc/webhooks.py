"""What webhooks are made of."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from importlib.metadata import version

from dishka import Provider, Scope, provide

from adapters.postgres.queries.webhooks import PostgresWebhookReader
from adapters.secrets.key_ring import key_ring
from apps.ioc.outgoing import transports
from apps.settings import Settings
from apps.worker.calling import OutgoingWebhooks
from core.commands.own_webhook import OwnWebhookDesk
from core.commands.webhook_making import WebhookMaking
from core.commands.webhooks import WebhookDesk
from core.ports.clock import Clock, SystemClock
from core.ports.sealing import Sealing
from core.ports.webhooks import WebhookSender
from core.queries.webhooks import WebhookReader

CALL_SECONDS = 15.0  # from the name of the host to the head of its answer

MakeSender = Callable[[], WebhookSender]


@contextmanager
def sending(settings: Settings, clock: Clock) -> Iterator[MakeSender]:
    """A way to send to webhooks, made when it is first asked for: the HTTP client is 20 MB."""
    with transports(settings, seconds=CALL_SECONDS, reads_bodies=False) as transport:

        @cache
        def sender() -> WebhookSender:
            from adapters.webhooks.sender import HttpWebhookSender

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

    desk = provide(WebhookDesk)
    own_desk = provide(OwnWebhookDesk)

    @provide
    def making(self, sealing: Sealing, clock: Clock, settings: Settings) -> Iterator[WebhookMaking]:
        with sending(settings, clock) as sender:
            yield WebhookMaking(sealing, sender, clock, settings.on_loopback)
