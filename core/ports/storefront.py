"""The port to a shop on the internet: what it sells, how much of that it may sell, and what it has sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from core.domain.remote_order import RemoteOrder


@dataclass(frozen=True, slots=True)
class Item:
    """Something that the storefront sells: its id there, and the SKU and barcode that tie it to a product of ours. `title` and `price`
    (in the shop's currency) are what people recognise it by. `counted`: whether the shop keeps count of it."""

    id: str
    sku: str
    barcode: str = ""
    title: str = ""
    price: Decimal | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some of the items, and where to go on; `next_cursor` None: that was all. `wait`: the shop is still busy with the list, and is to be
    asked with `next_cursor` after that time."""

    items: Sequence[Item]
    next_cursor: str | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A place from which the storefront sells."""

    id: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Level:
    """How many units of an item the storefront may sell from one of its locations. Absolute, 0 or more; a shop that counts in whole units
    rounds down. `last_seen` is what it was last known to show: it is set only where the shop still shows that, and in any case where
    None. `key` is the same whenever the same intent is tried again."""

    item: str
    location: str
    quantity: Decimal
    last_seen: Decimal | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class RefusedLevel:
    """A level that the storefront will never take, and why in its words."""

    item: str
    location: str
    reason: str


@dataclass(frozen=True, slots=True)
class MovedLevel:
    """A level that was not set, because the storefront showed something else than was last seen. `shown` is that, where it said so."""

    item: str
    location: str
    shown: Decimal | None = None


LevelFault = RefusedLevel | MovedLevel


@dataclass(frozen=True, slots=True)
class ShownLevel:
    """What the storefront shows; None: it does not stock the item there."""

    item: str
    location: str
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of an item shall cost, in the shop's currency."""

    item: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RefusedPrice:
    """A price that the storefront will never take, and why in its words."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders that are new or have changed, those that changed first at the head. `cursor` is where the next asking goes on, also when
    there are no `more` at present."""

    orders: Sequence[RemoteOrder]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What `check` found: what the shop calls itself, and the currency of its prices."""

    name: str
    currency: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class Storefront(Protocol):
    """One company's account at one storefront. Every method may raise the failures of `core.ports.failures`."""

    async def check(self) -> Account:
        """Tries credentials and settings without changing anything there."""
        ...

    async def locations(self) -> Sequence[Location]:
        """All places from which it sells."""
        ...

    async def items(self, cursor: str | None = None) -> ItemPage:
        """A page of the items for sale; each item comes once, however many pages there are."""
        ...

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        """What the shop shows of these items, at each of the locations of the settings. Items that it does not know are left out."""
        ...

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        """Sets the levels; any number of them, and setting one twice is as good as once. Raises for the call as a whole;
        what is wrong with single levels is returned, and the others are set."""
        ...

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        """Sets the prices; as with levels."""
        ...

    async def orders(self, cursor: str | None = None) -> OrderPage:
        """Orders that have changed since; from None on, those that are still open. One that was told already may come again."""
        ...

    async def order(self, order_id: str) -> RemoteOrder | None:
        """One order as it is now, None where there is none any more."""
        ...

    async def listen(self, address: str) -> None:
        """Has the shop tell this address what happens there; doing so twice is as good as once. Without effect where a shop cannot."""
        ...

    async def stop_listening(self) -> None:
        """Has the shop tell us nothing any more."""
        ...
