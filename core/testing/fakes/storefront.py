"""A storefront in memory."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.ports.failures import PortFailure
from core.ports.storefront import Item, ItemPage, Level, RefusedLevel


class InMemoryStorefront:
    """`Storefront`. `trouble` is raised by every call while it is set."""

    def __init__(self, items: Mapping[str, str] | None = None, page_size: int = 10) -> None:
        self.catalogue = dict(items or {})
        self.levels: dict[tuple[str, str], Decimal] = {}
        self.trouble: PortFailure | None = None
        self._page_size = page_size

    async def check(self) -> None:
        self._meet_trouble()

    async def items(self, cursor: str | None = None) -> ItemPage:
        self._meet_trouble()
        remaining = [Item(item, sku) for item, sku in sorted(self.catalogue.items()) if cursor is None or item > cursor]
        page = remaining[: self._page_size]
        return ItemPage(page, page[-1].id if len(remaining) > len(page) else None)

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[RefusedLevel]:
        self._meet_trouble()
        known = [level for level in levels if level.item in self.catalogue]
        self.levels |= {(level.item, level.location): level.quantity for level in known}
        return [RefusedLevel(level.item, level.location, "no such item") for level in levels if level not in known]

    def _meet_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble
