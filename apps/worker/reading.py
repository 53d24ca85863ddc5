"""Reading webhooks of other parties: claim, let the plugin verify and read outside any transaction, give effect in one with the end.

A process that dies at any moment leaves the webhook as it was, or done with all its effect. One that cannot be read holds up no other.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from apps.worker.jobs import NOBODY
from apps.worker.retries import MAX_TRIES, GiveUp, Pause, TryAgain, after_failure, described
from core.commands.hooks import kept_name, place_of
from core.commands.incoming_news import ReadWebhook, take_in
from core.domain.access import Actor
from core.domain.errors import Busy, DomainError
from core.domain.masking import masked
from core.ports.calling_aside import Aside
from core.ports.failures import Misconfigured, PermanentlyRejected
from core.ports.inbox import InboxOutcome, InboxQueue, WaitingWebhook
from core.ports.incoming import Fact, IncomingWebhook, NotAuthentic, WebhookReceiver
from core.ports.outbox import DeliveryState
from core.ports.plugins import Installations, Plugins
from core.ports.sealing import Sealing, Unsealable
from core.ports.storage import Run

BATCH = 20
READ_SECONDS = 5.0  # for verifying, and again for reading
LEASE = timedelta(minutes=2)
MOST_FACTS = 10_000  # of one webhook

Answer = TypeVar("Answer")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InboxReader:
    """Reads what came for a company's plugin."""

    queue: InboxQueue
    run: Run
    plugins: Plugins
    installations: Installations
    sealing: Sealing
    aside: Aside = field(default_factory=Aside)
    lease: timedelta = LEASE

    async def read(self, company_id: UUID, plugin_id: str) -> bool:
        """Reads some of those that are due. Returns whether there may be more."""
        claimed = await self.queue.claim(company_id, plugin_id, BATCH, self.lease)
        if not claimed.webhooks:
            return False
        try:
            receiver, known = await self._receiver(company_id, plugin_id)
        except Busy:
            raise  # the database's trouble, not the plugin's: after the lease it is read again
        except (DomainError, Misconfigured) as error:
            await self.installations.pause(company_id, plugin_id, described(error))
            await self.queue.end(company_id, claimed.token, [_held(one, described(error)) for one in claimed.webhooks])
            return False
        work = _Work(self, Actor(NOBODY, company_id, frozenset()), plugin_id, claimed.token, receiver, known)
        failed = [one for one in await asyncio.gather(*map(work.outcome_of, claimed.webhooks)) if one]
        if failed:
            await self.queue.end(company_id, claimed.token, failed)
        return len(claimed.webhooks) == BATCH

    async def _receiver(self, company_id: UUID, plugin_id: str) -> tuple[WebhookReceiver, Mapping[str, object]]:
        """The plugin's receiver, and the settings that it was given."""
        found = await self.installations.find(company_id, plugin_id)
        settings, token = (found.settings, found.hook_token) if found else ({}, None)
        receiver = self.plugins.open(plugin_id, company_id, settings, token).webhooks
        if receiver is None:
            raise Misconfigured("the plugin reads no webhooks any more")
        return receiver, settings


@dataclass(frozen=True, slots=True)
class _Work:
    """Some webhooks of one plugin, held by one lease."""

    reader: InboxReader
    actor: Actor
    plugin_id: str
    token: UUID
    receiver: WebhookReceiver
    settings: Mapping[str, object] = field(repr=False)

    async def outcome_of(self, one: WaitingWebhook) -> InboxOutcome | None:
        """How the try ended; None where it is over, with its effect."""
        try:
            await self._read(one)
        except Exception as error:  # foreign code may raise anything
            return await self._failed(one, error)
        return None

    async def _read(self, one: WaitingWebhook) -> None:
        if one.attempts > MAX_TRIES:
            raise PermanentlyRejected("the worker ended during every try")
        webhook = self._opened(one)
        verify, read = self.receiver.verify, self.receiver.read
        said = str(await self._asked(lambda: verify(webhook, one.received_at)))
        facts = _sound(await self._asked(lambda: list(read(webhook))))
        event_id = kept_name(said, one.body)
        news = ReadWebhook(self.plugin_id, one.id, self.token, event_id, one.received_at, facts, one.attempts == 1)
        await self.reader.run(take_in, self.actor, news)

    async def _asked(self, call: Callable[[], Answer]) -> Answer:
        return await self.reader.aside.answer_of(self.plugin_id, call, READ_SECONDS)

    def _opened(self, one: WaitingWebhook) -> IncomingWebhook:
        try:
            url = self.reader.sealing.open(one.url, place_of(one.id, self.actor.company)).decode()
        except Unsealable as error:
            raise PermanentlyRejected("the key that its address was sealed with is gone") from error
        return IncomingWebhook(one.id, one.received_at, url, one.headers, one.body)

    async def _failed(self, one: WaitingWebhook, error: Exception) -> InboxOutcome:
        words = masked(described(error), self.settings, self.reader.plugins.form(self.plugin_id).secrets)
        if isinstance(error, NotAuthentic):
            _logger.warning("webhook %s of %s is not authentic: %s", one.id, self.plugin_id, words)
            return InboxOutcome(one.id, DeliveryState.DEAD, words, forged=not one.verified)
        match after_failure(error, one.attempts):
            case TryAgain(after, counted):
                return InboxOutcome(one.id, DeliveryState.NEW, words, after, counted)
            case Pause():
                await self.reader.installations.pause(self.actor.company, self.plugin_id, words)
                return _held(one, words)
            case GiveUp():
                _logger.error("webhook %s of %s is given up: %s", one.id, self.plugin_id, words)
                return InboxOutcome(one.id, DeliveryState.DEAD, words)


def _held(one: WaitingWebhook, words: str) -> InboxOutcome:
    """Due at once when the pause ends."""
    return InboxOutcome(one.id, DeliveryState.NEW, words, counted=False)


def _sound(facts: Sequence[object]) -> Sequence[Fact]:
    """The facts, if they are some of ours and not too many."""
    if len(facts) > MOST_FACTS:
        raise PermanentlyRejected(f"it says more than {MOST_FACTS} things")
    return [fact for fact in facts if isinstance(fact, Fact)]
