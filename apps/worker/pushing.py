"""Working at storefronts: one at a time at each of them, until all that was to be done there has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from apps.worker.channel_levels import BATCH, AtStorefront, LevelKeeper
from apps.worker.channel_prices import PriceKeeper
from apps.worker.channel_set_up import Farewell, SetUp
from apps.worker.retries import described, push_delay
from core.commands.plugin_work import PluginWork
from core.ports.channels import ChannelLease, Channels, Errand
from core.ports.failures import AuthFailed, Misconfigured, RateLimited
from core.ports.plugins import Installations

MOST_FAILURES = BATCH.bit_length()  # that count; by then it is one at a time
ORDER = (Errand.PUSH, Errand.READ, Errand.SET_UP, Errand.PRICES)


@dataclass(frozen=True, slots=True)
class Pusher:
    """Brings what storefronts show in line with the stock."""

    channels: Channels
    work: PluginWork
    installations: Installations
    levels: LevelKeeper
    set_up: SetUp
    prices: PriceKeeper
    farewell: Farewell
    lease: timedelta
    _last: dict[tuple[UUID, str], Errand] = field(default_factory=dict, repr=False)

    async def push(self, company_id: UUID, plugin_id: str) -> bool:
        """Does one errand at the storefront: pushes levels that are out of date, reads what it shows, imports its items, pushes prices.
        Returns whether there is more to do now.

        After each failure it pushes half as many levels at a time, after each success twice as many again, so that one item that
        breaks the call cannot hold up the others.
        """
        held = await self.channels.lease(company_id, plugin_id, self.lease)
        if held is None:
            return await self.farewell.say(company_id, plugin_id)
        errands = self._in_turn((company_id, plugin_id), held)
        if not errands:
            await self.channels.release(company_id, plugin_id, held.token, succeeded=False)
            return False
        self._last[company_id, plugin_id] = errands[0]
        try:
            more = await self._do(errands[0], await self._at(company_id, plugin_id, held))
        except Exception as error:  # foreign code may raise anything
            await self._failed(company_id, plugin_id, held, error)
            return False
        levels = errands[0] in (Errand.PUSH, Errand.READ)
        await self.channels.release(company_id, plugin_id, held.token, succeeded=levels)
        return more or len(errands) > 1

    def _in_turn(self, place: tuple[UUID, str], held: ChannelLease) -> Sequence[Errand]:
        """What is due, beginning with what comes after what was done last, so that nothing waits for the end of something long."""
        start = ORDER.index(self._last[place]) + 1 if place in self._last else 0
        return [errand for errand in (*ORDER[start:], *ORDER[:start]) if errand in held.due]

    async def _at(self, company_id: UUID, plugin_id: str, held: ChannelLease) -> AtStorefront:
        at_work = await self.work.open(company_id, plugin_id)
        if at_work.plugin.storefront is None:
            raise Misconfigured("this plugin brings no storefront any more")
        return AtStorefront(company_id, plugin_id, held, at_work, at_work.plugin.storefront)

    async def _do(self, errand: Errand, there: AtStorefront) -> bool:
        limit = max(1, BATCH >> there.held.failures)
        match errand:
            case Errand.PUSH:
                return await self.levels.push(there, limit)
            case Errand.READ:
                return await self.levels.read(there, limit)
            case Errand.PRICES:
                return await self.prices.push(there)
            case Errand.SET_UP:
                await self.set_up.go_on(there)
                return True

    async def _failed(self, company_id: UUID, plugin_id: str, held: ChannelLease, error: Exception) -> None:
        if isinstance(error, AuthFailed | Misconfigured):
            await self.installations.pause(company_id, plugin_id, described(error))
        failures = min(held.failures + (not isinstance(error, RateLimited)), MOST_FAILURES)
        delay = push_delay(error, failures)
        await self.channels.fail(company_id, plugin_id, held.token, described(error), delay, failures)
