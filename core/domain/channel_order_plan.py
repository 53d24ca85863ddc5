"""What follows from an order: what is to be reserved, what is to be posted as sold and as returned, and what stands in the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from core.domain.channel_order import (
    ChannelOrder,
    Fact,
    FactKind,
    OrderLine,
    OrderState,
    Problem,
    is_owed,
    to_deliver,
)


@dataclass(frozen=True, slots=True)
class Directory:
    """What the company knows of an order's words: the products of its lines, by their ids; those products that may not be sold; the sites
    of its locations. `first` is the site of those that name none."""

    products: Mapping[str, UUID]
    inactive: frozenset[UUID] = frozenset()
    sites: Mapping[str, UUID] = field(default_factory=dict)
    first: UUID | None = None


def resolved(order: ChannelOrder, directory: Directory) -> ChannelOrder:
    """The order in the company's own words. The product of a line of which something is posted stays the one that was posted."""
    touched = {line.line for fact in order.facts for line in fact.lines if line.posted}
    home, is_unknown = order.site, False
    if order.by_location:
        home = directory.sites.get(order.location) if order.location else directory.first
        is_unknown = home is None
    return replace(
        order,
        site=home,
        has_unknown_location=is_unknown,
        lines=tuple(_resolved_line(line, directory, is_fixed=line.id in touched) for line in order.lines),
        facts=tuple(_resolved_fact(fact, order, directory, home) for fact in order.facts),
    )


def _resolved_line(line: OrderLine, directory: Directory, *, is_fixed: bool) -> OrderLine:
    product = line.product if is_fixed else directory.products.get(line.id)
    problem = Problem.NO_PRODUCT if product is None else None
    if product in directory.inactive:
        problem = Problem.INACTIVE_PRODUCT
    return replace(line, product=product, problem=problem)


def _resolved_fact(fact: Fact, order: ChannelOrder, directory: Directory, home: UUID | None) -> Fact:
    site = fact.site
    if order.by_location:
        site = directory.sites.get(fact.location) if fact.location else home or directory.first
    lines = {line.id for line in order.lines}
    problem = Problem.UNKNOWN_LOCATION if site is None and order.by_location else None
    if any(part.line not in lines for part in fact.lines):
        problem = Problem.UNKNOWN_LINE
    return replace(fact, site=site, problem=problem)


@dataclass(frozen=True, slots=True)
class Hold:
    """So many units of a line are to be reserved at a site, neither more nor fewer."""

    line: int
    product: UUID
    site: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a line that left a site, or came back there, and are not posted yet."""

    fact: Fact
    line: OrderLine
    product: UUID
    site: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """What must happen for the books to say what is known of an order."""

    holds: Sequence[Hold]
    sales: Sequence[Part]
    returns: Sequence[Part]


def plan_of(order: ChannelOrder) -> Plan:
    """What follows from an order in the company's own words, as far as it can be done."""
    return Plan(
        list(_holds(order)),
        list(_parts(order, FactKind.FULFILMENT)),
        list(_parts(order, FactKind.RETURN)),
    )


def _holds(order: ChannelOrder) -> Iterator[Hold]:
    left = to_deliver(order)
    for line in order.lines:
        site = line.site or order.site
        if line.id in left and line.product and line.problem is None and site:
            yield Hold(line.number, line.product, site, left[line.id])


def _parts(order: ChannelOrder, kind: FactKind) -> Iterator[Part]:
    lines = {line.id: line for line in order.lines}
    for fact in order.facts:
        if fact.kind is not kind:
            continue
        for part in fact.lines:
            line = lines.get(part.line)
            site = (fact.site or (line.site if line else None) or order.site) if fact.problem is None else None
            if part.owed > 0 and line and line.product and line.problem is None and site:
                yield Part(fact, line, line.product, site, part.owed)


def state_of(order: ChannelOrder) -> OrderState:
    """How the order stands."""
    if order.problem or next(problems(order), None):
        return OrderState.NEEDS_ATTENTION
    if order.lacks or is_owed(order):
        return OrderState.SHORT
    if order.cancelled_at:
        return OrderState.CANCELLED
    if to_deliver(order):
        return OrderState.OPEN
    has_left = any(fact.kind is FactKind.FULFILMENT for fact in order.facts)
    return OrderState.FULFILLED if has_left else OrderState.CANCELLED


def problems(order: ChannelOrder) -> Iterator[tuple[str, Problem]]:
    """What stands in the way of something that is still to be done: where (the id of a line or of a fact, nothing for the order), and
    what it is."""
    left = to_deliver(order)
    open_facts = [fact for fact in order.facts if fact.is_open]
    wanted = {part.line for fact in open_facts for part in fact.lines if part.owed} | left.keys()
    if left and order.has_unknown_location:
        yield "", Problem.UNKNOWN_LOCATION
    yield from ((line.id, line.problem) for line in order.lines if line.problem and line.id in wanted)
    yield from ((fact.id, fact.problem) for fact in open_facts if fact.problem)
