"""Suppliers and what they sell, as they stand."""

from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.ports.suppliers import SupplierItemView, SupplierView
from core.queries.paging import Page


class SupplierFilter(msgspec.Struct, frozen=True):
    """Which suppliers: with a text in their code, name or tax id, active or not, who sell a product (id or SKU)."""

    q: str | None = None
    active: bool | None = None
    product: str | None = None


class SupplierReader(Protocol):
    """Reads suppliers."""

    async def suppliers(
        self, actor: Actor, wanted: SupplierFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[SupplierView]:
        """Suppliers by code."""
        ...

    async def supplier(self, actor: Actor, supplier_id: UUID) -> SupplierView | None:
        """One supplier."""
        ...

    async def items(
        self, actor: Actor, supplier_id: UUID, product: str | None, limit: int, cursor: str | None
    ) -> Page[SupplierItemView]:
        """What a supplier sells, sold and will sell, by SKU and start; prices only for those who may see costs. Raises `NotFound`."""
        ...
