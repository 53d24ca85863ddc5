"""The port to the storage of order requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.order_request import OrderRequest, RequestKind, RequestState
from core.domain.order_request_draft import NamedProduct
from core.domain.purchase_order import OrderState
from core.domain.transfer import TransferState
from core.ports.transfers import SiteName


class PersonName(msgspec.Struct, frozen=True):
    """A person by name."""

    id: UUID
    name: str


class RequestTransfer(msgspec.Struct, frozen=True):
    """The transfer that brings what a restock asks for."""

    id: UUID
    number: int
    state: TransferState


class RequestPurchase(msgspec.Struct, frozen=True):
    """The purchase order that brings what a restock asks for."""

    id: UUID
    number: int
    state: OrderState


class RequestLineView(msgspec.Struct, frozen=True):
    """One line. `granted` is None until the request is approved; of it, `open` is neither fulfilled nor closed short."""

    line: int
    product: UUID
    sku: str
    name: str
    quantity: Decimal
    granted: Decimal | None
    fulfilled: Decimal
    closed: Decimal
    open: Decimal


class OrderRequestView(msgspec.Struct, frozen=True):
    """A request with its lines and the postings that issued it, oldest first. `value` is what is asked for at today's
    prices; `closing_reason` says why it was rejected or closed short."""

    id: UUID
    number: int
    kind: RequestKind
    state: RequestState
    site: SiteName
    requested_by: PersonName
    reason: str
    needed_on: date | None
    value: Decimal
    currency: str
    decided_by: PersonName | None
    decided_at: datetime | None
    closing_reason: str
    transfer: RequestTransfer | None
    purchase_order: RequestPurchase | None
    created_at: datetime
    updated_at: datetime
    version: int
    lines: list[RequestLineView]
    postings: list[UUID]


@dataclass(frozen=True, slots=True)
class Worth:
    """What a request asks for at today's prices, and above which value its requester may not approve it (None: any)."""

    value: Decimal
    threshold: Decimal | None


class OrderRequestRepository(Protocol):
    """The order requests of one company, and what their drafts refer to."""

    async def products(self, references: Sequence[str]) -> Sequence[NamedProduct | None]:
        """For each id or SKU what it names, None where there is no such product."""
        ...

    async def add(self, request: OrderRequest) -> int:
        """Stores a new request and returns the number that it got: the next of its company, never one of a request that
        was deleted."""
        ...

    async def locked(self, request_id: UUID) -> OrderRequest | None:
        """The request, which nobody else changes until the transaction ends, nor its transfer or order; None where there is none."""
        ...

    async def locked_by_transfer(self, transfer_id: UUID) -> OrderRequest | None:
        """The request that a locked transfer fulfils, locked as well; None where there is none."""
        ...

    async def locked_by_order(self, order_id: UUID) -> OrderRequest | None:
        """The request that a locked purchase order fulfils, locked as well; None where there is none."""
        ...

    async def worth(self, request_id: UUID) -> Worth: ...
    async def replace_lines(self, request: OrderRequest) -> None:
        """Stores other lines of a locked request that is pending."""
        ...

    async def save(self, request: OrderRequest) -> None:
        """Stores what a locked request has become, and the figures of its lines."""
        ...

    async def delete(self, request: OrderRequest) -> None:
        """Forgets a locked request that is pending."""
        ...

    async def consume(self, request: OrderRequest, taken: Mapping[int, Decimal]) -> None:
        """Takes from what is reserved for an approved request what these quantities, by line number, are about to move. With
        the last of a line all that is still reserved for it ends."""
        ...

    async def add_posting(self, request: OrderRequest, posting_id: UUID) -> None:
        """Remembers a posting that issued something of the request."""
        ...

    async def view(self, request_id: UUID) -> OrderRequestView:
        """The request as it is shown."""
        ...
