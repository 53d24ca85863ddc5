"""Handing over what was granted of a customer order, and closing what will not come."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from core.commands.order_request_steps import done, faults_at_lines, opened_at_site
from core.commands.order_requests import GiveReason
from core.commands.stock import Currency, PostingDocument, ShortText
from core.commands.transfers import LineNumber
from core.domain.access import Actor
from core.domain.errors import refuse_if
from core.domain.order_request import OrderRequest, RequestDeed, closed, fulfilled, require_possible
from core.domain.order_request_access import FULFIL
from core.domain.order_request_draft import Handover, read_handover, reason_faults
from core.domain.reservation import ReservationState
from core.domain.stock import CUSTOMER, Document, DocumentType, Line, Posting, PostingKind
from core.ports.order_requests import OrderRequestView
from core.ports.storage import UnitOfWork


class HandedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of a line goes to the customer, and at what price. Without a lot, those that expire first are taken."""

    line: LineNumber
    quantity: Decimal
    unit_price: Decimal | None = None
    lot: ShortText | None = None


class FulfilRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What goes to the customer: all that is open, or these quantities. With prices it is a sale, otherwise an issue. Without a
    document it is recorded under the request's own number."""

    lines: list[HandedLine] | None = None
    document: PostingDocument | None = None
    currency: Currency | None = None


async def fulfil_request(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, FulfilRequest, int | None]
) -> OrderRequestView:
    """Hands over what an approved customer order has reserved, all of it or a part."""
    request_id, wish, version = command
    request = await opened_at_site(uow, actor, (request_id, version), FULFIL)
    require_possible(request, RequestDeed.FULFIL)
    handovers = None if wish.lines is None else [_handover(line) for line in wish.lines]
    handed = [handover for handover in read_handover(request, handovers) if handover.quantity]
    taken = {handover.line: handover.quantity for handover in handed}
    await uow.order_requests.consume(request, taken)
    posting = _issue(request, handed, wish)
    with faults_at_lines([handover.line for handover in handed], [line.line for line in wish.lines or ()]):
        await uow.ledger.post(actor, [posting])
    await uow.order_requests.add_posting(request, posting.id)
    return await done(uow, fulfilled(request, taken), "request_fulfilled", posting=posting.id)


def _handover(line: HandedLine) -> Handover:
    return Handover(line.line, line.quantity, line.unit_price, line.lot)


def _issue(request: OrderRequest, handed: Sequence[Handover], wish: FulfilRequest) -> Posting:
    products = {line.number: line.product for line in request.lines}
    lines = [
        Line(products[one.line], request.site, CUSTOMER, one.quantity, unit_price=one.unit_price, lot=one.lot)
        for one in handed
    ]
    is_sale = any(one.unit_price is not None for one in handed)
    paper = wish.document or PostingDocument(DocumentType.OTHER, str(request.number))
    return Posting(
        PostingKind.SALE if is_sale else PostingKind.ISSUE,
        tuple(lines),
        Document(paper.type, paper.number, paper.date, paper.party),
        reason=f"request {request.number}",
        currency=wish.currency,
        source="request",
    )


async def close_request(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, GiveReason, int | None]
) -> OrderRequestView:
    """Ends a request of which a part was fulfilled; what is still reserved for the remainder is given back."""
    request_id, answer, version = command
    request = await opened_at_site(uow, actor, (request_id, version), FULFIL)
    after = closed(request, answer.reason.strip())
    refuse_if(list(reason_faults(answer.reason)), "invalid_request")
    await uow.reservations.end(request.id, ReservationState.RELEASED)
    return await done(uow, after, "request_closed", reason=after.closing_reason)
