"""Delivering events: claim, react outside any transaction, record how it went."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.retries import MAX_TRIES, GiveUp, Pause, TryAgain, after_failure, described
from core.domain.errors import DomainError
from core.domain.events import Event
from core.ports.calling import answer_of
from core.ports.failures import Misconfigured
from core.ports.outbox import Deliveries, Delivery, DeliveryState, Outcome
from core.ports.plugins import Installations, Plugins, Reaction

CoreReaction = Callable[[UUID, Sequence[Event]], Awaitable[None]]

CORE_BATCH = 500
PLUGIN_BATCH = 10
PLUGIN_SECONDS = 30  # in which a reaction must have ended

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Brings events to the core's reactions, many at once, and to those of plugins, one by one."""

    deliveries: Deliveries
    plugins: Plugins
    installations: Installations
    core_reactions: Mapping[str, CoreReaction]
    lease: timedelta

    async def deliver(self, company_id: UUID, subscriber: str) -> bool:
        """Delivers what is due. Returns whether there may be more."""
        reaction = self.core_reactions.get(subscriber)
        limit = CORE_BATCH if reaction else PLUGIN_BATCH
        claimed = await self.deliveries.claim(company_id, subscriber, limit, self.lease)
        outcomes = [_given_up(one) for one in claimed.deliveries if one.attempts > MAX_TRIES]
        due = [one for one in claimed.deliveries if one.attempts <= MAX_TRIES]
        if due and reaction:
            outcomes += await self._by_core(company_id, reaction, due)
        elif due:
            outcomes += await self._by_plugin(company_id, subscriber, due)
        if outcomes:
            await self.deliveries.finish(company_id, subscriber, claimed.token, outcomes)
        for one in outcomes:
            if one.state is DeliveryState.DEAD:
                _logger.error(
                    "company %s, %s: event %s is given up: %s", company_id, subscriber, one.event_id, one.error
                )
        return len(claimed.deliveries) == limit

    async def _by_core(self, company_id: UUID, reaction: CoreReaction, due: Sequence[Delivery]) -> list[Outcome]:
        """First tries together; those that failed before each on their own, so that one cannot spoil the others for ever."""
        batches = [[one] for one in due if one.attempts > 1]
        if first := [one for one in due if one.attempts == 1]:
            batches.insert(0, first)
        outcomes: list[Outcome] = []
        for batch in batches:
            try:
                await reaction(company_id, [one.event for one in batch])
                outcomes += [Outcome(one.event.id, DeliveryState.DONE) for one in batch]
            except Exception as error:
                outcomes += [_failed(one, error) for one in batch]
        return outcomes

    async def _by_plugin(self, company_id: UUID, subscriber: str, due: Sequence[Delivery]) -> list[Outcome]:
        plugin_id, _, name = subscriber.partition(":")
        try:
            reaction = await self._reaction(company_id, plugin_id, name)
        except (DomainError, Misconfigured) as error:
            await self.installations.pause(company_id, plugin_id, described(error))
            return [_waiting(one, error) for one in due]
        failures = await asyncio.gather(*(_react(reaction, one.event) for one in due))
        if stopper := next((failure for failure in failures if _stops(failure)), None):
            await self.installations.pause(company_id, plugin_id, described(stopper))
        return [_failed(one, failure) if failure else _done(one) for one, failure in zip(due, failures, strict=True)]

    async def _reaction(self, company_id: UUID, plugin_id: str, name: str) -> Reaction:
        installation = await self.installations.find(company_id, plugin_id)
        settings = installation.settings if installation else {}
        return self.plugins.open(plugin_id, company_id, settings).reactions[name]


async def _react(reaction: Reaction, event: Event) -> Exception | None:
    """The failure of a reaction, whatever foreign code raises."""
    try:
        await answer_of(reaction(event), PLUGIN_SECONDS)
    except Exception as error:
        return error
    return None


def _stops(failure: Exception | None) -> bool:
    return failure is not None and isinstance(after_failure(failure, 1), Pause)


def _done(one: Delivery) -> Outcome:
    return Outcome(one.event.id, DeliveryState.DONE)


def _failed(one: Delivery, error: BaseException) -> Outcome:
    match after_failure(error, one.attempts):
        case TryAgain(after, counted):
            return Outcome(one.event.id, DeliveryState.NEW, described(error), after, counted)
        case Pause():
            return _waiting(one, error)
        case GiveUp():
            return Outcome(one.event.id, DeliveryState.DEAD, described(error))


def _waiting(one: Delivery, error: BaseException) -> Outcome:
    """Due at once when the pause ends."""
    return Outcome(one.event.id, DeliveryState.NEW, described(error), counted=False)


def _given_up(one: Delivery) -> Outcome:
    """A delivery whose last try never came back."""
    return Outcome(one.event.id, DeliveryState.DEAD, "the worker ended during every try")
