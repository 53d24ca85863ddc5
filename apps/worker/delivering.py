"""Delivering events: claim, react outside any transaction, record how it went."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.retries import MAX_TRIES, GiveUp, Pause, TryAgain, after_failure, described
from core.commands.plugin_work import AtWork, PluginWork
from core.domain.events import Event
from core.ports.failures import Misconfigured, PortFailure, RateLimited
from core.ports.outbox import Deliveries, Delivery, DeliveryState, Outcome
from core.reactions.notifications import Notices

CoreReaction = Callable[[UUID, Sequence[Event]], Awaitable[None]]

CORE_BATCH = 500
PLUGIN_BATCH = 10
PLUGIN_SECONDS = 30  # in which a reaction must have ended
REST = timedelta(minutes=1)
"""How long deliveries are left alone where nobody can work at present."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Brings events to the core's reactions, many at once, to those of plugins, one by one, and what of them is news to channels of
    plugins, some at once."""

    deliveries: Deliveries
    work: PluginWork
    core_reactions: Mapping[str, CoreReaction]
    lease: timedelta
    notices: Notices

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
        outcomes: list[Outcome] = []
        for batch in _batches(due):
            try:
                await reaction(company_id, [one.event for one in batch])
                outcomes += [Outcome(one.event.id, DeliveryState.DONE) for one in batch]
            except Exception as error:
                outcomes += [_failed(one, error) for one in batch]
        return outcomes

    async def _by_plugin(self, company_id: UUID, subscriber: str, due: Sequence[Delivery]) -> list[Outcome]:
        plugin_id, _, name = subscriber.partition(":")
        try:
            at_work = await self.work.open(company_id, plugin_id)
        except Misconfigured as error:
            await self.work.installations.pause(company_id, plugin_id, described(error))
            return [_waiting(one, error) for one in due]
        except PortFailure as error:
            return [_waiting(one, error, _rest(error)) for one in due]
        tried, waiting = (due[:1], due[1:]) if at_work.is_trial else (due, [])
        if subscriber in self.work.plugins.notification_channels():
            failures = await self._by_channel(at_work, tried)
        else:
            failures = await asyncio.gather(*(_react(at_work, name, one.event) for one in tried))
        if stopper := next((failure for failure in failures if _stops(failure)), None):
            await self.work.installations.pause(company_id, plugin_id, described(stopper))
        outcomes = [
            _failed(one, failure) if failure else _done(one) for one, failure in zip(tried, failures, strict=True)
        ]
        return [*outcomes, *(_waiting(one, None) for one in waiting)]

    async def _by_channel(self, at_work: AtWork, due: Sequence[Delivery]) -> list[Exception | None]:
        """For each how it failed, in their order."""
        failures: dict[UUID, Exception | None] = {}
        for batch in _batches(due):
            failure = await self._carried(at_work, [one.event for one in batch])
            failures |= {one.event.id: failure for one in batch}
        return [failures[one.event.id] for one in due]

    async def _carried(self, at_work: AtWork, events: Sequence[Event]) -> Exception | None:
        try:
            told, channel = await self.notices.of(at_work.company_id, events), at_work.plugin.notification_channel
            notices = [one for one in told if one.news.only_to is None]  # a room is for all
            if notices and channel:
                await at_work.ask(lambda: channel.carry(notices), PLUGIN_SECONDS)
        except Exception as error:  # foreign code may raise anything
            return error
        return None


def _batches(due: Sequence[Delivery]) -> list[list[Delivery]]:
    """First tries together; those that failed before each on their own, so that one cannot spoil the others for ever."""
    alone = [[one] for one in due if one.attempts > 1]
    first = [one for one in due if one.attempts == 1]
    return [first, *alone] if first else alone


async def _react(at_work: AtWork, name: str, event: Event) -> Exception | None:
    """The failure of a reaction, whatever foreign code raises."""
    try:
        await at_work.ask(lambda: at_work.plugin.reactions[name](event), PLUGIN_SECONDS)
    except Exception as error:
        return error
    return None


def _rest(error: PortFailure) -> timedelta:
    return error.after if isinstance(error, RateLimited) else REST


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


def _waiting(one: Delivery, error: BaseException | None, after: timedelta = timedelta(0)) -> Outcome:
    """Due after that time, or when the pause ends, as if it had not been tried."""
    return Outcome(one.event.id, DeliveryState.NEW, described(error) if error else None, after, counted=False)


def _given_up(one: Delivery) -> Outcome:
    """A delivery whose last try never came back."""
    return Outcome(one.event.id, DeliveryState.DEAD, "the worker ended during every try")
