"""The port to the storage of suppliers and of what they sell."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.known_product import KnownProduct
from core.domain.lead_time import LeadTimes, Learnt
from core.domain.supplier import Contact, Supplier, SupplierItem
from core.domain.supplier_ordering import Ordering


class LeadTimeView(msgspec.Struct, frozen=True):
    """What whole order lines taught: how many, the mean and the spread (sample standard deviation) of the days from sending to
    receipt; how many had a promised day, how many of these came by then, and their share (0 to 1)."""

    receipts: int
    mean_days: Decimal | None
    spread_days: Decimal | None
    promised: int
    on_time: int
    on_time_share: Decimal | None


class OrderingView(msgspec.Struct, frozen=True):
    """How orders are sent: the channel, and the address that it goes to. Of the secret only is told since when it is so."""

    channel: str
    address: str
    secret_set_at: datetime | None


class SupplierView(msgspec.Struct, frozen=True):
    """A supplier. `lead_time` is observed, over all products; None before the first receipt."""

    id: UUID
    code: str
    name: str
    tax_id: str
    contacts: list[Contact]
    payment_days: int
    currency: str
    minimum_order_value: Decimal | None
    note: str
    active: bool
    ordering: OrderingView
    created_at: datetime
    updated_at: datetime
    version: int
    lead_time: LeadTimeView | None


class PriceBreakView(msgspec.Struct, frozen=True):
    """From `from_quantity` on, a unit costs `unit_price`."""

    from_quantity: Decimal
    unit_price: Decimal


class SupplierItemView(msgspec.Struct, frozen=True):
    """What a supplier sells. `price_breaks` is None for those who may not see costs; `lead_time_days` is what the supplier
    declares, `lead_time` what was observed of this product."""

    id: UUID
    product: UUID
    sku: str
    name: str
    supplier_sku: str
    currency: str
    price_breaks: list[PriceBreakView] | None
    minimum_order_quantity: Decimal | None
    order_multiple: Decimal | None
    lead_time_days: int | None
    valid_from: date | None
    valid_to: date | None
    created_at: datetime
    updated_at: datetime
    version: int
    lead_time: LeadTimeView | None


def lead_time_view(times: LeadTimes) -> LeadTimeView | None:
    """The observations as they are shown."""
    if not times.receipts:
        return None
    return LeadTimeView(
        times.receipts,
        times.mean_days,
        times.spread_days,
        times.promised,
        times.on_time,
        times.on_time_share,
    )


class SupplierRepository(Protocol):
    """The suppliers of one company."""

    async def named(self, reference: str) -> Supplier | None:
        """The supplier that an id or a code names, which nobody changes until the transaction ends."""
        ...

    async def locked(self, supplier_id: UUID) -> Supplier | None:
        """The supplier, which nobody else changes until the transaction ends, nor what it sells."""
        ...

    async def add(self, supplier: Supplier) -> None:
        """Conflict `supplier_code_taken`."""
        ...

    async def save(self, supplier: Supplier) -> None:
        """Stores what a locked supplier has become. Conflict `supplier_code_taken`."""
        ...

    async def delete(self, supplier: Supplier) -> None:
        """Conflict `supplier_in_use` where it sells something or something was ordered of it."""
        ...

    async def is_used(self, supplier: Supplier) -> bool:
        """Whether a locked supplier sells something, or something was ordered of it."""
        ...

    async def view(self, supplier_id: UUID) -> SupplierView:
        """The supplier as it is shown."""
        ...

    async def ordering(self, supplier_id: UUID) -> Ordering:
        """How it wants its orders."""
        ...

    async def save_ordering(self, supplier: Supplier, ordering: Ordering) -> None:
        """Stores how a locked supplier wants its orders."""
        ...

    async def product(self, reference: str) -> KnownProduct | None:
        """The product that an id or a SKU names."""
        ...

    async def item(self, supplier_id: UUID, item_id: UUID) -> SupplierItem | None:
        """An item of a locked supplier."""
        ...

    async def add_item(self, item: SupplierItem) -> None:
        """Conflict `overlapping_validity` where the supplier sells the product on other terms in that time."""
        ...

    async def save_item(self, item: SupplierItem) -> None:
        """Stores what an item of a locked supplier has become. Conflict `overlapping_validity`."""
        ...

    async def delete_item(self, item: SupplierItem) -> None:
        """Conflict `supplier_item_in_use` where it was ordered."""
        ...

    async def item_view(self, item_id: UUID, *, costs: bool) -> SupplierItemView:
        """The item as it is shown."""
        ...

    async def learn(self, supplier_id: UUID, learnt: Learnt) -> None:
        """Adds to what was observed of a supplier."""
        ...
