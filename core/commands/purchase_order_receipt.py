"""Receiving what was ordered into stock, and taking a receipt back."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.order_request_steps import faults_at_lines, purchase_arrived
from core.commands.purchase_order_steps import RECEIVE, done, opened
from core.commands.stock import ShortText
from core.commands.transfers import LineNumber
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.purchase_order import OrderDeed, PurchaseOrder, require_possible
from core.domain.purchase_order_receipt import (
    Arrival,
    by_line,
    learnt_between,
    read_arrivals,
    receipt_posting,
    received,
    taken_back,
)
from core.domain.stock import mirrored
from core.domain.text import tidy
from core.ports.purchase_orders import PurchaseOrderView, StoredReceipt
from core.ports.storage import UnitOfWork


class ReceivedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How much of a line came. A tracked product needs its lot or serial number, one entry for each. `unit_cost` is what the invoice
    says where it differs from the order, in the order's currency."""

    line: LineNumber
    quantity: Decimal
    lot: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    expires_on: dt.date | None = None
    unit_cost: Decimal | None = None


class ReceiveOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What came: all that is open, or what is said. `document_number` is that of the delivery note."""

    lines: list[ReceivedLine] | None = None
    document_number: ShortText = ""


class TakeBackReceipt(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why a receipt was a mistake."""

    reason: ShortText


async def receive_order(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ReceiveOrder, int | None]
) -> PurchaseOrderView:
    """Takes goods into stock at the order's site, as one posting at their cost."""
    order_id, wish, version = command
    order = await opened(uow, actor, (order_id, version), RECEIVE)
    arrivals = read_arrivals(order, None if wish.lines is None else [_arrival(line) for line in wish.lines])
    supplier = await uow.suppliers.named(str(order.supplier))
    name = supplier.name if supplier else ""
    posting = receipt_posting(order, arrivals, tidy(wish.document_number), name, uow.now)
    numbers = [arrival.line for arrival in arrivals] if wish.lines is None else range(1, len(arrivals) + 1)
    with faults_at_lines(numbers, ()):
        await uow.ledger.post(actor, [posting])
    quantities = by_line(arrivals)
    today = (await uow.purchase_orders.rules()).today
    after = received(order, quantities, today)
    await uow.purchase_orders.add_receipt(after, posting.id, posting.note, actor.user_id, quantities)
    return await _done(uow, actor, (order, after), "purchase_order_received", posting.id)


def _arrival(line: ReceivedLine) -> Arrival:
    return Arrival(line.line, line.quantity, line.lot, line.expires_on, line.unit_cost)


async def take_back_receipt(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID, TakeBackReceipt, int | None]
) -> PurchaseOrderView:
    """Undoes the receipt that a posting recorded: its stock leaves as it came, and its quantities are open again."""
    order_id, posting_id, wish, version = command
    actor.require("stock:reverse")
    order = await opened(uow, actor, (order_id, version), RECEIVE)
    require_possible(order, OrderDeed.TAKE_BACK)
    receipt = await _standing(uow, order, posting_id)
    original = await uow.postings.posting(actor, posting_id)
    if original is None:
        raise _unknown()
    reversal = replace(mirrored(original, wish.reason), effective_at=uow.now)
    await uow.ledger.post(actor, [reversal])
    await uow.purchase_orders.take_back(order, posting_id, reversal.id)
    today = (await uow.purchase_orders.rules()).today
    after = taken_back(order, receipt.quantities, today)
    return await _done(uow, actor, (order, after), "purchase_order_receipt_taken_back", reversal.id)


async def _standing(uow: UnitOfWork, order: PurchaseOrder, posting_id: UUID) -> StoredReceipt:
    receipt = await uow.purchase_orders.receipt(order, posting_id)
    if receipt is None:
        raise _unknown()
    if receipt.is_taken_back:
        raise Conflict("already_reversed", "this receipt was taken back")
    return receipt


def _unknown() -> NotFound:
    return NotFound("receipt_not_found", "no receipt of this order has this posting")


async def _done(
    uow: UnitOfWork, actor: Actor, change: tuple[PurchaseOrder, PurchaseOrder], event: str, posting: UUID
) -> PurchaseOrderView:
    before, after = change
    await uow.suppliers.learn(after.supplier, learnt_between(before, after))
    await purchase_arrived(uow, after)
    return await done(uow, actor, after, event, posting=posting)
