"""Reservations as they stand."""

from typing import Protocol

import msgspec

from core.domain.access import Actor
from core.domain.reservation import ReservationState
from core.ports.reservations import ReservationView
from core.queries.paging import Page


class ReservationFilter(msgspec.Struct, frozen=True):
    """Which reservations: of a product (id or SKU), at a site (id or code), in a state."""

    product: str | None = None
    site: str | None = None
    state: ReservationState | None = None


class ReservationReader(Protocol):
    """Reads reservations within the actor's reach."""

    async def reservations(
        self, actor: Actor, wanted: ReservationFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ReservationView]:
        """Reservations, newest first. A hold past its time is shown as expired, whether or not it has been cleared away."""
        ...
