"""The port to what our storefronts show: one link for each item at each of its locations."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID


class ChannelLinks(Protocol):
    async def mark_dirty(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Notes that what storefronts show of these products, and of kits made of them, may be out of date."""
        ...
