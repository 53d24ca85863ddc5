"""The port to the storage of transfers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.transfer import Transfer, TransferState
from core.domain.transfer_draft import KnownGoods, KnownSite


class SiteName(msgspec.Struct, frozen=True):
    """A site by its names."""

    id: UUID
    code: str
    name: str


class TransferLineView(msgspec.Struct, frozen=True):
    """One line. What was shipped is received, in transit or resolved (short, lost, damaged, recalled). `shipped_cost` is the
    value that left, None for those who may not see costs."""

    line: int
    product: UUID
    sku: str
    name: str
    lot: str | None
    requested: Decimal
    shipped: Decimal
    received: Decimal
    resolved: Decimal
    in_transit: Decimal
    shipped_cost: Decimal | None


class TransferView(msgspec.Struct, frozen=True):
    """A transfer with its lines and the postings that it has led to, oldest first."""

    id: UUID
    number: int
    state: TransferState
    source: SiteName
    destination: SiteName
    note: str
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int
    lines: list[TransferLineView]
    postings: list[UUID]


class TransferRepository(Protocol):
    """The transfers of one company, and what their drafts refer to."""

    async def sites(self, references: Sequence[str]) -> Mapping[str, KnownSite]:
        """The sites that the references (id or code) name; those that name none are absent."""
        ...

    async def goods(self, references: Sequence[tuple[str, str | None]]) -> Sequence[KnownGoods | None]:
        """For each product (id or SKU) and lot number what it names, None where there is no such product."""
        ...

    async def add(self, transfer: Transfer, note: str, created_by: UUID) -> TransferView:
        """Stores a new transfer, which gets the next number of its company, and returns it as it is shown, costs included. Until the
        transaction ends nobody else in the company gets a number, so it comes last."""
        ...

    async def locked(self, transfer_id: UUID) -> Transfer | None:
        """The transfer, which nobody else changes until the transaction ends; None where there is none."""
        ...

    async def lock_stock(self, transfer: Transfer) -> None:
        """Waits for the stock of its products at both ends, in the order that all writers keep: for transitions that post
        more than once."""
        ...

    async def save(self, transfer: Transfer) -> TransferView:
        """Stores the new state and lines of a locked transfer, and returns it as it is shown, costs included."""
        ...
