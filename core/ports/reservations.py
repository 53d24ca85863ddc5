"""The port to the storage of reservations."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.reservation import Reservation, ReservationState, Wish


class DemandView(msgspec.Struct, frozen=True):
    """Whom a reservation serves: `manual` or a document of that type, by its id, and the line of it."""

    type: str
    id: UUID | None
    line: int | None


class ReservationView(msgspec.Struct, frozen=True):
    """A promise of stock. `open` is what is still promised of `quantity`; `site` is a code."""

    id: UUID
    product: UUID
    sku: str
    site: str
    quantity: Decimal
    open: Decimal
    state: ReservationState
    expires_at: datetime | None
    priority: int
    demand: DemandView
    note: str
    created_by: UUID | None
    created_at: datetime
    version: int


class ReservationRepository(Protocol):
    """Promises of stock at the sites of one company."""

    async def now(self) -> datetime:
        """The present moment by the clock by which holds end."""
        ...

    async def reference_faults(self, actor: Actor, wishes: Sequence[Wish]) -> list[Fault]:
        """What is wrong with the products and sites that the wishes name, at their `/lines/…`. Makes nothing."""
        ...

    async def reserve(self, actor: Actor, wishes: Sequence[Wish]) -> list[UUID]:
        """Makes all of them or none. Raises Invalid (unknown product or site, outside the actor's reach) or Conflict
        `insufficient_stock`, with every fault at its `/lines/…`."""
        ...

    async def parts(self, reservation_id: UUID) -> list[Reservation]:
        """The reservation and those made with it for the same kit; nothing where there is none of this id."""
        ...

    async def commit(self, demand_id: UUID) -> int:
        """Takes the time limit from the holds of a demand. Returns how many were still held."""
        ...

    async def end(self, demand_id: UUID, outcome: ReservationState) -> int:
        """Ends what is still active of a demand, as released or as consumed by what is posted next. Returns how many were."""
        ...

    async def views(self, ids: Sequence[UUID]) -> list[ReservationView]:
        """Reservations as they are shown, in the order of the ids."""
        ...
