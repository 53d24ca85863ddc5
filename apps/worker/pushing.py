"""Pushing levels: one pusher for each storefront, absolute numbers, until they have arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from apps.worker.retries import described, push_delay
from core.domain.errors import DomainError
from core.ports.calling import answer_of
from core.ports.channels import ChannelLease, Channels, DirtyLink, PushedLink
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, RateLimited
from core.ports.plugins import Installations, Plugins
from core.ports.storefront import Level, Storefront

BATCH = 100
MOST_FAILURES = BATCH.bit_length()  # that count; by then it is one at a time
PUSH_SECONDS = 30  # in which a push must have ended; less than the lease


@dataclass(frozen=True, slots=True)
class Pusher:
    """Brings what storefronts show in line with the stock."""

    channels: Channels
    plugins: Plugins
    installations: Installations
    lease: timedelta

    async def push(self, company_id: UUID, plugin_id: str) -> bool:
        """Pushes levels that are out of date. Returns whether there are more to push now.

        After each failure it pushes half as many at a time, after each success twice as many again, so that one item that
        breaks the call cannot hold up the others.
        """
        held = await self.channels.lease(company_id, plugin_id, self.lease)
        if held is None:
            return False
        limit = max(1, BATCH >> held.failures)
        links = await self.channels.dirty(company_id, plugin_id, limit)
        try:
            pushed = await self._push(company_id, plugin_id, held, links) if links else []
        except Exception as error:
            await self._failed(company_id, plugin_id, held, links, error)
            return False
        await self.channels.record(company_id, plugin_id, held.token, pushed)
        return len(links) == limit

    async def _push(
        self, company_id: UUID, plugin_id: str, held: ChannelLease, links: Sequence[DirtyLink]
    ) -> list[PushedLink]:
        storefront = self._storefront(company_id, plugin_id, held)
        levels = [Level(link.item, link.location, link.available) for link in links]
        try:
            refused = await answer_of(storefront.push_levels(levels), PUSH_SECONDS)
        except PermanentlyRejected as error:
            if len(links) > 1:
                raise
            return [PushedLink(links[0], described(error))]
        reasons = {(one.item, one.location): one.reason for one in refused}
        return [PushedLink(link, reasons.get((link.item, link.location))) for link in links]

    def _storefront(self, company_id: UUID, plugin_id: str, held: ChannelLease) -> Storefront:
        try:
            storefront = self.plugins.open(plugin_id, company_id, held.settings).storefront
        except DomainError as error:
            raise Misconfigured(str(error)) from error
        if storefront is None:
            raise Misconfigured("this plugin brings no storefront any more")
        return storefront

    async def _failed(
        self, company_id: UUID, plugin_id: str, held: ChannelLease, links: Sequence[DirtyLink], error: Exception
    ) -> None:
        if isinstance(error, AuthFailed | Misconfigured):
            await self.installations.pause(company_id, plugin_id, described(error))
        failures = min(held.failures + (not isinstance(error, RateLimited)), MOST_FAILURES)
        delay = push_delay(error, failures)
        await self.channels.fail(company_id, plugin_id, held.token, links, described(error), delay, failures)
