"""The port to the books of a company while a sales file is brought in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from core.domain.product import Product
from core.domain.sales_import import Change, MoveKey
from core.ports.imports import ImportBooks


@dataclass(frozen=True, slots=True)
class StockHistory:
    """What was on hand per SKU just before a moment, and every change from then on, in order of time."""

    on_hand: Mapping[str, Decimal]
    later: Sequence[Change]


class SalesBooks(ImportBooks, Protocol):
    """The books as an import of sales needs them."""

    async def imported(self, source: str, since: datetime, until: datetime) -> Mapping[str, Mapping[MoveKey, int]]:
        """The moves that earlier imports of a source left in a stretch of time, counted by the reference of their slip."""
        ...

    async def stock(self, site_id: UUID, products: Mapping[str, UUID], since: datetime) -> StockHistory:
        """The stock of products at a site from a moment on."""
        ...

    async def add_products(self, products: Sequence[Product]) -> None: ...
