"""Handing a purchase order in, agreeing to it, sending it, noting what the supplier answers, ending it."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from core.commands.purchase_order_sending import withdraw_sending
from core.commands.purchase_order_steps import APPROVE, WRITE, Seen, done, opened
from core.commands.stock import ShortText
from core.commands.transfers import LineNumber
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Forbidden, refuse_if
from core.domain.order_request_draft import reason_faults
from core.domain.purchase_order import (
    OrderDeed,
    OrderState,
    PurchaseOrder,
    acknowledged,
    approved,
    cancelled,
    closed,
    require_possible,
    submitted,
)
from core.domain.text import tidy
from core.domain.values import normal
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.storage import UnitOfWork


class PromisedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The day that the supplier promises for a line."""

    line: LineNumber
    promised_on: dt.date


class AcknowledgeOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What the supplier answered: the day for all lines, another for some, the supplier's own number of the order."""

    promised_on: dt.date | None = None
    lines: list[PromisedLine] = []
    supplier_reference: ShortText | None = None


class EndOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why nothing more is to come."""

    reason: ShortText = ""


async def submit_order(uow: UnitOfWork, actor: Actor, command: Seen) -> PurchaseOrderView:
    """Hands a draft in. Above the company's threshold it waits for somebody else's approval."""
    order = await opened(uow, actor, command, WRITE)
    after = submitted(order, actor.user_id, (await uow.purchase_orders.rules()).threshold)
    supplier = await uow.suppliers.named(str(order.supplier))
    if supplier is None or not supplier.active:
        raise Conflict("supplier_inactive", "nothing is ordered of an inactive supplier")
    return await done(uow, actor, after, "purchase_order_submitted")


async def approve_order(uow: UnitOfWork, actor: Actor, command: Seen) -> PurchaseOrderView:
    """Agrees to an order that waits for it."""
    order = await opened(uow, actor, command, APPROVE)
    require_possible(order, OrderDeed.APPROVE)
    _require_other_approver(actor, order, (await uow.purchase_orders.rules()).threshold)
    return await done(uow, actor, approved(order, actor.user_id), "purchase_order_approved")


def _require_other_approver(actor: Actor, order: PurchaseOrder, threshold: Decimal | None) -> None:
    if order.submitter == actor.user_id and threshold is not None and order.value > threshold:
        detail = f"an order worth more than {normal(threshold):f} is approved by somebody else than its submitter"
        raise Forbidden("own_purchase_order", detail, details={"threshold": str(normal(threshold))})


async def acknowledge_order(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, AcknowledgeOrder, int | None]
) -> PurchaseOrderView:
    """Notes what the supplier answered, also when it answers again."""
    order_id, answer, version = command
    order = await opened(uow, actor, (order_id, version), WRITE)
    require_possible(order, OrderDeed.ACKNOWLEDGE)
    refuse_if(_promise_faults(order, [line.line for line in answer.lines]), "invalid_purchase_order")
    common = {} if answer.promised_on is None else {line.number: answer.promised_on for line in order.lines}
    promised = {**common, **{line.line: line.promised_on for line in answer.lines}}
    reference = None if answer.supplier_reference is None else tidy(answer.supplier_reference)
    return await done(uow, actor, acknowledged(order, promised, reference), "purchase_order_acknowledged")


def _promise_faults(order: PurchaseOrder, numbers: Sequence[int]) -> list[Fault]:
    known = {line.number for line in order.lines}
    faults = []
    for index, number in enumerate(numbers):
        if number not in known:
            faults.append(Fault(f"/lines/{index}/line", "not_found", "the order has no line of this number"))
        elif number in numbers[:index]:
            faults.append(Fault(f"/lines/{index}/line", "repeated", "this line is named twice"))
    return faults


async def close_order(uow: UnitOfWork, actor: Actor, command: tuple[UUID, EndOrder, int | None]) -> PurchaseOrderView:
    """Ends an order of which something arrived. What is open is given up, which needs a reason."""
    order_id, answer, version = command
    order = await opened(uow, actor, (order_id, version), WRITE)
    after = closed(order, tidy(answer.reason))
    refuse_if(
        [] if order.state is OrderState.RECEIVED else list(reason_faults(answer.reason)), "invalid_purchase_order"
    )
    return await done(uow, actor, after, "purchase_order_closed", reason=after.closing_reason)


async def cancel_order(uow: UnitOfWork, actor: Actor, command: tuple[UUID, EndOrder, int | None]) -> PurchaseOrderView:
    """Gives up an order of which nothing arrived."""
    order_id, answer, version = command
    order = await opened(uow, actor, (order_id, version), WRITE)
    after = cancelled(order, tidy(answer.reason))
    await withdraw_sending(uow, order)
    return await done(uow, actor, after, "purchase_order_cancelled", reason=after.closing_reason)
