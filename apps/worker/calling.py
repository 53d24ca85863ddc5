"""Calling webhooks: claim what is due at one of them, send it outside any transaction, one after the other, record how it went.

A process that dies between the sending and the recording sends once more, under the same id.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from uuid import UUID

from apps.worker.retries import MAX_TRIES, GiveUp, TryAgain, after_failed_call, rest_after
from core.commands.membership import actor_in
from core.commands.notification_turn import NO_LONGER_THEIRS
from core.commands.webhook_deliveries import Record, record_tries
from core.commands.webhook_making import keys_of
from core.domain.access import Actor
from core.domain.notification import may_know
from core.domain.webhook import StopReason, Webhook, may_be_sent_everything
from core.ports.clock import Clock
from core.ports.failures import PortFailure, Transient
from core.ports.http_answers import failure_of_status
from core.ports.identity import IdentityStore
from core.ports.outbox import Delivery, DeliveryState, Outcome
from core.ports.sealing import Sealing, Unsealable
from core.ports.storage import Run
from core.ports.webhooks import Ended, Errand, Try, WebhookAnswer, WebhookCall, WebhookQueue, WebhookSender

BATCH = 10
LEASE = timedelta(seconds=60)
SENDING = 0.5  # of the lease: later than that none is begun
NOBODY = UUID(int=0)
MISSING_KEY_REST = timedelta(minutes=5)

_GONE = 410

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OutgoingWebhooks:
    """What it takes to call webhooks: the keys that open their secrets, and a way to send, made when it is first needed."""

    sealing: Sealing
    sender: Callable[[], WebhookSender]


@dataclass(frozen=True, slots=True)
class Caller:
    """Sees to one webhook at a time; several of them run side by side."""

    queue: WebhookQueue
    run: Run
    identities: IdentityStore
    outgoing: OutgoingWebhooks
    clock: Clock
    lease: timedelta = LEASE

    async def call(self, company_id: UUID, webhook_id: UUID) -> bool:
        """Sends some of what is due there. Returns whether there may be more."""
        errand = await self.queue.claim(company_id, webhook_id, BATCH, self.lease)
        if errand is None:
            return False
        record = replace(await self._errand(company_id, errand), is_personal=errand.webhook.owner is not None)
        await self.run(record_tries, Actor(NOBODY, company_id, frozenset()), record)
        _log(company_id, record)
        return not record.ended.rest and record.stopped is None

    async def _errand(self, company_id: UUID, errand: Errand) -> Record:
        reader = await self._reader(company_id, errand.webhook)
        if reader is None:
            return Record(
                _given_back(errand, timedelta(0), "nobody with the rights stands behind it"), StopReason.RIGHTS
            )
        try:
            keys = keys_of(errand.secrets, company_id, self.outgoing.sealing)
        except Unsealable:
            return Record(_given_back(errand, MISSING_KEY_REST, "the key that sealed its secret is missing"))
        return await self._sent(errand, keys, reader)

    async def _reader(self, company_id: UUID, webhook: Webhook) -> Actor | None:
        """Whoever the webhook acts for, whatever else they must do first when they sign in: its owner, or somebody who may know
        all that happens. None where nothing is to be sent to them."""
        person = await self.identities.identity(webhook.acts_for)
        if person is None or not person.active:
            return None
        reader = actor_in(replace(person, must_change_password=False), company_id)
        return reader if reader and (webhook.owner or may_be_sent_everything(reader)) else None

    async def _sent(self, errand: Errand, keys: tuple[bytes, ...], reader: Actor) -> Record:
        """Sends one event after the other until one has no answer, the webhook is to rest or to stop, or the time is over; gives
        the others back."""
        sender, ends = self.outgoing.sender(), monotonic() + self.lease.total_seconds() * SENDING
        tries: list[Try] = []
        failures, rest, stopped = errand.failures, timedelta(0), None
        waiting = list(errand.lease.deliveries)
        while waiting and not rest and stopped is None and (not tries or monotonic() < ends):
            delivery = waiting.pop(0)
            if reason := _hopeless(errand, delivery, reader):
                tries.append(Try(Outcome(delivery.event.id, DeliveryState.DEAD, reason)))
                continue
            at = self.clock.now()
            answer = await sender.send(WebhookCall(errand.webhook.url, keys, delivery.event))
            failure = failure_of(answer)
            tries.append(Try(_outcome(delivery, answer, failure), at, answer))
            failures = failures + 1 if failure else 0
            stopped = StopReason.GONE if answer.status == _GONE else None
            if failure is not None:
                rest = rest_after(failure, failures)
                if answer.status is None:
                    break
        tries += [Try(_back(one)) for one in waiting]
        return Record(Ended(errand.webhook.id, errand.lease.token, tries, failures, rest), stopped)


def _hopeless(errand: Errand, delivery: Delivery, reader: Actor) -> str | None:
    """Why a delivery is not even tried."""
    if delivery.attempts > MAX_TRIES:
        return "the worker ended during every try"
    if errand.webhook.owner is None:
        return None
    news = errand.news.get(delivery.event.id)
    return None if news and may_know(reader, *news) else NO_LONGER_THEIRS


def failure_of(answer: WebhookAnswer) -> PortFailure | None:
    """What kind of failure an answer is, None for none. What is said of it holds nothing that the other side wrote."""
    if answer.status is None:
        return Transient(answer.error or "no answer")
    return failure_of_status(answer.status, answer.retry_after)


def _outcome(delivery: Delivery, answer: WebhookAnswer, failure: PortFailure | None) -> Outcome:
    if failure is None:
        return Outcome(delivery.event.id, DeliveryState.DONE)
    if answer.status == _GONE:
        return _back(delivery, str(failure))
    match after_failed_call(failure, delivery.attempts):
        case TryAgain(after):
            return Outcome(delivery.event.id, DeliveryState.NEW, str(failure), after)
        case GiveUp():
            return Outcome(delivery.event.id, DeliveryState.DEAD, str(failure))


def _given_back(errand: Errand, rest: timedelta, error: str) -> Ended:
    tries = [Try(_back(one, error)) for one in errand.lease.deliveries]
    return Ended(errand.webhook.id, errand.lease.token, tries, errand.failures, rest)


def _back(delivery: Delivery, error: str | None = None) -> Outcome:
    """Due at once, as if it had not been taken."""
    return Outcome(delivery.event.id, DeliveryState.NEW, error, counted=False)


def _log(company_id: UUID, record: Record) -> None:
    webhook_id = record.ended.webhook_id
    for one in _dead(record.ended.tries):
        _logger.error(
            "company %s, webhook %s: event %s is given up: %s", company_id, webhook_id, one.event_id, one.error
        )
    if record.stopped is not None:
        _logger.warning("company %s, webhook %s is stopped: %s", company_id, webhook_id, record.stopped.value)


def _dead(tries: Sequence[Try]) -> list[Outcome]:
    return [one.outcome for one in tries if one.outcome.state is DeliveryState.DEAD]
