"""The steps that the transitions of a transfer share: open it, reserve, post, store, tell."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import DomainError, Fault, Forbidden, NotFound, StaleVersion
from core.domain.ids import new_id
from core.domain.reservation import OF_TRANSFER, ReservationState, Wish
from core.domain.transfer import ZERO, Load, Movement, Transfer, TransferSite, departure
from core.domain.transfer_arrival import Arrival
from core.domain.values import normal
from core.ports.stock_ledger import Posted
from core.ports.storage import UnitOfWork
from core.ports.transfers import TransferView

Deed = tuple[UUID, int | None]
"""A transfer, and the version of it that the caller has seen (None: any)."""

_LEDGER_POINTER = re.compile(r"/postings/(\d+)/lines/(\d+)/")


async def opened(uow: UnitOfWork, actor: Actor, command: Deed, permission: str) -> Transfer:
    """The transfer, locked, if the actor may see it."""
    actor.require(permission)
    transfer_id, version = command
    transfer = await uow.transfers.locked(transfer_id)
    if transfer is None or not any(actor.sees([end.id]) for end in (transfer.source, transfer.destination)):
        raise NotFound("transfer_not_found", "no transfer has this id")
    if version is not None and version != transfer.version:
        raise StaleVersion("stale_version", "somebody else changed this since you read it")
    return transfer


def require_reach(actor: Actor, site: TransferSite) -> None:
    """Raises Forbidden unless the actor works at this end."""
    if not actor.covers([site.id]):
        raise Forbidden("site_out_of_reach", f"this is done at {site.code}", details={"site": site.code})


async def reserve(uow: UnitOfWork, actor: Actor, transfer: Transfer) -> None:
    """Reserves at the source what was asked for, until it leaves or is given up."""
    wishes = [
        Wish(
            new_id(),
            line.product,
            transfer.source.id,
            line.requested,
            line.number,
            demand_id=transfer.id,
            demand_type=OF_TRANSFER,
        )
        for line in transfer.lines
    ]
    await uow.reservations.reserve(actor, wishes)


async def load(
    uow: UnitOfWork, actor: Actor, transfer: Transfer, shipped: dict[int, Decimal], named: Sequence[int]
) -> list[Load]:
    """Posts the departure out of what was reserved for it; which lots were taken, and their cost, is the ledger's answer."""
    leaving = departure(transfer, shipped)
    await uow.reservations.end(transfer.id, ReservationState.CONSUMED)
    posted = await post(uow, actor, [leaving], named)
    return [
        Load(leaving.line_numbers[move.line - 1], move.lot, move.quantity, move.cost or ZERO)
        for move in posted.postings[0].lines
    ]


async def post(uow: UnitOfWork, actor: Actor, movements: Sequence[Movement], named: Sequence[int] = ()) -> Posted:
    """Posts for somebody whose reach was judged by the transfer's ends: transit belongs to the source."""
    try:
        return await uow.ledger.post(replace(actor, sites=None), [movement.posting for movement in movements])
    except DomainError as error:
        error.faults = tuple(_at_line(fault, movements, named) for fault in error.faults)
        raise


def _at_line(fault: Fault, movements: Sequence[Movement], named: Sequence[int]) -> Fault:
    """The ledger's fault at the line of the request that it concerns, or of the transfer where the request names none."""
    found = _LEDGER_POINTER.match(fault.pointer)
    if found is None:
        return fault
    number = movements[int(found[1])].line_numbers[int(found[2])]
    index = named.index(number) if number in named else number - 1
    return replace(fault, pointer=f"/lines/{index}")


async def done(
    uow: UnitOfWork, actor: Actor, transfer: Transfer, event: str, arrivals: Iterable[Arrival] = ()
) -> TransferView:
    """Stores what the transfer has become, tells it and shows it."""
    view = await uow.transfers.save(transfer)
    await tell(uow, event, transfer, arrivals)
    return shown(actor, view)


async def tell(uow: UnitOfWork, event: str, transfer: Transfer, arrivals: Iterable[Arrival] = ()) -> None:
    """The transfer's event: what each line holds now and, of what has just arrived, how."""
    came = {arrival.line: arrival.parts() for arrival in arrivals}
    lines = [
        {
            "line": line.number,
            "product": line.product,
            "lot": line.lot,
            "requested": normal(line.requested),
            "shipped": normal(line.shipped),
            "in_transit": normal(line.in_transit),
            **{part: normal(quantity) for part, quantity in came.get(line.number, {}).items()},
        }
        for line in transfer.lines
    ]
    data = {
        "number": transfer.number,
        "state": transfer.state.value,
        "source": transfer.source.id,
        "destination": transfer.destination.id,
        "lines": lines,
    }
    await uow.events.append(event, "transfer", transfer.id, data)


def shown(actor: Actor, view: TransferView) -> TransferView:
    """The transfer as this actor may see it."""
    if actor.may("cost:read"):
        return view
    costless = [msgspec.structs.replace(line, shipped_cost=None) for line in view.lines]
    return msgspec.structs.replace(view, lines=costless)
