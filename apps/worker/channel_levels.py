"""The levels of a storefront: pushing those that are out of date, and reading what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from apps.worker.retries import described
from core.commands.plugin_work import AtWork
from core.domain.channel_level import Finding, KnownLevel, finding, shows
from core.ports.calling import answer_of
from core.ports.channels import ChannelLease, ChannelLevels, LevelIntent, LinkToRead, PushedLevel, PushEnd, ReadLevel
from core.ports.failures import Ambiguous, PermanentlyRejected, Transient
from core.ports.storefront import LevelFault, MovedLevel, Storefront

BATCH = 100
PUSH_SECONDS = 30  # in which a push must have ended; less than the lease
READ_SECONDS = 15  # for each of two readings, and for the orders between them


class OrderPuller(Protocol):
    """Who asks a storefront for new orders and takes them in."""

    async def pull_orders(self, company_id: UUID, plugin_id: str) -> bool:
        """Returns whether all that is new was taken in."""
        ...


@dataclass(frozen=True, slots=True)
class AtStorefront:
    """A storefront that is ours for the time of a lease."""

    company_id: UUID
    plugin_id: str
    held: ChannelLease
    at_work: AtWork
    storefront: Storefront


@dataclass(frozen=True, slots=True)
class LevelKeeper:
    """Keeps levels in line with the stock. Without `orders`, whatever changes there is taken for somebody's doing."""

    levels: ChannelLevels
    orders: OrderPuller | None = None

    async def push(self, there: AtStorefront, limit: int) -> bool:
        """Pushes levels that are out of date. Returns whether there may be more."""
        company_id, plugin_id, token = there.company_id, there.plugin_id, there.held.token
        intents = await self.levels.aim(company_id, plugin_id, token, limit)
        try:
            ended = await _pushed(there, intents)
        except Exception as error:
            is_open = isinstance(error, Ambiguous)
            await self.levels.record_failed(company_id, plugin_id, token, intents, described(error), is_open=is_open)
            raise
        if ended:
            await self.levels.record_pushed(company_id, plugin_id, token, ended)
        return len(intents) == limit or any(one.end is PushEnd.MOVED for one in ended)

    async def read(self, there: AtStorefront, limit: int) -> bool:
        """Reads levels that are due and compares them. Where one has changed, orders that were not known yet are taken in first, and it
        is read again. Returns whether there may be more."""
        read = await self._look(there, limit)
        orders_known = True
        if self.orders and there.held.takes_orders and any(one.finding is Finding.DRIFT for one in read):
            pulling = self.orders.pull_orders(there.company_id, there.plugin_id)
            orders_known = await answer_of(pulling, READ_SECONDS)
            read = await self._look(there, limit)
        told = [one for one in read if orders_known or one.finding is not Finding.DRIFT]
        if told:
            await self.levels.record_read(there.company_id, there.plugin_id, there.held.token, told)
        if len(told) < len(read):
            raise Transient("levels have changed there, and its orders could not be asked for")
        return bool(read)

    async def _look(self, there: AtStorefront, limit: int) -> list[ReadLevel]:
        links = await self.levels.to_read(there.company_id, there.plugin_id, limit)
        items = list(dict.fromkeys(link.item for link in links))
        if not items:
            return []
        shown = await there.at_work.answer(there.storefront.levels(items), READ_SECONDS)
        found = {(one.item, one.location): one.quantity for one in shown}
        return [_read(link, (link.item, link.location) in found, found) for link in links]


async def _pushed(there: AtStorefront, intents: Sequence[LevelIntent]) -> list[PushedLevel]:
    """How the pushes ended. What the storefront was seen to show already is not sent."""
    still = [
        one for one in intents if one.tries == 1 and not one.foreseen and one.level.last_seen == one.level.quantity
    ]
    sent = [one for one in intents if one not in still]
    ended = [PushedLevel(one, PushEnd.SPARED) for one in still]
    if not sent:
        return ended
    try:
        faults = await there.at_work.answer(there.storefront.push_levels([one.level for one in sent]), PUSH_SECONDS)
    except PermanentlyRejected as error:
        if len(sent) > 1:
            raise
        return [*ended, PushedLevel(sent[0], PushEnd.REFUSED, described(error))]
    by_place = {(fault.item, fault.location): fault for fault in faults}
    return [*ended, *(_end(one, by_place.get((one.level.item, one.level.location))) for one in sent)]


def _end(intent: LevelIntent, fault: LevelFault | None) -> PushedLevel:
    if fault is None:
        return PushedLevel(intent, PushEnd.DONE)
    if isinstance(fault, MovedLevel):
        # Tried again, what it shows may be our own doing.
        arrived = intent.tries > 1 and shows(fault.shown, intent.level.quantity)
        return PushedLevel(intent, PushEnd.DONE if arrived else PushEnd.MOVED)
    return PushedLevel(intent, PushEnd.REFUSED, fault.reason[:500])


def _read(link: LinkToRead, is_known: bool, found: Mapping[tuple[str, str], Decimal | None]) -> ReadLevel:
    shown = found.get((link.item, link.location))
    known = KnownLevel(link.target, link.last_seen, link.expected, link.under_way, link.last_sent)
    what = finding(known, shown) if is_known else Finding.ABSENT
    stands = what is Finding.ABSENT or shows(shown, link.target) or link.accepted == link.target
    return ReadLevel(link, shown, what, push=not (link.is_dirty or stands))
