"""Orders of storefronts and other shops as they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.channel_order import OrderState
from core.ports.channel_orders import ChannelOrderView
from core.ports.transfers import SiteName
from core.queries.paging import Page


class ChannelOrderSummary(msgspec.Struct, frozen=True):
    """An order without its lines, of which there are `lines`."""

    id: UUID
    channel: str
    external_id: str
    number: str
    state: OrderState
    site: SiteName | None
    buyer: str
    currency: str
    placed_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None
    problem: str
    problem_code: str
    version: int
    lines: int


class ChannelOrderFilter(msgspec.Struct, frozen=True):
    """Which orders: of a channel, in one of the states, for a site (id or code), placed in a time, with a text in their number, id, buyer or
    SKU."""

    channel: str | None = None
    states: Sequence[OrderState] = ()
    site: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


class ChannelOrderReader(Protocol):
    """Reads orders of the sites in the actor's reach; those that have no site yet, by whoever sees all of them."""

    async def orders(
        self, actor: Actor, wanted: ChannelOrderFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ChannelOrderSummary]:
        """Orders, those that were placed last first."""
        ...

    async def order(self, actor: Actor, order_id: UUID) -> ChannelOrderView | None:
        """One order with all that is known of it."""
        ...
