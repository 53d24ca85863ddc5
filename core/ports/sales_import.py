"""The port to the books of a company while a sales file is brought in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from core.domain.access import Actor
from core.domain.product import Product, ProductKind, Tracking
from core.domain.sales_import import Change, MoveKey
from core.domain.stock import Posting


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product that the company has."""

    id: UUID
    kind: ProductKind
    tracking: Tracking
    active: bool


@dataclass(frozen=True, slots=True)
class StockHistory:
    """What was on hand per SKU just before a moment, and every change from then on, in order of time."""

    on_hand: Mapping[str, Decimal]
    later: Sequence[Change]


class SalesBooks(Protocol):
    """One transaction in the books of a company."""

    async def close(self) -> None:
        """Waits for the postings under way and keeps others out, so that what is read stays true until the end."""
        ...

    async def imported(self, source: str, since: datetime, until: datetime) -> Mapping[str, Mapping[MoveKey, int]]:
        """The moves that earlier imports of a source left in a stretch of time, counted by the reference of their slip."""
        ...

    async def products(self, skus: Sequence[str]) -> Mapping[str, KnownProduct]:
        """The products that the company has among these."""
        ...

    async def stock(self, site_id: UUID, products: Mapping[str, UUID], since: datetime) -> StockHistory:
        """The stock of products at a site from a moment on."""
        ...

    async def add_products(self, products: Sequence[Product]) -> None: ...

    async def post(
        self, actor: Actor, since: datetime, postings: Iterable[Posting], posted: Callable[[int], None]
    ) -> None:
        """Records postings, none of which took effect before `since`; `posted` is told how many lines that are so far.
        Raises Invalid or Conflict with every fault of the first that are refused."""
        ...
