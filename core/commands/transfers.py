"""Moving goods from one site of the company to another, and saying what became of them."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.order_request_steps import goods_arrived
from core.commands.transfer_steps import Deed, done, load, opened, post, require_reach, reserve, shown, tell
from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.reservation import ReservationState
from core.domain.transfer import ZERO, Transfer, TransferState, cancelled, departed, recalled, submitted
from core.domain.transfer_arrival import Receipt, arrived, read_receipts, spread_over_lots
from core.domain.transfer_draft import WantedLine, draft_transfer, read_shipment
from core.ports.storage import UnitOfWork
from core.ports.transfers import TransferView

Reference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the natural key")]
LineNumber = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class StartState(StrEnum):
    """A draft reserves nothing; a pending transfer has its goods reserved at the source."""

    DRAFT = "draft"
    PENDING = "pending"


class StartTransferLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Without a lot, those that expire first are taken at dispatch."""

    product: Reference
    quantity: Decimal
    lot: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class StartTransfer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Goods to bring from one site to another."""

    source: Reference
    destination: Reference
    lines: list[StartTransferLine]
    note: Annotated[str, Meta(max_length=4000)] = ""
    state: StartState = StartState.PENDING


class DispatchLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of a line leaves; what does not leave now stays for good."""

    line: LineNumber
    quantity: Decimal


class DispatchTransfer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What leaves: everything that was asked for, or these quantities of every line."""

    lines: list[DispatchLine] | None = None


class Resolution(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What became of units that did not arrive sound: they never came, are known to be lost, or came damaged."""

    short: Decimal = ZERO
    lost: Decimal = ZERO
    damaged: Decimal = ZERO


class ReceiveLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What arrived of a line: `received`, or all that the resolution leaves. More than is in transit is booked as found."""

    line: LineNumber
    received: Decimal | None = None
    resolution: Resolution = msgspec.field(default_factory=Resolution)


class ReceiveTransfer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What arrived: everything in transit, or of the named lines what is said; the rest stays in transit. A pending transfer
    is dispatched and received at once: what is said of it, of every line if of any, is also what left."""

    lines: list[ReceiveLine] | None = None


async def start_transfer(uow: UnitOfWork, actor: Actor, command: StartTransfer) -> TransferView:
    """Makes a transfer, pending unless it is to be a draft."""
    actor.require("transfer:start")
    transfer = await _draft(uow, actor, command)
    if command.state is StartState.PENDING:
        transfer = submitted(transfer)
        await reserve(uow, actor, transfer)
    view = await uow.transfers.add(transfer, command.note, actor.user_id)
    await tell(uow, "transfer_created", replace(transfer, number=view.number))
    return shown(actor, view)


async def _draft(uow: UnitOfWork, actor: Actor, command: StartTransfer) -> Transfer:
    sites = await uow.transfers.sites([command.source, command.destination])
    source, destination = sites.get(command.source), sites.get(command.destination)
    goods = await uow.transfers.goods([(line.product, line.lot) for line in command.lines])
    lines = [WantedLine(line.quantity, line.lot, found) for line, found in zip(command.lines, goods, strict=True)]
    out_of_reach = source is not None and not actor.covers([source.site.id])
    fault = Fault("/source", "forbidden", "outside the sites that you may write")
    return draft_transfer(source, destination, lines, [fault] if out_of_reach else [])


async def submit_transfer(uow: UnitOfWork, actor: Actor, command: Deed) -> TransferView:
    """Hands in a draft: its goods are reserved at the source."""
    transfer = await opened(uow, actor, command, "transfer:start")
    require_reach(actor, transfer.source)
    after = submitted(transfer)
    await reserve(uow, actor, after)
    return await done(uow, actor, after, "transfer_submitted")


async def cancel_transfer(uow: UnitOfWork, actor: Actor, command: Deed) -> TransferView:
    """Gives up a transfer of which nothing has left, and what was reserved for it."""
    transfer = await opened(uow, actor, command, "transfer:start")
    require_reach(actor, transfer.source)
    after = cancelled(transfer)
    await uow.reservations.end(transfer.id, ReservationState.RELEASED)
    return await done(uow, actor, after, "transfer_cancelled")


async def recall_transfer(uow: UnitOfWork, actor: Actor, command: Deed) -> TransferView:
    """Calls back what is in transit: it returns to the source at its cost."""
    transfer = await opened(uow, actor, command, "transfer:start")
    require_reach(actor, transfer.source)
    after, movement = recalled(transfer)
    await post(uow, actor, [movement])
    return await done(uow, actor, after, "transfer_recalled")


async def dispatch_transfer(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, DispatchTransfer, int | None]
) -> TransferView:
    """Sends a pending transfer on its way: its goods leave the source and are in transit."""
    transfer_id, wish, version = command
    transfer = await opened(uow, actor, (transfer_id, version), "transfer:confirm")
    require_reach(actor, transfer.source)
    shipped = read_shipment(transfer, _quantities(wish.lines))
    loads = await load(uow, actor, transfer, shipped, [line.line for line in wish.lines or ()])
    return await done(uow, actor, departed(transfer, loads), "transfer_dispatched")


async def receive_transfer(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ReceiveTransfer, int | None]
) -> TransferView:
    """Takes in what arrived. Of a pending transfer, which its source has promised, both legs are posted."""
    transfer_id, wish, version = command
    transfer = await opened(uow, actor, (transfer_id, version), "transfer:confirm")
    require_reach(actor, transfer.destination)
    arrivals = read_receipts(transfer, _receipts(wish.lines))
    named = [line.line for line in wish.lines or ()]
    if transfer.state is TransferState.PENDING:
        await uow.transfers.lock_stock(transfer)
        loads = await load(uow, actor, transfer, {one.line: one.settled for one in arrivals}, named)
        arrivals = spread_over_lots(transfer, loads, arrivals)
        transfer = departed(transfer, loads)
    after, movements = arrived(transfer, arrivals)
    await post(uow, actor, movements, named)
    await goods_arrived(uow, after)
    return await done(uow, actor, after, "transfer_received", arrivals)


def _quantities(lines: Sequence[DispatchLine] | None) -> list[tuple[int, Decimal]] | None:
    return None if lines is None else [(line.line, line.quantity) for line in lines]


def _receipts(lines: Sequence[ReceiveLine] | None) -> list[Receipt] | None:
    return None if lines is None else [_receipt(line.line, line.received, line.resolution) for line in lines]


def _receipt(line: int, received: Decimal | None, gap: Resolution) -> Receipt:
    return Receipt(line, received, damaged=gap.damaged, short=gap.short, lost=gap.lost)
