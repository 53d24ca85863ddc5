"""The port to the items of storefronts, in a unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from core.ports.storefront import Item


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item of a storefront as it is known here."""

    id: UUID
    external_id: str
    sku: str
    barcode: str
    title: str
    price: Decimal | None
    product: UUID | None


@dataclass(frozen=True, slots=True)
class LevelHint:
    """What somebody says has changed there."""

    item: str
    location: str


@dataclass(frozen=True, slots=True)
class ExpectedChange:
    """By how much an order changes what is shown of an item at a location: less for what is ordered, more for what is given back."""

    item: str
    location: str
    delta: Decimal


class ChannelItemRepository(Protocol):
    """Items, what people decided about them, and what is known to happen to their levels."""

    async def save_page(
        self, plugin_id: str, token: UUID, run: int, items: Sequence[Item], cursor: str | None
    ) -> Sequence[str] | None:
        """Keeps a page of an import, ties its items to products, and notes where to go on. Returns the ids of those that have got another
        product, or none; None where the lease has passed to somebody else or the settings have changed."""
        ...

    async def finish_import(self, plugin_id: str, run: int, next_in: timedelta) -> Mapping[str, int]:
        """Ends an import: what it has not found is gone. Returns how many items there are by state."""
        ...

    async def known(self, plugin_id: str, ids: Collection[UUID]) -> Mapping[UUID, KnownItem]:
        """Those of these items that there are, locked against others who decide."""
        ...

    async def products(self, names: Collection[str]) -> Mapping[str, UUID]:
        """The products with these ids or SKUs, by what they were named."""
        ...

    async def decide(self, plugin_id: str, decisions: Mapping[str, UUID | None], by: UUID) -> Sequence[str]:
        """Keeps what a person decided about items (a product, or None: leave it alone) and ties them. Returns as `save_page`."""
        ...

    async def is_open(self, plugin_id: str) -> bool:
        """Whether the storefront was ever switched on here."""
        ...

    async def want_import(self, plugin_id: str, *, at_once: bool) -> None:
        """Asks for another import: now, or in good time where somebody only says that something has changed."""
        ...

    async def want_reading(self, plugin_id: str, hints: Sequence[LevelHint] | None = None) -> int:
        """Asks for levels to be read: all of them now, or those soon of which somebody says that they have changed. Returns how many."""
        ...

    async def resolve(self, plugin_id: str, link: UUID, *, ours: bool) -> bool:
        """Ends that a link waits for somebody: our level goes out again, or what is shown stands until ours changes. Returns whether it
        was waiting."""
        ...

    async def expect(self, plugin_id: str, changes: Sequence[ExpectedChange]) -> None:
        """Notes what orders change of levels, so that it is no drift."""
        ...
