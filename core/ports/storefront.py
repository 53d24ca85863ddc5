"""The port to a shop on the internet: what it sells, and how much of that it may sell."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Item:
    """Something that the storefront sells: its id there, and the SKU that ties it to a product of ours."""

    id: str
    sku: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some of the items, and where to go on; `next_cursor` None: that was all."""

    items: Sequence[Item]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """How many units of an item the storefront may sell from one of its locations. Absolute, 0 or more."""

    item: str
    location: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class RefusedLevel:
    """A level that the storefront will never take, and why in its words."""

    item: str
    location: str
    reason: str


class Storefront(Protocol):
    """One company's account at one storefront. Every method may raise the failures of `core.ports.failures`."""

    async def check(self) -> None:
        """Tries credentials and settings without changing anything there."""
        ...

    async def items(self, cursor: str | None = None) -> ItemPage:
        """A page of the items for sale; each item comes once, however many pages there are."""
        ...

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[RefusedLevel]:
        """Sets the levels; any number of them, and setting one twice is as good as once. Raises for the call as a whole;
        what is wrong with single levels is returned, and the others are set."""
        ...
