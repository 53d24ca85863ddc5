"""What an order does to the levels that its storefront shows: it shows fewer of what was ordered, and more of what came back."""

from collections.abc import Mapping
from decimal import Decimal

from core.domain.channel_order import ZERO, ChannelOrder, FactKind, to_deliver

Level = tuple[str, str]
"""An item at a location, by the storefront's ids."""


def change_of_levels(before: ChannelOrder | None, after: ChannelOrder) -> Mapping[Level, Decimal]:
    """By how much the storefront must show more or less since."""
    old, new = _taken(before) if before else {}, _taken(after)
    changes = {level: old.get(level, ZERO) - new.get(level, ZERO) for level in old.keys() | new.keys()}
    return {level: change for level, change in changes.items() if change}


def _taken(order: ChannelOrder) -> dict[Level, Decimal]:
    """What the order has taken from each level, as far as the storefront says from which."""
    items = {line.id: line.item for line in order.lines}
    taken: dict[Level, Decimal] = {}

    def take(line: str, location: str | None, quantity: Decimal) -> None:
        item = items.get(line)
        if item and location:
            taken[item, location] = taken.get((item, location), ZERO) + quantity

    for line, quantity in to_deliver(order).items():
        take(line, order.location, quantity)
    for fact in order.facts:
        sign = 1 if fact.kind is FactKind.FULFILMENT else -1
        for part in fact.lines:
            take(part.line, fact.location or order.location, sign * part.quantity)
    return taken
