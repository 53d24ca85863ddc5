"""The ports to what our storefronts show: one link for each item at each of its locations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID


class ChannelLinks(Protocol):
    async def mark_dirty(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Notes that what storefronts show of these products, and of kits made of them, may be out of date."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelLease:
    """A storefront that is ours alone to push to until the lease ends. `failures` says how much trouble
    there was of late: each failed push adds one, each good one takes one away."""

    token: UUID
    settings: Mapping[str, object]
    failures: int


@dataclass(frozen=True, slots=True)
class DirtyLink:
    """An item whose level is out of date, with what is available at this moment."""

    item: str
    location: str
    version: int
    available: Decimal


@dataclass(frozen=True, slots=True)
class PushedLink:
    """A link whose level was sent, or refused for good because of `error`."""

    link: DirtyLink
    error: str | None = None


class Channels(Protocol):
    """The storefronts as their pushers see them."""

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta) -> ChannelLease | None:
        """Takes an enabled storefront that is due, unless somebody else has it."""
        ...

    async def dirty(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[DirtyLink]:
        """Links that are out of date, those first that have waited longest for a try. A kit has as many units as its
        scarcest component allows, an inactive product none."""
        ...

    async def record(self, company_id: UUID, plugin_id: str, token: UUID, pushed: Sequence[PushedLink]) -> None:
        """Notes what was pushed and gives the lease back. A link that was marked again in the meantime stays dirty.
        Without effect when the lease has passed to somebody else."""
        ...

    async def fail(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        tried: Sequence[DirtyLink],
        error: str,
        after: timedelta,
        failures: int,
    ) -> None:
        """Notes that a push failed as a whole, which makes `failures` of them, and gives the lease back: the storefront is left
        alone for this time, and other links get their turn before those tried."""
        ...
