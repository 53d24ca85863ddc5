"""Deciding about what was asked for: granting it, turning it down, giving it up."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import msgspec

from core.commands.order_request_steps import Seen, done, faults_at_lines, opened_at_site
from core.commands.order_requests import GiveReason
from core.commands.purchase_order_decisions import EndOrder, cancel_order
from core.commands.purchase_orders import CreateOrder, OrderedLine, create_order
from core.commands.transfers import (
    LineNumber,
    Reference,
    StartTransfer,
    StartTransferLine,
    cancel_transfer,
    start_transfer,
)
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.ids import new_id
from core.domain.order_request import (
    OF_REQUEST,
    OrderRequest,
    RequestDeed,
    RequestKind,
    approved,
    cancelled,
    rejected,
    reopened,
    require_possible,
)
from core.domain.order_request_access import APPROVE, require_other_approver
from core.domain.order_request_draft import read_grants, reason_faults, source_faults, whence_faults
from core.domain.purchase_order import ENDED
from core.domain.reservation import ReservationState, Wish
from core.domain.transfer import TransferState
from core.ports.order_requests import OrderRequestView
from core.ports.storage import UnitOfWork


class GrantedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of a line is granted; 0 is nothing. `unit_price` is for what is bought, where it is not the supplier's own price."""

    line: LineNumber
    quantity: Decimal
    unit_price: Decimal | None = None


class ApproveRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is granted: everything, or these quantities of every line. A restock comes from `source`, another site, or is bought of
    `supplier`; `exchange_rate` is how much of the company's currency one unit of the supplier's is worth, where they differ."""

    lines: list[GrantedLine] | None = None
    source: Reference | None = None
    supplier: Reference | None = None
    exchange_rate: Decimal | None = None


async def approve_request(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ApproveRequest, int | None]
) -> OrderRequestView:
    """Grants all or some of a request: its stock is reserved or, of a restock, its transfer is started or its order drafted."""
    request_id, wish, version = command
    request = await opened_at_site(uow, actor, (request_id, version), APPROVE)
    require_possible(request, RequestDeed.APPROVE)
    worth = await uow.order_requests.worth(request_id)
    require_other_approver(actor, request, worth.value, worth.threshold)
    quantities = None if wish.lines is None else [(line.line, line.quantity) for line in wish.lines]
    faults = [*whence_faults(request, wish.source, wish.supplier), *_price_faults(wish)]
    faults += await _source_faults(uow, actor, request, wish)
    after = approved(request, read_grants(request, quantities, faults), actor.user_id)
    named = [line.line for line in wish.lines or ()]
    if request.kind is RequestKind.CUSTOMER_ORDER:
        await _reserve(uow, actor, after, named)
    elif wish.supplier is not None:
        after = await _draft_order(uow, actor, after, wish, named)
    else:
        after = await _start_transfer(uow, actor, after, wish.source or "", named)
    return await done(uow, after, "request_approved", transfer=after.transfer, purchase_order=after.purchase_order)


def _price_faults(wish: ApproveRequest) -> Sequence[Fault]:
    if wish.supplier is not None:
        return []
    detail = "only what is bought of a supplier has a price here"
    priced = [index for index, line in enumerate(wish.lines or ()) if line.unit_price is not None]
    found = [Fault(f"/lines/{index}/unit_price", "not_allowed", detail) for index in priced]
    return [*found, *([Fault("/exchange_rate", "not_allowed", detail)] if wish.exchange_rate is not None else [])]


async def _source_faults(uow: UnitOfWork, actor: Actor, request: OrderRequest, wish: ApproveRequest) -> Sequence[Fault]:
    if wish.source is None or request.kind is RequestKind.CUSTOMER_ORDER:
        return []
    source = (await uow.transfers.sites([wish.source])).get(wish.source)
    return list(source_faults(request, source, in_reach=source is None or actor.covers([source.site.id])))


async def _reserve(uow: UnitOfWork, actor: Actor, request: OrderRequest, named: Sequence[int]) -> None:
    wishes = [
        Wish(new_id(), line.product, request.site, line.open, line.number, request.id, OF_REQUEST)
        for line in request.lines
        if line.open
    ]
    with faults_at_lines([line.number for line in request.lines], named):
        await uow.reservations.reserve(actor, wishes)


async def _start_transfer(
    uow: UnitOfWork, actor: Actor, request: OrderRequest, source: str, named: Sequence[int]
) -> OrderRequest:
    granted = [line for line in request.lines if line.open]
    wish = StartTransfer(
        source,
        str(request.site),
        [StartTransferLine(str(line.product), line.open) for line in granted],
        note=request.reason,
    )
    with faults_at_lines([line.number for line in granted], named):
        transfer = await start_transfer(uow, actor, wish)
    return replace(request, transfer=transfer.id, transfer_state=transfer.state)


async def _draft_order(
    uow: UnitOfWork, actor: Actor, request: OrderRequest, wish: ApproveRequest, named: Sequence[int]
) -> OrderRequest:
    """The order is a draft like any other: whoever buys hands it in, and may change it before."""
    granted = [line for line in request.lines if line.open]
    prices = {line.line: line.unit_price for line in wish.lines or ()}
    draft = CreateOrder(
        supplier=wish.supplier or "",
        site=str(request.site),
        lines=[
            OrderedLine(product=str(line.product), quantity=line.open, unit_price=prices.get(line.number))
            for line in granted
        ],
        exchange_rate=wish.exchange_rate,
        note=request.reason,
    )
    with faults_at_lines([line.number for line in granted], named):
        order = await create_order(uow, actor, draft)
    return replace(request, purchase_order=order.id, order_state=order.state)


async def reject_request(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, GiveReason, int | None]
) -> OrderRequestView:
    """Turns a pending request down."""
    request_id, answer, version = command
    request = await opened_at_site(uow, actor, (request_id, version), APPROVE)
    after = rejected(request, answer.reason.strip(), actor.user_id)
    refuse_if(list(reason_faults(answer.reason)), "invalid_request")
    return await done(uow, after, "request_rejected", reason=after.closing_reason)


async def cancel_request(uow: UnitOfWork, actor: Actor, command: Seen) -> OrderRequestView:
    """Gives up a request before anything of it was fulfilled, with what was reserved for it, its pending transfer, or its order that
    is not with the supplier yet."""
    request = await opened_at_site(uow, actor, command, APPROVE)
    after = cancelled(request)
    await _give_back(uow, actor, request, f"request {request.number} was cancelled")
    return await done(uow, after, "request_cancelled")


async def reopen_request(uow: UnitOfWork, actor: Actor, command: Seen) -> OrderRequestView:
    """Takes the decision about a request back before anything has come of it, with what was reserved, its pending transfer, or its
    order that is not with the supplier yet. It waits for a decision again, as it was asked."""
    request = await opened_at_site(uow, actor, command, APPROVE)
    after = reopened(request)
    await _give_back(uow, actor, request, f"request {request.number} is to be decided again")
    return await done(uow, after, "request_reopened")


async def _give_back(uow: UnitOfWork, actor: Actor, request: OrderRequest, reason: str) -> None:
    """Ends what the approval of a request has begun."""
    await uow.reservations.end(request.id, ReservationState.RELEASED)
    if request.transfer and request.transfer_state is TransferState.PENDING:
        # Who may cancel was judged by the site that asked: the goods have not left the other.
        await cancel_transfer(uow, replace(actor, sites=None), (request.transfer, None))
    if request.purchase_order and request.order_state not in (None, *ENDED):
        await cancel_order(uow, actor, (request.purchase_order, EndOrder(reason), None))
