"""Reservations: stock at a site that is promised to somebody, for a while (held) or until it is fetched (committed)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict, Fault

HOLD = timedelta(minutes=15)
LONGEST_HOLD = timedelta(days=30)
MANUAL, OF_TRANSFER = "manual", "transfer"


class ReservationState(StrEnum):
    """Held and committed ones are active. Short: its stock was lost to a fact that could not be refused."""

    HELD = "held"
    COMMITTED = "committed"
    CONSUMED = "consumed"
    SHORT = "short"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Wish:
    """A reservation to make, for line `line` of a demand. A kit becomes one reservation for each component."""

    id: UUID
    product: UUID | str
    site: UUID | str
    quantity: Decimal
    line: int
    demand_id: UUID
    demand_type: str = MANUAL
    state: ReservationState = ReservationState.COMMITTED
    expires_at: datetime | None = None
    priority: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A promise that was made. Those of one kit share their `demand_id`; others made by hand have their own."""

    id: UUID
    site_id: UUID
    demand_id: UUID
    demand_type: str
    state: ReservationState
    expires_at: datetime | None

    def state_at(self, now: datetime) -> ReservationState:
        """A hold ends with its time, whether or not anybody has cleared it away yet."""
        overdue = self.state is ReservationState.HELD and self.expires_at is not None and self.expires_at <= now
        return ReservationState.EXPIRED if overdue else self.state


def hold_until(
    now: datetime, wanted: datetime | None, *, commit: bool
) -> tuple[ReservationState, datetime | None, list[Fault]]:
    """The state of a new reservation, when it ends by itself, and what is wrong with the time that was asked for."""
    if commit:
        faults = (
            [] if wanted is None else [Fault("/expires_at", "not_allowed", "a committed reservation does not expire")]
        )
        return ReservationState.COMMITTED, None, faults
    faults = []
    if wanted is not None and not now < wanted <= now + LONGEST_HOLD:
        faults.append(Fault("/expires_at", "out_of_range", f"must lie ahead, within {LONGEST_HOLD.days} days"))
    return ReservationState.HELD, wanted or now + HOLD, faults


def require_state(parts: Sequence[Reservation], deed: str, now: datetime, *allowed: ReservationState) -> None:
    """Raises Conflict unless every part was made by hand and is in one of these states."""
    if any(part.demand_type != MANUAL for part in parts):
        raise Conflict("reservation_of_document", f"this reservation belongs to a {parts[0].demand_type}: act on that")
    for part in parts:
        if (state := part.state_at(now)) not in allowed:
            detail = f"a reservation that is {state.value} cannot be {deed}"
            raise Conflict("reservation_state", detail, details={"state": state.value})
