"""Promising stock, keeping the promise, giving it back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Forbidden, NotFound, refuse_if
from core.domain.ids import new_id, parse_id
from core.domain.reservation import Reservation, ReservationState, Wish, hold_until, require_state
from core.domain.stock import product_reference
from core.domain.values import quantity_fault
from core.ports.reservations import ReservationView
from core.ports.storage import UnitOfWork

MAX_RESERVED_LINES = 500

Reference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the natural key")]


class ReservationLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of which product at which site. A kit reserves its components."""

    product: Reference
    site: Reference
    quantity: Decimal


class ReserveStock(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Lines to reserve, all or none. Held until `expires_at` (15 minutes from now, if not given), or with `commit` for good.
    The higher the priority, the later a loss of stock shortens it."""

    lines: list[ReservationLine]
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    commit: bool = False
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    note: Annotated[str, Meta(max_length=4000)] = ""


class Reserved(msgspec.Struct, frozen=True):
    """The reservations that one command made or changed: for a kit, one for each component."""

    items: list[ReservationView]


async def reserve_stock(uow: UnitOfWork, actor: Actor, wanted: ReserveStock) -> Reserved:
    """Makes reservations. A hold gets its end by the clock that ends it: that of the machine may go differently."""
    actor.require("stock:reserve")
    now = await uow.reservations.now()
    state, expires_at, faults = hold_until(now, wanted.expires_at, commit=wanted.commit)
    faults += _line_faults(wanted.lines)
    wishes = [_wish(number, line, wanted, state, expires_at) for number, line in enumerate(wanted.lines, 1)]
    if faults:
        faults += await uow.reservations.reference_faults(actor, wishes)
    refuse_if(faults, "invalid_reservation")
    made = await uow.reservations.reserve(actor, wishes)
    return Reserved(await uow.reservations.views(made))


def _line_faults(lines: Sequence[ReservationLine]) -> list[Fault]:
    faults = [quantity_fault(f"/lines/{index}/quantity", line.quantity) for index, line in enumerate(lines)]
    if not 1 <= len(lines) <= MAX_RESERVED_LINES:
        faults.append(Fault("/lines", "out_of_range", f"must have 1 to {MAX_RESERVED_LINES} lines"))
    return [fault for fault in faults if fault]


def _wish(
    number: int, line: ReservationLine, wanted: ReserveStock, state: ReservationState, expires_at: datetime | None
) -> Wish:
    reservation_id = new_id()
    return Wish(
        id=reservation_id,
        product=product_reference(line.product),
        site=parse_id(line.site) or line.site.strip(),
        quantity=line.quantity,
        line=number,
        demand_id=reservation_id,
        state=state,
        expires_at=expires_at,
        priority=wanted.priority,
        note=wanted.note,
    )


async def commit_reservation(uow: UnitOfWork, actor: Actor, reservation_id: UUID) -> Reserved:
    """Turns a hold into a commitment that does not expire."""
    parts = await _parts(uow, actor, reservation_id)
    require_state(parts, "committed", await uow.reservations.now(), ReservationState.HELD)
    if await uow.reservations.commit(parts[0].demand_id) < len(parts):
        raise _overtaken("committed")
    return Reserved(await uow.reservations.views([part.id for part in parts]))


async def release_reservation(uow: UnitOfWork, actor: Actor, reservation_id: UUID) -> Reserved:
    """Gives back what a reservation still holds."""
    parts = await _parts(uow, actor, reservation_id)
    now = await uow.reservations.now()
    active = [part for part in parts if part.state in (ReservationState.HELD, ReservationState.COMMITTED)] or parts
    require_state(active, "released", now, ReservationState.HELD, ReservationState.COMMITTED)
    if not await uow.reservations.end(parts[0].demand_id, ReservationState.RELEASED):
        raise _overtaken("released")
    return Reserved(await uow.reservations.views([part.id for part in parts]))


async def _parts(uow: UnitOfWork, actor: Actor, reservation_id: UUID) -> list[Reservation]:
    actor.require("stock:reserve")
    parts = await uow.reservations.parts(reservation_id)
    if not parts or not actor.sees(part.site_id for part in parts):
        raise NotFound("reservation_not_found", "no reservation has this id")
    if not actor.covers(part.site_id for part in parts):
        raise Forbidden("site_out_of_reach", "outside the sites that you may write")
    return parts


def _overtaken(deed: str) -> Conflict:
    return Conflict("reservation_state", f"the reservation ended before it could be {deed}")
