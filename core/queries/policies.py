"""Stock policies as they stand."""

from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.policy import LevelBasis, LevelSource, Method, Mode, Period, Sources
from core.queries.paging import Page


class PolicyView(msgspec.Struct, frozen=True):
    """The minimum and the target of a product at a site (a code). They are in force and come from `level_source`: as set
    (`fixed_minimum`, `fixed_target`), from a period, or from a forecast on the `basis`; by `no_forecast` they are as set because
    nothing is forecast yet. `mode` says what is done at the minimum."""

    product: UUID
    sku: str
    name: str
    site: str
    minimum: Decimal
    target: Decimal
    level_source: LevelSource
    basis: LevelBasis | None
    fixed_minimum: Decimal
    fixed_target: Decimal
    method: Method
    service_level: Decimal | None
    mode: Mode
    spending_limit: Decimal | None
    sources: Sources
    review_days: int
    cover_days: int
    periods: list[Period]
    version: int


class PolicyFilter(msgspec.Struct, frozen=True):
    """Which policies: `q` is part of the name, the SKU or a barcode of the product; or of one product (id or SKU), at a site (id or
    code)."""

    q: str | None = None
    product: str | None = None
    site: str | None = None


class PolicyReader(Protocol):
    """Reads policies within the actor's reach."""

    async def policies(
        self, actor: Actor, wanted: PolicyFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[PolicyView]:
        """Policies by SKU and site."""
        ...
