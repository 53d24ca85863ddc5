"""Stock policies as they stand."""

from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class PolicyView(msgspec.Struct, frozen=True):
    """The minimum and the target of a product at a site (a code)."""

    product: UUID
    sku: str
    name: str
    site: str
    minimum: Decimal
    target: Decimal
    version: int


class PolicyFilter(msgspec.Struct, frozen=True):
    """Which policies: of a product (id or SKU), at a site (id or code)."""

    product: str | None = None
    site: str | None = None


class PolicyReader(Protocol):
    """Reads policies within the actor's reach."""

    async def policies(
        self, actor: Actor, wanted: PolicyFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[PolicyView]:
        """Policies by SKU and site."""
        ...
