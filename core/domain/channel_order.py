"""Orders of storefronts and of other shops: what is known of one.

What left the shop and what came back are facts: they are united over all pictures of an order, whatever their age, and each is posted
once for ever. Everything else is as the newest picture says. So pictures may come twice, late and in any order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.ids import new_id

OF_CHANNEL_ORDER = "channel_order"
"""The type of demand of the reservations that an order makes."""

ZERO = Decimal(0)


class OrderState(StrEnum):
    """Short: some line lacks stock. Needs attention: something of it cannot be done until a person has seen to it."""

    OPEN = "open"
    SHORT = "short"
    NEEDS_ATTENTION = "needs_attention"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class FactKind(StrEnum):
    FULFILMENT = "fulfilment"
    RETURN = "return"


class Problem(StrEnum):
    """Why something of an order cannot be done."""

    NO_PRODUCT = "no_product"
    INACTIVE_PRODUCT = "inactive_product"
    UNKNOWN_LOCATION = "unknown_location"
    UNKNOWN_LINE = "unknown_line"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What was ordered, as the newest picture that has it says; of a line that the newest has no more, `quantity` is 0. `number` is its
    place among the order's. `product` is ours, if we know it; `site` where the shop said so for this line."""

    id: str
    number: int
    item: str | None
    sku: str
    barcode: str
    title: str
    quantity: Decimal
    unit_price: Decimal
    seen_at: datetime
    product: UUID | None = None
    site: UUID | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class FactLine:
    """How many units of a line left or came back; of those, how many are posted, and how many a person has settled otherwise."""

    line: str
    quantity: Decimal
    posted: Decimal = ZERO
    settled: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        """What the ledger does not know of yet."""
        return self.quantity - self.posted - self.settled


@dataclass(frozen=True, slots=True)
class Fact:
    """What left the shop, or came back, at once. `location` is the storefront's word for where, `site` ours, if we know it."""

    kind: FactKind
    id: str
    at: datetime
    lines: tuple[FactLine, ...]
    location: str | None = None
    site: UUID | None = None
    problem: Problem | None = None

    @property
    def is_open(self) -> bool:
        return any(line.owed for line in self.lines)


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """All that is known of an order. `id` is ours, `external_id` the shop's; `changed_at` is the moment of the newest picture; `site` is
    where it is to be fulfilled from. `by_location`: whether the shop speaks of locations of its own. `problem` are the words and
    `problem_code` is the code of a refusal that stood in the way of the order as a whole; `lacks` are the units that it wants or that left, and that are not there."""

    channel: str
    external_id: str
    number: str
    placed_at: datetime
    changed_at: datetime
    currency: str
    lines: tuple[OrderLine, ...]
    facts: tuple[Fact, ...] = ()
    by_location: bool = False
    location: str | None = None
    site: UUID | None = None
    cancelled_at: datetime | None = None
    buyer: str = field(default="", repr=False)
    state: OrderState = OrderState.OPEN
    problem: str = ""
    problem_code: str = ""
    lacks: Decimal = ZERO
    has_unknown_location: bool = False
    version: int = 0
    id: UUID = field(default_factory=new_id)


def to_deliver(order: ChannelOrder) -> Mapping[str, Decimal]:
    """How many units of each line, by its id, are still to leave the shop."""
    if order.cancelled_at:
        return {}
    left = {line.id: line.quantity for line in order.lines}
    for fact in order.facts:
        if fact.kind is FactKind.FULFILMENT:
            for part in fact.lines:
                left[part.line] = left.get(part.line, ZERO) - part.quantity
    return {line: quantity for line, quantity in left.items() if quantity > 0}


def posted(order: ChannelOrder, done: Iterable[tuple[FactKind, str, str, Decimal]]) -> ChannelOrder:
    """After these units were posted: kind and id of the fact, id of the line, quantity."""
    sums: dict[tuple[FactKind, str, str], Decimal] = {}
    for kind, fact, line, quantity in done:
        sums[kind, fact, line] = sums.get((kind, fact, line), ZERO) + quantity
    facts = tuple(
        replace(
            fact,
            lines=tuple(
                replace(part, posted=part.posted + sums.get((fact.kind, fact.id, part.line), ZERO))
                for part in fact.lines
            ),
        )
        for fact in order.facts
    )
    return replace(order, facts=facts)


def settled(order: ChannelOrder) -> ChannelOrder:
    """After a person has said that nothing more of what left and came back so far is to be posted."""
    facts = tuple(
        replace(fact, lines=tuple(replace(part, settled=part.settled + part.owed) for part in fact.lines))
        for fact in order.facts
    )
    return replace(order, facts=facts)


def is_owed(order: ChannelOrder) -> bool:
    """Whether something left the shop, or came back, that is not posted."""
    return any(fact.is_open for fact in order.facts)


def units(order: ChannelOrder, kind: FactKind) -> Mapping[str, Decimal]:
    """How many units of each line, by its id, left or came back."""
    sums: dict[str, Decimal] = {}
    for fact in order.facts:
        if fact.kind is kind:
            for part in fact.lines:
                sums[part.line] = sums.get(part.line, ZERO) + part.quantity
    return sums


def owed_units(order: ChannelOrder) -> Decimal:
    """How many units left and are not posted."""
    sales = (fact for fact in order.facts if fact.kind is FactKind.FULFILMENT)
    return sum((part.owed for fact in sales for part in fact.lines), ZERO)


def differs(one: ChannelOrder, other: ChannelOrder) -> bool:
    """Whether they say something different of the order, not only at another moment."""
    return _said(one) != _said(other)


def _said(order: ChannelOrder) -> ChannelOrder:
    lines = tuple(replace(line, seen_at=order.placed_at, number=0) for line in order.lines)
    return replace(order, changed_at=order.placed_at, version=0, has_unknown_location=False, lines=lines, id=_NOBODY)


_NOBODY = UUID(int=0)
