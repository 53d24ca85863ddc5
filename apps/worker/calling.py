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
from core.commands.webhook_deliveries import Record, record_tries
from core.commands.webhooks import keys_of
from core.domain.access import Actor
from core.domain.webhook import StopReason, may_be_sent_everything
from core.ports.clock import Clock
from core.ports.failures import PermanentlyRejected, PortFailure, RateLimited, Transient
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

_TOO_EARLY = frozenset({408, 409, 425, 429})  # of the answers 400 to 499, those that are not for good
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
        record = await self._errand(company_id, errand)
        await self.run(record_tries, Actor(NOBODY, company_id, frozenset()), record)
        _log(company_id, record)
        return not record.ended.rest and record.stopped is None

    async def _errand(self, company_id: UUID, errand: Errand) -> Record:
        if not await self._may_be_told(company_id, errand.webhook.acts_for):
            return Record(
                _given_back(errand, timedelta(0), "nobody with the rights stands behind it"), StopReason.RIGHTS
            )
        try:
            keys = keys_of(errand.secrets, company_id, self.outgoing.sealing)
        except Unsealable:
            return Record(_given_back(errand, MISSING_KEY_REST, "the key that sealed its secret is missing"))
        return await self._sent(errand, keys)

    async def _may_be_told(self, company_id: UUID, user_id: UUID) -> bool:
        """Whether whoever the webhook acts for may know all that happens, whatever else they must do first when they sign in."""
        person = await self.identities.identity(user_id)
        if person is None or not person.active:
            return False
        return may_be_sent_everything(actor_in(replace(person, must_change_password=False), company_id))

    async def _sent(self, errand: Errand, keys: tuple[bytes, ...]) -> Record:
        """Sends one event after the other until one has no answer, the webhook is to rest or to stop, or the time is over; gives
        the others back."""
        sender, ends = self.outgoing.sender(), monotonic() + self.lease.total_seconds() * SENDING
        tries: list[Try] = []
        failures, rest, stopped = errand.failures, timedelta(0), None
        waiting = list(errand.lease.deliveries)
        while waiting and not rest and stopped is None and (not tries or monotonic() < ends):
            delivery = waiting.pop(0)
            if delivery.attempts > MAX_TRIES:
                tries.append(Try(Outcome(delivery.event.id, DeliveryState.DEAD, "the worker ended during every try")))
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


def failure_of(answer: WebhookAnswer) -> PortFailure | None:
    """What kind of failure an answer is, None for none. What is said of it holds nothing that the other side wrote."""
    status = answer.status
    if answer.is_accepted:
        return None
    if status is None:
        return Transient(answer.error or "no answer")
    if answer.retry_after is not None and status in (429, 503):
        return RateLimited(answer.retry_after, f"answered {status}")
    if 400 <= status < 500 and status not in _TOO_EARLY:
        return PermanentlyRejected(f"answered {status}")
    return Transient(f"answered {status}")


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
