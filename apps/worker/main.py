"""Putting a worker together, beside the web application or as a process of its own (`pirwa worker`)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from importlib.metadata import version

from taskiq import AsyncBroker

from adapters.broker.brokers import make_broker
from adapters.broker.doorbell import Doorkeeper
from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.channels import PostgresChannels
from adapters.postgres.deliveries import PostgresDeliveries
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.forecast_runs import PostgresForecastRuns
from adapters.postgres.forecasts import PostgresForecastStore
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.interests import PostgresInterests
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.mail import PostgresMailQueue
from adapters.postgres.notifications import PostgresNewsDesk
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.personal_turns import PostgresPersonalTurns
from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.queries.expired_lots import PostgresExpiredLots
from adapters.postgres.queries.order_sendings import PostgresOrderSendingReader
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.schedule import PostgresScheduleRuns
from adapters.postgres.sending_queue import PostgresSendingQueue
from adapters.postgres.text_messages import PostgresTextQueue
from adapters.postgres.uow import PostgresRun
from adapters.postgres.upkeep import PostgresUpkeep
from adapters.postgres.watch import PostgresWatch
from adapters.postgres.webhook_queue import PostgresWebhookQueue
from adapters.secrets.audit_key import audit_key
from adapters.secrets.key_ring import key_ring
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.ioc.supplier_orders import outgoing_orders
from apps.ioc.webhooks import outgoing_webhooks
from apps.settings import Settings
from apps.worker.calling import Caller, OutgoingWebhooks
from apps.worker.delivering import Deliverer
from apps.worker.forecasting import Forecaster
from apps.worker.jobs import Upkeep
from apps.worker.mailing import Mailer, NoMailing, OutgoingMail
from apps.worker.notifying import Notifier
from apps.worker.ordering import OrderSender, OutgoingOrders
from apps.worker.pushing import Pusher
from apps.worker.replenishing import Replenisher
from apps.worker.schedule import Schedule
from apps.worker.supplier_channels import SupplierChannels
from apps.worker.texting import Texter
from apps.worker.watching import Watching
from apps.worker.worker import POLL_SECONDS, Parts, Worker
from core.commands.carriers import Carriers
from core.commands.notification_turn import Sending
from core.commands.order_documents import OrderDocuments
from core.commands.replenishment import Replenishing
from core.domain.notification import Channel
from core.ports.clock import Clock, SystemClock
from core.ports.plugins import Plugins, Subscription
from core.reactions import notifications, replenishment, storefront_sync

LEASE = timedelta(seconds=60)
STOREFRONT_SYNC = "core:storefront_sync"
NOTIFICATIONS = "core:notifications"
REPLENISHMENT = "core:replenishment"
HERE = "http://localhost"
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@asynccontextmanager
async def working(
    database_url: str,
    plugins: Plugins,
    broker: AsyncBroker,
    audit_key: bytes,
    outgoing: OutgoingMail | None = None,
    *,
    webhooks: OutgoingWebhooks | None = None,
    orders: OutgoingOrders | None = None,
    address: str = HERE,
    poll_seconds: float = POLL_SECONDS,
) -> AsyncIterator[Worker]:
    """A worker at work on connections of its own, stopped in good order at the end."""
    database = Database(database_url, statement_timeout="15min")
    dispatch = Database(database_url, role="pirwa_dispatch", size=4)
    await database.open()
    await dispatch.open()
    parts = make_parts(
        database, dispatch, plugins, broker, audit_key, outgoing, webhooks=webhooks, orders=orders, address=address
    )
    worker = Worker(parts, poll_seconds=poll_seconds)
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop()
        await database.close()
        await dispatch.close()


def make_parts(
    database: Database,
    dispatch: Database,
    plugins: Plugins,
    broker: AsyncBroker,
    audit_key: bytes,
    outgoing: OutgoingMail | None = None,
    *,
    webhooks: OutgoingWebhooks | None = None,
    orders: OutgoingOrders | None = None,
    address: str = HERE,
    lease: timedelta = LEASE,
    clock: Clock | None = None,
) -> Parts:
    """The parts of a worker. `dispatch` looks over the queues of all companies; `database` works inside one.
    Without `outgoing`, mails wait; without `webhooks`, so do events for webhooks, and without `orders`
    orders for suppliers. Links begin with the address."""
    clock = clock or SystemClock()
    channels = PostgresChannels(database)
    installations = PostgresInstallations(database)
    due = DueWork(dispatch)
    upkeep = Upkeep(
        due, PostgresUpkeep(database, dispatch), PostgresStockLedger(database), PostgresExpiredLots(database)
    )
    watching = Watching(due, PostgresWatch(database), PostgresInterests(database), clock)
    forecaster = Forecaster(due, PostgresForecastRuns(database, dispatch), PostgresForecastStore(database), clock)
    desk = PostgresPolicyDesk(database)
    replenisher = Replenisher(due, Replenishing(desk, PostgresRun(database, clock=clock), clock))
    reactions = {
        STOREFRONT_SYNC: partial(storefront_sync.storefront_sync, channels),
        NOTIFICATIONS: partial(notifications.notify, PostgresNewsDesk(database), clock),
        REPLENISHMENT: partial(replenishment.replenishment, desk, clock),
    }
    return Parts(
        due=due,
        outbox=PostgresOutbox(dispatch),
        deliverer=Deliverer(PostgresDeliveries(database), plugins, installations, reactions, lease),
        caller=_caller(database, clock, webhooks, lease),
        pusher=Pusher(channels, plugins, installations, lease),
        audit=PostgresAuditChain(database, audit_key),
        mailing=_mailing(dispatch, outgoing),
        notifying=_notifying(database, clock, plugins, outgoing, webhooks, address),
        texting=Texter(PostgresTextQueue(database), Carriers(plugins, installations), installations),
        schedule=Schedule(
            [*upkeep.jobs(), *watching.jobs(), *forecaster.jobs(), *replenisher.jobs()],
            PostgresScheduleRuns(dispatch),
            clock,
        ),
        clock=clock,
        plugins=plugins,
        core_subscriptions=core_subscriptions(plugins),
        listen=partial(Doorkeeper, broker),
        ordering=_ordering(database, clock, plugins, orders, outgoing),
        forecaster=forecaster,
        replenisher=replenisher,
    )


def _caller(database: Database, clock: Clock, webhooks: OutgoingWebhooks | None, lease: timedelta) -> Caller | None:
    if webhooks is None:
        return None
    queue, run = PostgresWebhookQueue(database, clock), PostgresRun(database, clock=clock)
    return Caller(queue, run, PostgresIdentities(database), webhooks, clock, lease)


def _ordering(
    database: Database,
    clock: Clock,
    plugins: Plugins,
    orders: OutgoingOrders | None,
    mail: OutgoingMail | None,
) -> OrderSender | None:
    if orders is None:
        return None
    run, transport = PostgresRun(database, clock=clock), mail.transport if mail else None
    channels = SupplierChannels(plugins, PostgresInstallations(database), orders.sealing, orders.http, transport)
    documents = OrderDocuments(run, PostgresOrderSendingReader(database), orders.store, orders.maker, clock)
    return OrderSender(PostgresSendingQueue(database), run, documents, channels)


def _mailing(dispatch: Database, outgoing: OutgoingMail | None) -> Mailer | NoMailing:
    if outgoing is None:
        return NoMailing()
    return Mailer(PostgresMailQueue(dispatch, outgoing.sealing), outgoing.transport)


def _notifying(
    database: Database,
    clock: Clock,
    plugins: Plugins,
    outgoing: OutgoingMail | None,
    webhooks: OutgoingWebhooks | None,
    address: str,
) -> Notifier:
    ways = {Channel.SMS: True, Channel.MAIL: outgoing is not None, Channel.WEBHOOK: webhooks is not None}
    sending = Sending([channel for channel, is_there in ways.items() if is_there], address)
    turns = PostgresPersonalTurns(database, outgoing.sealing if outgoing else None, plugins.message_senders())
    return Notifier(turns, clock, sending)


def outgoing_mail(settings: Settings) -> OutgoingMail | None:
    """What delivers mail, or None where no mail server or no sender is set. Raises ValueError when they are unsound."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    transport = SmtpTransport(read_server(settings.smtp_url), settings.mail_from)
    return OutgoingMail(key_ring(settings.secret_keys, settings.data), transport)


def core_subscriptions(plugins: Plugins) -> list[Subscription]:
    """What the core's own reactions want. Where no storefront is switched on, none is to be kept in step; one in quarantine,
    which may be any plugin there, is: it must find marked what changed in the meantime."""
    quarantined = {plugin.id for plugin in plugins.all() if plugin.fault}
    kept = plugins.storefronts() | quarantined
    return [
        *(Subscription(STOREFRONT_SYNC, event_type, kept) for event_type in sorted(storefront_sync.EVENT_TYPES)),
        *(Subscription(NOTIFICATIONS, event_type) for event_type in sorted(notifications.EVENT_TYPES)),
        *(Subscription(REPLENISHMENT, event_type) for event_type in sorted(replenishment.EVENT_TYPES)),
    ]


async def work_until(settings: Settings, ending: asyncio.Event) -> None:
    """Works until `ending` is set, beside whatever else the process does. Raises if a part of the worker falls over."""
    if settings.database_url is None:
        raise RuntimeError("there is no database to work on: PIRWA_DATABASE_URL is not set")
    plugins = load_plugins(settings.plugins, version("pirwa"))
    key = audit_key(settings.audit_key, settings.data)
    outgoing = outgoing_mail(settings)
    broker = make_broker(settings.redis_url)
    try:
        async with (
            outgoing_webhooks(settings) as webhooks,
            outgoing_orders(settings) as orders,
            working(
                settings.database_url,
                plugins,
                broker,
                key,
                outgoing,
                webhooks=webhooks,
                orders=orders,
                address=settings.address,
            ) as worker,
        ):
            ends = [asyncio.ensure_future(ending.wait()), asyncio.ensure_future(worker.wait())]
            done, running = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
            for task in done:
                task.result()
    finally:
        if settings.redis_url is not None:
            await broker.shutdown()


def run_worker(settings: Settings) -> None:
    """`pirwa worker`: works until SIGTERM or SIGINT; a second signal ends it at once."""
    asyncio.run(_until_signal(settings))


async def _until_signal(settings: Settings) -> None:
    loop, ending = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        ending.set()
        for sign in _SIGNALS:
            loop.remove_signal_handler(sign)

    for sign in _SIGNALS:
        loop.add_signal_handler(sign, end)
    await work_until(settings, ending)
