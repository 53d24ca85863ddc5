"""Orders of storefronts: asked for at fixed times and whenever a storefront says that something is new, and taken in one by one, so that
none can hold up the others. What is asked is asked outside of any transaction."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.retries import described, push_delay
from core.commands.channel_orders import REFUSED_AGAIN, Picture, keep, look_again, put_off, take_in
from core.commands.plugin_work import AtWork, PluginWork
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.domain.remote_order import RemoteOrder
from core.ports.channel_orders import ChannelOrderMarks, FeedLease, OrderFeeds
from core.ports.clock import Clock
from core.ports.failures import AuthFailed, Misconfigured, RateLimited
from core.ports.plugins import Installations
from core.ports.storage import Run
from core.ports.storefront import OrderPage, Storefront

PERIOD = timedelta(minutes=1)
LEASE = timedelta(minutes=3)
SECONDS = 30  # in which a page of orders, or one order, must have come
PAGES_AT_ONCE = 20
NOBODY = UUID(int=0)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class There:
    """A storefront whose orders are ours to ask for."""

    company_id: UUID
    plugin_id: str
    at_work: AtWork
    storefront: Storefront
    held: FeedLease


@dataclass(frozen=True, slots=True)
class OrderPuller:
    """Takes in what storefronts tell of their orders, and looks again at orders that wait for something."""

    feeds: OrderFeeds
    marks: ChannelOrderMarks
    run: Run
    work: PluginWork
    installations: Installations
    clock: Clock
    period: timedelta = PERIOD

    async def pull_orders(self, company_id: UUID, plugin_id: str) -> bool:
        """Asks for all that is new at this moment, due or not. Returns whether all of it was taken in: not where somebody else is asking, nor
        where the storefront did not answer."""
        return await self._once(company_id, plugin_id, at_once=True) is False

    async def pull(self, company_id: UUID, plugin_id: str) -> bool:
        """Asks for the orders that the storefront has told of and, if it is time, for all that are new. Returns whether there may be more
        now."""
        return bool(await self._once(company_id, plugin_id, at_once=False))

    async def _once(self, company_id: UUID, plugin_id: str, *, at_once: bool) -> bool | None:
        """Whether there may be more now; None: nobody knows."""
        held = await self.feeds.lease(company_id, plugin_id, LEASE, at_once=at_once)
        if held is None:
            return None
        try:
            more = await self._pull(company_id, plugin_id, held)
        except asyncio.CancelledError:
            await self.feeds.finish(company_id, plugin_id, held.token, timedelta(0), None, held.failures)
            raise
        except Exception as error:  # foreign code may raise anything
            await self._failed(company_id, plugin_id, held, error)
            return None
        await self.feeds.finish(company_id, plugin_id, held.token, timedelta(0) if more else self.period, None, 0)
        return more

    async def _pull(self, company_id: UUID, plugin_id: str, held: FeedLease) -> bool:
        at_work = await self.work.open(company_id, plugin_id)
        storefront = at_work.plugin.storefront
        if storefront is None:
            raise Misconfigured("this plugin brings no storefront any more")
        there = There(company_id, plugin_id, at_work, storefront, held)
        await self._ask_for_hinted(there)
        return await self._read_on(there) if held.is_due else False

    async def _ask_for_hinted(self, there: There) -> None:
        for hint in there.held.hints:
            found: RemoteOrder | None = await there.at_work.answer(there.storefront.order(hint.order), SECONDS)
            if found is None or await self._taken_in(there, found, hint.attempts):
                await self.feeds.hinted(there.company_id, there.plugin_id, hint)

    async def _read_on(self, there: There) -> bool:
        """Page after page, each noted when all of it was seen to."""
        cursor = there.held.cursor
        for _ in range(PAGES_AT_ONCE):
            page: OrderPage = await there.at_work.answer(there.storefront.orders(cursor), SECONDS)
            for order in page.orders:
                await self._taken_in(there, order, 0)
            cursor = page.cursor
            await self.feeds.advance(there.company_id, there.plugin_id, there.held.token, cursor)
            if not page.more:
                return False
        return True

    async def _taken_in(self, there: There, order: RemoteOrder, attempts: int) -> bool:
        """Whether the order was taken in, or kept with its error. Otherwise it is asked for again later."""
        actor, picture = _system(there.company_id), Picture(there.plugin_id, order)
        try:
            await self.run(take_in, actor, picture)
        except Exception as error:
            words = _words(error)
            _logger.warning("company %s, %s: order %s: %s", there.company_id, there.plugin_id, order.id, words)
            return await self._kept(there, picture, words, attempts)
        return True

    async def _kept(self, there: There, picture: Picture, words: str, attempts: int) -> bool:
        try:
            await self.run(keep, _system(there.company_id), (picture, words))
        except Exception:  # it cannot even be written down
            after = REFUSED_AGAIN[min(attempts, len(REFUSED_AGAIN) - 1)]
            await self.feeds.fault(there.company_id, there.plugin_id, picture.order.id, words, after)
            return False
        return True

    async def _failed(self, company_id: UUID, plugin_id: str, held: FeedLease, error: Exception) -> None:
        if isinstance(error, AuthFailed | Misconfigured):
            await self.installations.pause(company_id, plugin_id, described(error))
        failures = held.failures + (not isinstance(error, RateLimited))
        delay = max(push_delay(error, max(failures, 1)), min(self.period, timedelta(seconds=1)))
        await self.feeds.finish(company_id, plugin_id, held.token, delay, described(error), failures)

    async def look_again(self, company_id: UUID) -> bool:
        """Looks again at one order that waits for it. Returns whether there may be more."""
        order_id = await self.marks.next_due(company_id, self.clock.now())
        if order_id is None:
            return False
        try:
            await self.run(look_again, _system(company_id), order_id)
        except Exception as error:
            _logger.warning("company %s: order %s: %s", company_id, order_id, _words(error))
            await self.run(put_off, _system(company_id), (order_id, _words(error)))
        return True


def _words(error: Exception) -> str:
    """What went wrong. The words of a database hold what it was given, such as names of people."""
    return described(error) if isinstance(error, DomainError) else f"an error of ours: {type(error).__name__}"


def _system(company_id: UUID) -> Actor:
    return Actor(NOBODY, company_id, frozenset())
