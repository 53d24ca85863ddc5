"""The port to the storage of purchase orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.purchase_order import OrderState, PurchaseOrder
from core.domain.purchase_order_draft import Goods
from core.ports.order_requests import PersonName
from core.ports.order_sendings import SendingView
from core.ports.transfers import SiteName


class SupplierName(msgspec.Struct, frozen=True):
    """A supplier by its names."""

    id: UUID
    code: str
    name: str


class OrderLineView(msgspec.Struct, frozen=True):
    """One line. What was ordered (`quantity`) is received, open or cancelled; `over_received` came beyond it. `unit_price` is in the
    order's currency, None for those who may not see costs. `expected_on` was asked for, `promised_on` is the supplier's word."""

    line: int
    product: UUID
    sku: str
    name: str
    tracking: str
    item: UUID | None
    supplier_sku: str
    quantity: Decimal
    unit_price: Decimal | None
    expected_on: date | None
    promised_on: date | None
    received: Decimal
    over_received: Decimal
    cancelled: Decimal
    open: Decimal


class ReceivedLineView(msgspec.Struct, frozen=True):
    """How much of a line came with a receipt."""

    line: int
    quantity: Decimal


class ReceiptView(msgspec.Struct, frozen=True):
    """A receipt. `document_number` is that of the delivery note; `reversal` the posting that took it back."""

    number: int
    document_number: str
    posting: UUID
    reversal: UUID | None
    received_by: PersonName
    received_at: datetime
    lines: list[ReceivedLineView]


class PurchaseOrderView(msgspec.Struct, frozen=True):
    """An order with its lines and receipts. `total` is in its currency, `value` in the company's; both are None for those who may
    not see costs. `exchange_rate` is how much of the company's currency one unit is worth. `sending` is the latest that the worker
    was asked for, None where there was none; `ended_at` when it was closed or cancelled."""

    id: UUID
    number: int
    state: OrderState
    supplier: SupplierName
    site: SiteName
    currency: str
    exchange_rate: Decimal
    over_receipt_tolerance: Decimal
    total: Decimal | None
    value: Decimal | None
    note: str
    created_by: PersonName
    submitted_by: PersonName | None
    submitted_at: datetime | None
    approved_by: PersonName | None
    approved_at: datetime | None
    sent_by: PersonName | None
    sent_at: datetime | None
    sent_by_channel: str | None
    sending: SendingView | None
    acknowledged_at: datetime | None
    supplier_reference: str
    closing_reason: str
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    lines: list[OrderLineView]
    receipts: list[ReceiptView]


@dataclass(frozen=True, slots=True)
class PurchasingRules:
    """What the company says about orders. `threshold` is the value above which somebody else approves (None: nobody must);
    `tolerance` in percent; `today` is its present day."""

    currency: str
    threshold: Decimal | None
    tolerance: Decimal
    today: date


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as it was recorded: the quantities by line number, and whether it was taken back."""

    quantities: Mapping[int, Decimal]
    is_taken_back: bool


class PurchaseOrderRepository(Protocol):
    """The purchase orders of one company, and what their drafts refer to."""

    async def rules(self) -> PurchasingRules: ...
    async def goods(
        self, supplier_id: UUID | None, references: Sequence[tuple[UUID | None, str | None]], day: date
    ) -> Sequence[Goods]:
        """For each item of the supplier, or product (id or SKU), what it names. Of a product the terms are those that the supplier
        sells on that day."""
        ...

    async def add(self, order: PurchaseOrder) -> int:
        """Stores a new order and returns the number that it got: the next of its company, never one of an order that was
        deleted."""
        ...

    async def locked(self, order_id: UUID) -> PurchaseOrder | None:
        """The order, which nobody else changes until the transaction ends; None where there is none."""
        ...

    async def replace_lines(self, order: PurchaseOrder) -> None:
        """Stores other lines of a locked draft."""
        ...

    async def save(self, order: PurchaseOrder) -> None:
        """Stores what a locked order has become, and the figures of its lines."""
        ...

    async def delete(self, order: PurchaseOrder) -> None:
        """Forgets a locked draft."""
        ...

    async def add_receipt(
        self, order: PurchaseOrder, posting_id: UUID, document: str, receiver: UUID, quantities: Mapping[int, Decimal]
    ) -> None:
        """Remembers the latest receipt of an order."""
        ...

    async def receipt(self, order: PurchaseOrder, posting_id: UUID) -> StoredReceipt | None:
        """The receipt of a locked order that a posting recorded."""
        ...

    async def take_back(self, order: PurchaseOrder, posting_id: UUID, reversal_id: UUID) -> None:
        """Remembers by which posting a receipt was taken back."""
        ...

    async def view(self, order_id: UUID, *, costs: bool) -> PurchaseOrderView:
        """The order as it is shown."""
        ...
