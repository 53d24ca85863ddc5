"""The port to the storage of stock counts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.stock_count import CountState, LineState, StockCount
from core.domain.stock_count_figures import CountedGoods, CountMode, Figure, FigureKey
from core.domain.stock_count_posting import Difference
from core.domain.stock_count_scope import AbcClass, ScopeKind
from core.ports.order_requests import PersonName
from core.ports.transfers import SiteName


class ScopeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a count covers."""

    kind: ScopeKind
    category: UUID | None = None
    products: list[str] = []
    classes: list[AbcClass] = []
    size: int | None = None


class ToleranceView(msgspec.Struct, frozen=True):
    """Beyond which differences a line is large."""

    quantity: Decimal | None
    percent: Decimal | None
    value: Decimal | None


class CountProgress(msgspec.Struct, frozen=True):
    """How many lines there are: to be counted, counted, taken for empty, left out. `differing` and `large` lines are None for
    those who count blind; `surplus` and `shortage`, what the differences are worth, also for those who may not see costs."""

    lines: int
    open: int
    counted: int
    zero: int
    kept: int
    differing: int | None
    large: int | None
    surplus: Decimal | None
    shortage: Decimal | None


class StockCountView(msgspec.Struct, frozen=True):
    """A count and how far it is. `reason` says why it was approved or cancelled, `postings` are those that it made."""

    id: UUID
    number: int
    state: CountState
    site: SiteName
    scope: ScopeView
    blind: bool
    tolerance: ToleranceView
    note: str
    round: int
    created_by: PersonName
    created_at: datetime
    started_at: datetime | None
    submitted_by: PersonName | None
    submitted_at: datetime | None
    decided_by: PersonName | None
    decided_at: datetime | None
    reason: str
    currency: str
    updated_at: datetime
    version: int
    progress: CountProgress
    postings: list[UUID]


class CountEntry(msgspec.Struct, frozen=True):
    """What somebody said of a line, and what the line came to by it. `expected` is None for those who count blind."""

    round: int
    mode: CountMode
    quantity: Decimal
    counted: Decimal
    expected: Decimal | None
    counted_at: datetime
    recorded_at: datetime
    counted_by: PersonName


class CountLineView(msgspec.Struct, frozen=True):
    """One key of a count. `planned` lines were in the books when it was planned; the others were found. `expected` is what the
    books said at `counted_at`; it, `variance` and `large` are None for those who count blind and while nothing is counted.
    `value` is the variance at the unit cost of that moment, None as well for those who may not see costs. `entries` only
    where asked for."""

    id: UUID
    product: UUID
    sku: str
    name: str
    location: str
    lot: str | None
    planned: bool
    state: LineState
    round: int
    counted: Decimal | None
    counted_at: datetime | None
    counted_by: PersonName | None
    expected: Decimal | None
    variance: Decimal | None
    value: Decimal | None
    large: bool | None
    entries: list[CountEntry] | None = None


class StockCountRepository(Protocol):
    """The stock counts of one company."""

    async def named_products(self, references: Sequence[str]) -> Sequence[UUID | None]:
        """For each id or SKU which product that holds stock it names, None where there is none."""
        ...

    async def has_category(self, category_id: UUID) -> bool: ...

    async def add(self, count: StockCount) -> int:
        """Stores a new count and returns the number that it got: the next of its company, never one of a count that was
        deleted."""
        ...

    async def plan_lines(self, count: StockCount, products: Sequence[UUID]) -> int:
        """Fixes which keys a planned count expects, in place of any that it had, and returns how many: what lies at the site of the
        products in scope, and at its default place those without lots of which it holds nothing any more. `products` are
        those that the scope names."""
        ...

    async def locked(self, count_id: UUID) -> StockCount | None:
        """The count, which nobody else changes nor adds figures to until the transaction ends; None where there is none."""
        ...

    async def shared(self, count_id: UUID) -> StockCount | None:
        """The count, which stays in its state until the transaction ends, while others may add figures as well; None where
        there is none, or it is only planned."""
        ...

    async def save(self, count: StockCount) -> None:
        """Stores what a locked count has become."""
        ...

    async def delete(self, count: StockCount) -> None:
        """Forgets a locked count that is planned."""
        ...

    async def goods(self, count: StockCount, references: Sequence[tuple[str, str | None]]) -> Sequence[CountedGoods]:
        """For each product (id, barcode or SKU) and place (id or code at the site; None: its default) what they name."""
        ...

    async def lock_stock(self, count: StockCount, products: Sequence[UUID]) -> None:
        """Nobody moves stock of these products at the site until the transaction ends, and of one of them nobody else counts."""
        ...

    async def closed_keys(self, count: StockCount, figures: Sequence[Figure]) -> Collection[FigureKey]:
        """Of the products of these figures, the keys that are not counted in this round, because they were in an earlier one."""
        ...

    async def record(self, count: StockCount, figures: Sequence[Figure], by: UUID) -> Sequence[UUID]:
        """Stores figures of products whose stock is locked, each with what the books said when it was counted, and returns their
        lines. A figure that is older than what its line holds is kept as an entry; it does not replace it."""
        ...

    async def open_products(self, count: StockCount) -> Sequence[UUID]:
        """The products of the lines that are to be counted."""
        ...

    async def count_open_as_zero(self, count: StockCount, by: UUID) -> None:
        """Takes all lines that are still to be counted for empty, now. Their stock is locked."""
        ...

    async def keep_open(self, count: StockCount) -> None:
        """Leaves out all lines that are still to be counted."""
        ...

    async def large_lines(self, count: StockCount) -> Sequence[UUID]:
        """The lines whose difference is beyond the tolerance."""
        ...

    async def reopen(self, count: StockCount, lines: Sequence[UUID]) -> Sequence[UUID]:
        """Opens these lines for the count's round, and returns those that exist. What was said of them stays as entries."""
        ...

    async def differences(self, count: StockCount) -> Sequence[Difference]:
        """The lines that differ, in the order of their places."""
        ...

    async def posting_faults(self, count: StockCount) -> Sequence[Fault]:
        """Everything that keeps the differences from being posted, as long as their stock is locked. Names no quantities."""
        ...

    async def add_postings(self, count: StockCount, postings: Sequence[UUID]) -> None:
        """Remembers which postings the count has made."""
        ...

    async def view(self, actor: Actor, count_id: UUID) -> StockCountView:
        """The count as the actor may see it."""
        ...

    async def lines_view(self, actor: Actor, count: StockCount, lines: Sequence[UUID]) -> list[CountLineView]:
        """These lines as the actor may see them."""
        ...
