"""The worker: events out of the outbox, deliveries to subscribers and webhooks, levels to storefronts, seals on the audit trail,
news, mails, text messages, orders to suppliers, webhooks of others, jobs at their time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.broker.doorkeeper import Doorkeeper
from adapters.postgres.due_work import DueWork
from apps.worker.calling import Caller
from apps.worker.delivering import Deliverer
from apps.worker.forecasting import Forecaster
from apps.worker.mailing import CompanyMailer, Mailing
from apps.worker.notifying import Notifier
from apps.worker.order_pulling import OrderPuller
from apps.worker.ordering import OrderSender
from apps.worker.pushing import Pusher
from apps.worker.reading import InboxReader
from apps.worker.replenishing import Replenisher
from apps.worker.reporting import Reporter
from apps.worker.schedule import Schedule, pause
from apps.worker.texting import Texter
from apps.worker.turns import Turns
from core.commands.mail_senders import senders_of_companies
from core.domain.webhook import webhook_of
from core.ports.audit import AuditChain
from core.ports.clock import Clock
from core.ports.outbox import Outbox
from core.ports.plugins import Plugins, Subscription

RELAY_BATCH = 500
INSIDE_RUNNERS = 4  # work on the database alone
OUTSIDE_RUNNERS = 32  # calls that others may keep waiting
CALL_RUNNERS = 32  # more than a company has webhooks: those of one cannot hold up those of another
PERSONAL_RUNNERS = 16  # webhooks of people, who may be many, hold up one another only
POLL_SECONDS = 1.0
STOP_SECONDS = 20.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Relay:
    """A company's events want their numbers."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class Deliver:
    """A subscriber has deliveries."""

    company_id: UUID
    subscriber: str


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook has deliveries."""

    company_id: UUID
    webhook_id: UUID


@dataclass(frozen=True, slots=True)
class Push:
    """A storefront is out of date."""

    company_id: UUID
    plugin_id: str


@dataclass(frozen=True, slots=True)
class PullOrders:
    """A storefront is to be asked for orders."""

    company_id: UUID
    plugin_id: str


@dataclass(frozen=True, slots=True)
class LookAtOrders:
    """Orders of shops in a company are to be looked at again."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class Seal:
    """A company's audit entries want their seals."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class CallPerson(Call):
    """The webhook of one person has deliveries."""


@dataclass(frozen=True, slots=True)
class SendTexts:
    """Text messages of a company are due."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class HandOver:
    """Orders of a company are due at their suppliers."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class ReadInbox:
    """Webhooks of others have come for a plugin."""

    company_id: UUID
    plugin_id: str


@dataclass(frozen=True, slots=True)
class Replenish:
    """Policies of a company are due."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class Notify:
    """Members of a company may be due news outside of the application."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class SendMail:
    """Mails are due that the server's own sender carries."""


@dataclass(frozen=True, slots=True)
class SendCompanyMail:
    """Mails are due that the company's own sender carries."""

    company_id: UUID


@dataclass(frozen=True, slots=True)
class MakeForecasts:
    """The forecasts of some company are due."""


@dataclass(frozen=True, slots=True)
class MakeReports:
    """Somebody waits for a report."""


Turn = (
    Relay
    | Deliver
    | Call
    | CallPerson
    | Push
    | PullOrders
    | LookAtOrders
    | Seal
    | Notify
    | SendMail
    | SendCompanyMail
    | SendTexts
    | HandOver
    | ReadInbox
    | MakeForecasts
    | MakeReports
    | Replenish
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a worker is put together from."""

    due: DueWork
    outbox: Outbox
    deliverer: Deliverer
    caller: Caller | None
    pusher: Pusher
    audit: AuditChain
    mailing: Mailing
    company_mailing: CompanyMailer | None
    notifying: Notifier
    texting: Texter
    replenisher: Replenisher
    pulling: OrderPuller
    schedule: Schedule
    clock: Clock
    plugins: Plugins
    core_subscriptions: Sequence[Subscription]
    listen: Callable[[Callable[[UUID], None]], Doorkeeper]
    ordering: OrderSender | None
    reading: InboxReader | None = None
    forecaster: Forecaster | None = None
    reporter: Reporter | None = None


class Worker:
    """Runs beside whatever else its process does, from `start` to `stop`."""

    def __init__(self, parts: Parts, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._parts = parts
        self._poll_seconds = poll_seconds
        self._subscriptions = [*parts.core_subscriptions, *parts.plugins.subscriptions()]
        self._subscribers = frozenset(one.subscriber for one in self._subscriptions)
        self._storefronts = parts.plugins.storefronts()
        self._mail_senders = senders_of_companies(parts.plugins)
        self._receivers = parts.plugins.webhook_receivers()
        self._inside: Turns[Turn] = Turns(self._serve, runners=INSIDE_RUNNERS)
        self._outside: Turns[Turn] = Turns(self._serve, runners=OUTSIDE_RUNNERS)
        self._calls: Turns[Turn] = Turns(self._serve, runners=CALL_RUNNERS)
        self._personal_calls: Turns[Turn] = Turns(self._serve, runners=PERSONAL_RUNNERS)
        self._forecasts: Turns[Turn] = Turns(self._serve, runners=1)
        self._reports: Turns[Turn] = Turns(self._serve, runners=1)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to work in the running event loop."""
        doorkeeper = self._parts.listen(self.attend)
        work: Sequence[Awaitable[None]] = (
            self._inside.run(),
            self._outside.run(),
            self._calls.run(),
            self._personal_calls.run(),
            self._forecasts.run(),
            self._reports.run(),
            self._look_out(),
            self._parts.schedule.run(self._stopping),
            doorkeeper.listen(self._stopping),
        )
        self._tasks = [asyncio.ensure_future(each) for each in work]

    async def stop(self) -> None:
        """Begins nothing new and waits for what was begun; what is not done within `STOP_SECONDS` is dropped, and taken up
        by the next worker when its lease ends."""
        self._stopping.set()
        self._inside.stop()
        self._outside.stop()
        self._calls.stop()
        self._personal_calls.stop()
        self._forecasts.stop()
        self._reports.stop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self) -> None:
        """Returns when the worker was stopped. Raises if a part of it fell over."""
        ended, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in ended:
            task.result()

    def attend(self, company_id: UUID) -> None:
        """Sees to a company that rang."""
        self._ask(Relay(company_id))

    async def look(self) -> None:
        """Asks for everything that is due anywhere: what nobody rang for, and what is to be tried again."""
        due = self._parts.due
        self._ask(*(Relay(company_id) for company_id in await due.companies_to_relay()))
        self._ask(*(Deliver(*found) for found in await due.deliveries(self._subscribers)))
        if self._parts.caller:
            self._ask(*(CallPerson(*found) for found in await due.webhooks(personal=True)))
            self._ask(*(Call(*found) for found in await due.webhooks(personal=False)))
        self._ask(*(Seal(company_id) for company_id in await due.companies_to_seal()))
        self._ask(*(Notify(company_id) for company_id in await due.companies_to_notify(self._parts.clock.now())))
        self._ask(*(Replenish(company_id) for company_id in await due.companies_to_replenish(self._parts.clock.now())))
        self._ask(*(SendTexts(company_id) for company_id in await due.companies_to_text()))
        if await due.has_mail(self._mail_senders):
            self._ask(SendMail())
        if self._mail_senders and self._parts.company_mailing:
            self._ask(*(SendCompanyMail(company_id) for company_id in await due.companies_to_mail(self._mail_senders)))
        if self._parts.forecaster and await due.has_forecasts():
            self._ask(MakeForecasts())
        if self._parts.reading:
            self._ask(*(ReadInbox(*found) for found in await due.inboxes(self._receivers)))
        if self._parts.reporter and await due.has_reports():
            self._ask(MakeReports())
        if self._parts.ordering:
            self._ask(*(HandOver(company_id) for company_id in await due.companies_to_hand_over()))
        if self._storefronts:
            self._ask(*(Push(*found) for found in await due.channels(self._storefronts)))
            self._ask(*(PullOrders(*found) for found in await due.order_feeds(self._storefronts)))
        now = self._parts.clock.now()
        self._ask(*(LookAtOrders(company_id) for company_id in await due.companies_with_orders_to_look_at(now)))

    def _ask(self, *turns: Turn) -> None:
        for turn in turns:
            self._turns_of(turn).ask(turn)

    def _turns_of(self, turn: Turn) -> Turns[Turn]:
        match turn:
            case Deliver(_, subscriber) if subscriber.startswith("core:"):
                return self._inside
            case CallPerson():
                return self._personal_calls
            case MakeForecasts():
                return self._forecasts
            case MakeReports():
                return self._reports
            case Call():
                return self._calls
            case (
                Deliver()
                | Push()
                | PullOrders()
                | SendMail()
                | SendCompanyMail()
                | SendTexts()
                | HandOver()
                | ReadInbox()
            ):
                return self._outside
        return self._inside

    def _brings(self, company_id: UUID, subscriber: str) -> Turn:
        """The turn that brings a subscriber its events."""
        webhook_id = webhook_of(subscriber)
        return Deliver(company_id, subscriber) if webhook_id is None else Call(company_id, webhook_id)

    async def _look_out(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.look()
            except Exception as error:
                _logger.warning("cannot look for work: %s", error)
            await pause(self._stopping, self._poll_seconds)

    async def _serve(self, turn: Turn) -> bool:
        """One step of a turn; asks for those that follow from it. Returns whether there is more of the same."""
        match turn:
            case Relay(company_id):
                relayed = await self._parts.outbox.relay(company_id, self._subscriptions, RELAY_BATCH)
                self._ask(*(self._brings(company_id, subscriber) for subscriber in sorted(relayed.subscribers)))
                return relayed.events == RELAY_BATCH
            case Deliver(company_id, subscriber):
                more = await self._parts.deliverer.deliver(company_id, subscriber)
                self._ask(*(Push(company_id, plugin_id) for plugin_id in sorted(self._storefronts)))
                return more
            case Call(company_id, webhook_id):
                return await self._parts.caller.call(company_id, webhook_id) if self._parts.caller else False
            case Push(company_id, plugin_id):
                return await self._parts.pusher.push(company_id, plugin_id)
            case PullOrders(company_id, plugin_id):
                return await self._parts.pulling.pull(company_id, plugin_id)
            case LookAtOrders(company_id):
                return await self._parts.pulling.look_again(company_id)
            case Seal(company_id):
                return await self._parts.audit.seal(company_id)
            case Replenish(company_id):
                return await self._parts.replenisher.propose(company_id)
            case Notify(company_id):
                return await self._parts.notifying.notify(company_id)
            case HandOver(company_id):
                return await self._parts.ordering.send(company_id) if self._parts.ordering else False
            case ReadInbox(company_id, plugin_id):
                return await self._parts.reading.read(company_id, plugin_id) if self._parts.reading else False
            case SendTexts(company_id):
                return await self._parts.texting.send(company_id)
            case MakeForecasts():
                return await self._parts.forecaster.forecast() if self._parts.forecaster else False
            case MakeReports():
                return await self._parts.reporter.make() if self._parts.reporter else False
            case SendMail():
                return await self._parts.mailing.deliver()
            case SendCompanyMail(company_id):
                mailer = self._parts.company_mailing
                return await mailer.deliver(company_id) if mailer else False
