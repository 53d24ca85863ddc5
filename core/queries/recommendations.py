"""Recommendations as they are shown."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.recommendation import RecommendationKind
from core.ports.recommendations import Action, Numbers
from core.queries.paging import Page


class RecommendedProduct(msgspec.Struct, frozen=True):
    """What is spoken of."""

    id: UUID
    sku: str
    name: str


class RecommendationView(msgspec.Struct, frozen=True):
    """Something to do. `site` is a code, None where the whole company is concerned. `title`, `why` and `deed` are in the reader's
    language; `deed` says what accepting does. The reader `may_accept`, or `obstacle` names the permission that is missing, or
    `site_out_of_reach`. `worth` is what is at stake in the company's currency, None where it is not known or may not be seen."""

    id: UUID
    kind: RecommendationKind
    product: RecommendedProduct
    site: str | None
    title: str
    why: str
    deed: str
    numbers: Numbers
    action: Action
    may_accept: bool
    obstacle: str | None
    worth: Decimal | None
    currency: str
    since: datetime
    updated_at: datetime
    snoozed_until: date | None
    version: int


class RecommendationFilter(msgspec.Struct, frozen=True):
    """Which recommendations: of these kinds, of a product (id or SKU), at a site (id or code), of a category with all below it; `snoozed`
    for those that the reader put off, which are left out otherwise."""

    kinds: Sequence[RecommendationKind] = ()
    product: str | None = None
    site: str | None = None
    category: UUID | None = None
    snoozed: bool = False


class RecommendationReader(Protocol):
    async def recommendations(
        self, actor: Actor, wanted: RecommendationFilter, now: datetime, limit: int, cursor: str | None, *, total: bool
    ) -> Page[RecommendationView]:
        """What the actor may know of, first what counts most for them."""
        ...
