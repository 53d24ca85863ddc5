"""What the ledger tells: postings, the movement history with its running balance, and stock as of any moment."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.ports.stock_ledger import PostingView
from core.queries.decimal_text import DecimalText
from core.queries.paging import Page


class PostingFilter(msgspec.Struct, frozen=True):
    """Which postings: of a kind, with a document number, touching a product (id or SKU) or a site (id or code), in a time;
    of `corrects` those that reverse it or take back of it."""

    kinds: Sequence[str] = ()
    document: str | None = None
    product: str | None = None
    site: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    corrects: UUID | None = None


class MoveFilter(msgspec.Struct, frozen=True):
    """Which moves: of a product (id or SKU), at a site (id or code), in a time."""

    product: str | None = None
    site: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class MoveLine(msgspec.Struct, frozen=True, rename={"source": "from", "destination": "to"}):
    """One move in the history. `change` is its effect on the sites that are asked about; `balance` what they held of the
    product after it (only where one product is asked for); `cost` is None for those who may not see it."""

    posting: UUID
    line: int
    kind: str
    document_type: str
    document_number: str
    reason: str
    effective_at: datetime
    recorded_at: datetime
    reversal_of: UUID | None
    product: UUID
    sku: str
    source: str
    destination: str
    lot: str | None
    quantity: DecimalText
    change: DecimalText
    balance: DecimalText | None
    unit_price: DecimalText | None
    total: DecimalText | None
    cost: DecimalText | None


class StockAt(msgspec.Struct, frozen=True):
    """What a site held of a product at a moment, and what it was worth (None for those who may not see costs)."""

    product: UUID
    sku: str
    name: str
    site: str
    on_hand: Decimal
    value: Decimal | None


class StockAsOf(msgspec.Struct, frozen=True):
    """Stock as of a moment. The totals are of everything asked for, not of this page alone."""

    at: datetime
    known_at: datetime | None
    currency: str
    total_on_hand: Decimal
    total_value: Decimal | None
    products: int
    items: list[StockAt]
    next_cursor: str | None


class SalesRow(msgspec.Struct, frozen=True):
    """Sales less returns of one group: a day, a product, a category or a site."""

    group: str
    label: str
    quantity: Decimal
    revenue: Decimal
    cost: Decimal | None


class StockReader(Protocol):
    """Reads the ledger for one actor: rows of other companies and of sites outside their reach do not exist."""

    async def postings(self, actor: Actor, wanted: PostingFilter, limit: int, cursor: str | None) -> Page[PostingView]:
        """Postings, newest first."""
        ...

    async def posting(self, actor: Actor, posting_id: UUID) -> PostingView | None: ...

    async def moves(self, actor: Actor, wanted: MoveFilter, limit: int, cursor: str | None) -> Page[MoveLine]:
        """The movement history, newest first."""
        ...

    async def as_of(
        self,
        actor: Actor,
        at: datetime,
        known_at: datetime | None,
        site: str | None,
        limit: int,
        cursor: str | None,
    ) -> StockAsOf: ...

    async def sales(
        self, actor: Actor, by: str, since: datetime | None, until: datetime | None, site: str | None
    ) -> list[SalesRow]: ...
