"""Stock counts as they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.stock_count import CountState, LineState
from core.domain.stock_count_scope import ScopeKind
from core.ports.order_requests import PersonName
from core.ports.stock_counts import CountLineView, StockCountView
from core.ports.transfers import SiteName
from core.queries.paging import Page


class CountSummary(msgspec.Struct, frozen=True):
    """A count without its lines."""

    id: UUID
    number: int
    state: CountState
    site: SiteName
    scope: ScopeKind
    blind: bool
    note: str
    round: int
    created_by: PersonName
    created_at: datetime
    updated_at: datetime
    version: int


class CountFilter(msgspec.Struct, frozen=True):
    """Which counts: in one of the states, at a site (id or code)."""

    states: Sequence[CountState] = ()
    site: str | None = None


class LineFilter(msgspec.Struct, frozen=True):
    """Which lines of a count: in one of the states, of a product (id or SKU), only those that differ or whose difference is
    large; with all that was said of them (`entries`)."""

    states: Sequence[LineState] = ()
    product: str | None = None
    differing: bool = False
    large: bool = False
    entries: bool = False


class StockCountReader(Protocol):
    """Reads the counts of the sites that the actor sees."""

    async def counts(
        self, actor: Actor, wanted: CountFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[CountSummary]:
        """Counts, newest first."""
        ...

    async def count(self, actor: Actor, count_id: UUID) -> StockCountView | None: ...

    async def lines(
        self, actor: Actor, count_id: UUID, wanted: LineFilter, limit: int, cursor: str | None
    ) -> Page[CountLineView]:
        """The lines of a count, as one walks past their places; what was found besides comes last. Raises NotFound, and Forbidden
        `blind_count` where the filter would tell what a blind count hides from the actor."""
        ...
