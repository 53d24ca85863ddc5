"""The ports to the orders of storefronts and of other shops."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.channel_order import ChannelOrder, FactKind, OrderState
from core.domain.channel_order_plan import Directory, Hold, Plan
from core.domain.channel_order_stock import Stock
from core.ports.transfers import SiteName


class LineReservationView(msgspec.Struct, frozen=True):
    """What is reserved for a line, of which product and at which site (of a kit, for each component): `reserved` units, and `short` that
    are wanted and not there."""

    id: UUID
    product: UUID
    sku: str
    site: str
    reserved: Decimal
    short: Decimal


class ChannelOrderLineView(msgspec.Struct, frozen=True):
    """One line. `product` and `name` are ours; `problem` says why nothing can be done about it. `owed` left the shop and is not posted
    for want of stock."""

    id: str
    sku: str
    barcode: str
    title: str
    item: str | None
    product: UUID | None
    name: str | None
    quantity: Decimal
    unit_price: Decimal
    site: str | None
    fulfilled: Decimal
    returned: Decimal
    posted: Decimal
    owed: Decimal
    settled: Decimal
    problem: str | None
    reservations: list[LineReservationView]


class FactLineView(msgspec.Struct, frozen=True):
    """How many units of a line, and what became of them in the books."""

    line: str
    quantity: Decimal
    posted: Decimal
    owed: Decimal
    settled: Decimal


class FactView(msgspec.Struct, frozen=True):
    """What left the shop, or came back to it, at once, with its postings."""

    id: str
    at: datetime
    site: str | None
    location: str | None
    problem: str | None
    lines: list[FactLineView]
    postings: list[UUID]


class StepView(msgspec.Struct, frozen=True):
    """What happened to the order: the name of the event, the state after it, and who did it where a person did."""

    at: datetime
    what: str
    state: OrderState
    by: UUID | None
    reason: str


class ChannelOrderView(msgspec.Struct, frozen=True):
    """An order with all that is known of it. `problem` are the words and `problem_code` is the code of a refusal, where
    one stands in its way; else both are empty."""

    id: UUID
    channel: str
    external_id: str
    number: str
    state: OrderState
    site: SiteName | None
    location: str | None
    buyer: str
    currency: str
    placed_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None
    imported_at: datetime
    updated_at: datetime
    problem: str
    problem_code: str
    version: int
    lines: list[ChannelOrderLineView]
    fulfilments: list[FactView]
    returns: list[FactView]
    history: list[StepView]


@dataclass(frozen=True, slots=True)
class Named:
    """What a shop's words name here: sites by id or code, and which of the codes are storefronts that bring their orders themselves."""

    sites: Mapping[str, UUID]
    closed: Collection[UUID]
    is_storefront: bool


class ChannelOrderRepository(Protocol):
    """The orders of one company, and what they need of its stock."""

    async def locked(self, channel: str, external_id: str) -> ChannelOrder | None:
        """The order by the shop's id of it, which nobody else changes or takes in until the transaction ends."""
        ...

    async def locked_by_id(self, order_id: UUID) -> ChannelOrder | None: ...

    async def named(self, channel: str, sites: Collection[str]) -> Named: ...

    async def directory(self, order: ChannelOrder) -> Directory:
        """What the company knows of the order's words."""
        ...

    async def lock_stock(self, order: ChannelOrder, plan: Plan) -> Stock:
        """All that the plan may touch, which nobody else changes until the transaction ends; and what there is of it."""
        ...

    async def hold(self, order: ChannelOrder, holds: Sequence[Hold], *, consumed: bool, grows: bool) -> Decimal:
        """Makes the order's reservations what these say; what is free goes to whoever comes first, and the rest is short. What it wants no
        more was moved (`consumed`) or is given back. Unless it `grows` nothing new is reserved. Returns how many units are short, of kits
        those of their components."""
        ...

    async def sold_before(self, order: ChannelOrder) -> Sequence[UUID]:
        """The sales of the order that stand, oldest first."""
        ...

    async def add_posting(self, order: ChannelOrder, kind: FactKind, fact: str, posting: UUID) -> None: ...

    async def next_number(self, order: ChannelOrder, kind: FactKind, fact: str) -> int:
        """The number of the next posting of this fact, from 1."""
        ...

    async def save(self, order: ChannelOrder, look_at: datetime | None, attempts: int = 0) -> None:
        """Stores all of it, new or not; `look_at` is when it is to be looked at again."""
        ...

    async def attempts(self, order: ChannelOrder) -> int:
        """How often in a row something was refused to it."""
        ...

    async def add_step(self, order: ChannelOrder, what: str, by: UUID | None, reason: str = "") -> None: ...

    async def view(self, order_id: UUID) -> ChannelOrderView: ...

    def trial(self) -> AbstractAsyncContextManager[None]:
        """What is done within is undone if it raises, and the transaction goes on."""
        ...

    async def hint(self, plugin_id: str, external_id: str) -> None:
        """Notes that the storefront is to be asked for this order."""
        ...

    async def items_linked(self, plugin_id: str, items: Collection[str]) -> None:
        """Notes orders that wait for the product of an item."""
        ...

    async def locations_mapped(self, plugin_id: str) -> None:
        """Notes orders that wait for the site of a location."""
        ...


class ChannelOrderMarks(Protocol):
    """Notes which orders are to be looked at because of what happened elsewhere. Each call is a transaction of its own."""

    async def next_due(self, company_id: UUID, now: datetime) -> UUID | None:
        """The first order that is to be looked at: what left already comes first, then the highest priority and the oldest."""
        ...

    async def stock_changed(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Gives what is free of these products to those whose reservations are short, and notes the orders that lack some of them."""
        ...

    async def promises_changed(self, company_id: UUID, reservations: Collection[UUID]) -> None:
        """Notes the orders whose reservations these are, where they may stand otherwise now."""
        ...

    async def products_changed(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Notes the orders that wait for one of these products, or for one of its SKU."""
        ...


@dataclass(frozen=True, slots=True)
class FeedLease:
    """The orders of a storefront that are ours alone to ask for until the lease ends. `cursor` is None at first. `is_due`: whether it is time
    to ask for what is new; `hints` are orders to ask for by their ids, with the version of each note and how often it failed."""

    token: UUID
    cursor: str | None
    failures: int
    is_due: bool
    hints: Sequence["OrderHint"]


@dataclass(frozen=True, slots=True)
class OrderHint:
    order: str
    wanted: int
    attempts: int


class OrderFeeds(Protocol):
    """How far the orders of storefronts are read. Each call is a transaction of its own."""

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta, *, at_once: bool) -> FeedLease | None:
        """Takes a storefront at work whose orders are taken, if it is due, or in any case if `at_once`; None where somebody else has it."""
        ...

    async def hinted(self, company_id: UUID, plugin_id: str, hint: OrderHint) -> None:
        """The order was asked for; unless it was noted once more in the meantime, that is done."""
        ...

    async def fault(self, company_id: UUID, plugin_id: str, order: str, error: str, after: timedelta) -> None:
        """The order could not be taken in: it is asked for again after that time."""
        ...

    async def advance(self, company_id: UUID, plugin_id: str, token: UUID, cursor: str) -> None:
        """All up to the cursor was seen to."""
        ...

    async def finish(
        self, company_id: UUID, plugin_id: str, token: UUID, after: timedelta, error: str | None, failures: int
    ) -> None:
        """Gives the lease back; the storefront is asked again after that time."""
        ...
