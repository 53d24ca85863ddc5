"""Purchase orders as they stand, and what is to come of them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.purchase_order import OrderState
from core.ports.purchase_orders import PurchaseOrderView, SupplierName
from core.ports.transfers import SiteName
from core.queries.paging import Page


class OrderSummary(msgspec.Struct, frozen=True):
    """An order without its lines, of which there are `lines`; `due_on` is the earliest day on which something open is to come."""

    id: UUID
    number: int
    state: OrderState
    supplier: SupplierName
    site: SiteName
    currency: str
    total: Decimal | None
    note: str
    created_at: datetime
    updated_at: datetime
    version: int
    lines: int
    due_on: date | None


class OrderFilter(msgspec.Struct, frozen=True):
    """Which orders: in one of the states, of a supplier or for a site (id or code), of a product (id or SKU)."""

    states: Sequence[OrderState] = ()
    supplier: str | None = None
    site: str | None = None
    product: str | None = None


class Incoming(msgspec.Struct, frozen=True):
    """What is still to come of a line of an order: on the promised day, otherwise the expected one, if there is either."""

    product: UUID
    sku: str
    site: str
    due_on: date | None
    quantity: Decimal
    order: UUID
    number: int
    line: int
    state: OrderState


class PurchaseOrderReader(Protocol):
    """Reads orders for the sites within the actor's reach; prices only for those who may see costs."""

    async def orders(
        self, actor: Actor, wanted: OrderFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[OrderSummary]:
        """Orders, newest first."""
        ...

    async def order(self, actor: Actor, order_id: UUID) -> PurchaseOrderView | None:
        """One order with its lines and receipts."""
        ...

    async def incoming(
        self, actor: Actor, product: str | None, site: str | None, limit: int, cursor: str | None
    ) -> Page[Incoming]:
        """What approved orders are still to bring of a product (id or SKU) to a site (id or code), the earliest first; what has
        no day last."""
        ...
