"""Putting a worker together, beside the web application or as a process of its own (`pirwa worker`)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID

from taskiq import AsyncBroker

from adapters.broker.brokers import make_broker
from adapters.broker.doorkeeper import Doorkeeper
from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.channel_order_feeds import PostgresChannelOrderMarks, PostgresOrderFeeds
from adapters.postgres.channels import PostgresChannels
from adapters.postgres.deliveries import PostgresDeliveries
from adapters.postgres.due_report_schedules import PostgresDueSchedules
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.forecast_runs import PostgresForecastRuns
from adapters.postgres.forecasts import PostgresForecastStore
from adapters.postgres.inbox import PostgresInboxQueue
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.interests import PostgresInterests
from adapters.postgres.jobs import PostgresJobQueue
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.long_reads import LongReads, long_reads
from adapters.postgres.mail import PostgresMailQueue
from adapters.postgres.mail_reports import PostgresMailHistories
from adapters.postgres.news_details import PostgresNewsDetails
from adapters.postgres.outbox import PostgresOutbox
from adapters.postgres.personal_turns import PostgresPersonalTurns
from adapters.postgres.plugin_health import PostgresPluginHealth
from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.queries.expired_lots import PostgresExpiredLots
from adapters.postgres.queries.order_sendings import PostgresOrderSendingReader
from adapters.postgres.recommending.recommender import PostgresRecommender
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.schedule import PostgresScheduleRuns
from adapters.postgres.sending_queue import PostgresSendingQueue
from adapters.postgres.text_consents import PostgresTextConsents
from adapters.postgres.text_messages import PostgresTextQueue
from adapters.postgres.uow import PostgresRun
from adapters.postgres.upkeep import PostgresUpkeep
from adapters.postgres.watch import PostgresWatch
from adapters.postgres.webhook_queue import PostgresWebhookQueue
from adapters.secrets.audit_key import audit_key
from adapters.secrets.key_ring import key_ring
from adapters.smtp.plugin import SMTP
from apps.files import file_store
from apps.ioc.plugins import plugins_of_worker
from apps.ioc.reports import reports_on
from apps.ioc.supplier_orders import outgoing_orders
from apps.ioc.webhooks import outgoing_webhooks
from apps.settings import Settings
from apps.worker.calling import Caller, OutgoingWebhooks
from apps.worker.delivering import CoreReaction, Deliverer
from apps.worker.forecasting import Forecaster
from apps.worker.jobs import Upkeep
from apps.worker.mailing import CompanyMailer, Mailer, NoMailing, OutgoingMail
from apps.worker.news_channels import built_in_channels
from apps.worker.notifying import Notifier
from apps.worker.order_pulling import OrderPuller
from apps.worker.ordering import OrderSender, OutgoingOrders
from apps.worker.reading import InboxReader
from apps.worker.replenishing import Replenisher
from apps.worker.report_scheduling import ReportScheduler
from apps.worker.reporting import Reporter
from apps.worker.schedule import Schedule
from apps.worker.storefronts import make_pusher
from apps.worker.supplier_channels import SupplierChannels
from apps.worker.texting import Texter
from apps.worker.watching import Watching
from apps.worker.worker import POLL_SECONDS, Parts, Worker
from core.commands.carriers import Carriers
from core.commands.mail_senders import MailSenders, senders_of_companies
from core.commands.notification_turn import Sending
from core.commands.order_documents import OrderDocuments
from core.commands.plugin_work import PluginWork
from core.commands.replenishment import Replenishing
from core.domain.errors import Invalid
from core.domain.notification import Channel
from core.ports.clock import Clock, SystemClock
from core.ports.files import FileStore
from core.ports.plugins import Installations, Plugins, Subscription
from core.ports.sealing import Sealing
from core.reactions import channel_orders, replenishment, storefront_sync
from core.reactions.notifications import Notices

LEASE = timedelta(seconds=60)
STOREFRONT_SYNC = "core:storefront_sync"
REPLENISHMENT = "core:replenishment"
CHANNEL_ORDERS = "core:channel_orders"
HERE = "http://localhost"
NO_COMPANY = UUID(int=0)  # which what is built in and set up by the operator works for
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
    files: FileStore | None = None,
    replica_url: str | None = None,
    address: str = HERE,
    poll_seconds: float = POLL_SECONDS,
) -> AsyncIterator[Worker]:
    """A worker at work on connections of its own, stopped in good order at the end."""
    database = Database(database_url, statement_timeout="15min")
    dispatch = Database(database_url, role="pirwa_dispatch", size=4)
    await database.open()
    await dispatch.open()
    try:
        async with long_reads(database, replica_url) as reads:
            parts = make_parts(
                database,
                dispatch,
                plugins,
                broker,
                audit_key,
                outgoing,
                webhooks=webhooks,
                orders=orders,
                files=files,
                reads=reads,
                address=address,
            )
            worker = Worker(parts, poll_seconds=poll_seconds)
            worker.start()
            try:
                yield worker
            finally:
                await worker.stop()
    finally:
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
    files: FileStore | None = None,
    reads: LongReads | None = None,
    address: str = HERE,
    lease: timedelta = LEASE,
    clock: Clock | None = None,
    due: DueWork | None = None,
) -> Parts:
    """The parts of a worker. `dispatch` looks over the queues of all companies, unless `due` looks over others; `database` works inside one.
    Without `outgoing`, mails wait; without `webhooks`, so do events for webhooks, and without `orders`
    orders for suppliers. Links begin with the address."""
    clock = clock or SystemClock()
    reads = reads or LongReads(database, None)
    channels = PostgresChannels(database)
    installations = PostgresInstallations(database, _sealing(outgoing, orders), clock)
    due = due or DueWork(dispatch)
    work = PluginWork(plugins, installations, PostgresPluginHealth(database), clock)
    mail_senders = MailSenders(work, PostgresMailHistories(database), outgoing.transport if outgoing else None)
    upkeep = Upkeep(
        due, PostgresUpkeep(database, dispatch), PostgresStockLedger(database), PostgresExpiredLots(database)
    )
    watching = Watching(due, PostgresWatch(database), PostgresInterests(database), PostgresRecommender(database), clock)
    forecaster = Forecaster(
        due, PostgresForecastRuns(database, dispatch), PostgresForecastStore(database, reads), clock
    )
    reporter = _reporter(database, reads, dispatch, files, clock, outgoing, address)
    scheduler = ReportScheduler(PostgresDueSchedules(dispatch), PostgresRun(database, clock=clock), clock)
    desk = PostgresPolicyDesk(database)
    feeds, marks = PostgresOrderFeeds(database), PostgresChannelOrderMarks(database)
    pulling = OrderPuller(feeds, marks, PostgresRun(database, clock=clock), work, installations, clock)
    replenisher = Replenisher(due, Replenishing(desk, PostgresRun(database, clock=clock), clock))
    notices = Notices(PostgresNewsDetails(database), address)
    reactions: dict[str, CoreReaction] = {
        STOREFRONT_SYNC: partial(storefront_sync.storefront_sync, channels),
        REPLENISHMENT: partial(replenishment.replenishment, desk, clock),
        CHANNEL_ORDERS: partial(channel_orders.channel_orders, marks),
        **built_in_channels(plugins, notices),
    }
    return Parts(
        due=due,
        outbox=PostgresOutbox(dispatch),
        deliverer=Deliverer(PostgresDeliveries(database), work, reactions, lease, notices),
        caller=_caller(database, clock, webhooks, lease),
        pusher=make_pusher(database, work, clock, lease, pulling),
        audit=PostgresAuditChain(database, audit_key),
        mailing=_mailing(dispatch, mail_senders, outgoing),
        company_mailing=_company_mailing(dispatch, mail_senders, outgoing),
        notifying=_notifying(database, clock, plugins, outgoing, webhooks, address),
        texting=Texter(
            PostgresTextQueue(database),
            Carriers(work),
            installations,
            PostgresTextConsents(database),
            clock,
        ),
        schedule=Schedule(
            [
                *upkeep.jobs(),
                *watching.jobs(),
                *forecaster.jobs(),
                *replenisher.jobs(),
                *(reporter.jobs() if reporter else ()),
                *(scheduler.jobs() if reporter and outgoing else ()),
            ],
            PostgresScheduleRuns(dispatch),
            clock,
        ),
        clock=clock,
        plugins=plugins,
        core_subscriptions=core_subscriptions(plugins),
        listen=partial(Doorkeeper, broker),
        ordering=_ordering(database, clock, work, orders, mail_senders),
        forecaster=forecaster,
        reporter=reporter,
        replenisher=replenisher,
        pulling=pulling,
        reading=_reading(database, clock, plugins, installations, outgoing),
    )


def _sealing(outgoing: OutgoingMail | None, orders: OutgoingOrders | None) -> Sealing | None:
    """The keys of the process. A worker that has none opens no plugin with secrets."""
    if outgoing is not None:
        return outgoing.sealing
    return orders.sealing if orders else None


def _reporter(
    database: Database,
    reads: LongReads,
    dispatch: Database,
    files: FileStore | None,
    clock: Clock,
    outgoing: OutgoingMail | None,
    address: str,
) -> Reporter | None:
    if files is None:
        return None
    queue = PostgresJobQueue(database, dispatch, outgoing.sealing if outgoing else None)
    return Reporter(queue, reports_on(database, reads, clock), files, PostgresIdentities(database), clock, home=address)


def _caller(database: Database, clock: Clock, webhooks: OutgoingWebhooks | None, lease: timedelta) -> Caller | None:
    if webhooks is None:
        return None
    queue, run = PostgresWebhookQueue(database, clock), PostgresRun(database, clock=clock)
    return Caller(queue, run, PostgresIdentities(database), webhooks, clock, lease)


def _reading(
    database: Database, clock: Clock, plugins: Plugins, installations: Installations, outgoing: OutgoingMail | None
) -> InboxReader | None:
    if outgoing is None:
        return None
    run = PostgresRun(database, outgoing.sealing, clock)
    return InboxReader(PostgresInboxQueue(database), run, plugins, installations, outgoing.sealing)


def _ordering(
    database: Database,
    clock: Clock,
    work: PluginWork,
    orders: OutgoingOrders | None,
    mail: MailSenders,
) -> OrderSender | None:
    if orders is None:
        return None
    run = PostgresRun(database, clock=clock)
    channels = SupplierChannels(work, orders.sealing, mail)
    documents = OrderDocuments(run, PostgresOrderSendingReader(database), orders.store, orders.maker, clock)
    return OrderSender(PostgresSendingQueue(database), run, documents, channels)


def _mailing(dispatch: Database, senders: MailSenders, outgoing: OutgoingMail | None) -> Mailer | NoMailing:
    if outgoing is None or outgoing.transport is None:
        return NoMailing()
    queue = PostgresMailQueue(dispatch, outgoing.sealing, senders_of_companies(senders.work.plugins))
    return Mailer(queue, outgoing.transport, senders.histories)


def _company_mailing(dispatch: Database, senders: MailSenders, outgoing: OutgoingMail | None) -> CompanyMailer | None:
    if outgoing is None:
        return None
    queue = PostgresMailQueue(dispatch, outgoing.sealing, senders_of_companies(senders.work.plugins))
    return CompanyMailer(queue, senders)


def _notifying(
    database: Database,
    clock: Clock,
    plugins: Plugins,
    outgoing: OutgoingMail | None,
    webhooks: OutgoingWebhooks | None,
    address: str,
) -> Notifier:
    has_server = outgoing is not None and outgoing.transport is not None
    ways = {Channel.SMS: True, Channel.MAIL: has_server, Channel.WEBHOOK: webhooks is not None}
    sending = Sending([channel for channel, is_there in ways.items() if is_there], address)
    turns = PostgresPersonalTurns(
        database, outgoing.sealing if outgoing else None, plugins.message_senders(), senders_of_companies(plugins)
    )
    return Notifier(turns, clock, sending)


def outgoing_mail(settings: Settings, plugins: Plugins) -> OutgoingMail:
    """What delivers mail: by the server's own sender where a mail server and an address are set. Raises ValueError when they are
    unsound."""
    sealing = key_ring(settings.secret_keys, settings.data)
    if settings.smtp_url is None or settings.mail_from is None:
        return OutgoingMail(sealing, None)
    try:
        opened = plugins.open(SMTP, NO_COMPANY, {"url": settings.smtp_url, "sender": settings.mail_from})
    except Invalid as error:
        raise ValueError(str(error)) from None
    return OutgoingMail(sealing, opened.mail_sender)


def core_subscriptions(plugins: Plugins) -> list[Subscription]:
    """What the core's own reactions want. Where no storefront is switched on, none is to be kept in step; one in quarantine,
    which may be any plugin there, is: it must find marked what changed in the meantime."""
    quarantined = {plugin.id for plugin in plugins.all() if plugin.fault}
    kept = plugins.storefronts() | quarantined
    return [
        *(Subscription(STOREFRONT_SYNC, event_type, kept) for event_type in sorted(storefront_sync.EVENT_TYPES)),
        *(Subscription(REPLENISHMENT, event_type) for event_type in sorted(replenishment.EVENT_TYPES)),
        *(Subscription(CHANNEL_ORDERS, event_type) for event_type in sorted(channel_orders.EVENT_TYPES)),
    ]


async def work_until(settings: Settings, ending: asyncio.Event) -> None:
    """Works until `ending` is set, beside whatever else the process does. Raises if a part of the worker falls over."""
    if settings.database_url is None:
        raise RuntimeError("there is no database to work on: PIRWA_DATABASE_URL is not set")
    key = audit_key(settings.audit_key, settings.data)
    broker = make_broker(settings.redis_url)
    try:
        async with (
            outgoing_webhooks(settings) as webhooks,
            plugins_of_worker(settings, settings.database_url) as plugins,
            working(
                settings.database_url,
                plugins,
                broker,
                key,
                outgoing_mail(settings, plugins),
                webhooks=webhooks,
                orders=outgoing_orders(settings),
                files=file_store(settings),
                replica_url=settings.replica_url,
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
