"""Transfers as they stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.transfer import TransferState
from core.ports.transfers import SiteName, TransferView
from core.queries.paging import Page


class TransferSummary(msgspec.Struct, frozen=True):
    """A transfer without its lines, of which there are `lines`."""

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
    lines: int


class TransferFilter(msgspec.Struct, frozen=True):
    """Which transfers: in one of the states; by source, destination or either of them (`site`), each an id or a code; moving
    a product (id or SKU)."""

    states: Sequence[TransferState] = ()
    site: str | None = None
    source: str | None = None
    destination: str | None = None
    product: str | None = None


class TransferReader(Protocol):
    """Reads transfers that the actor may see: those with an end within their reach."""

    async def transfers(
        self, actor: Actor, wanted: TransferFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[TransferSummary]:
        """Transfers, newest first."""
        ...

    async def transfer(self, actor: Actor, transfer_id: UUID) -> TransferView | None:
        """One transfer; costs only for those who may see them."""
        ...
