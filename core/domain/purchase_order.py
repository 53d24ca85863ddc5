"""Purchase orders: what is bought of whom, who agreed to it, and what became of it.

Every transition is checked against `MACHINE`, and each is a pure function that returns the order as it becomes. What was ordered
is received, open or cancelled; what came beyond it stands apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.lead_time import LeadTime

ZERO = Decimal(0)
MANUAL = "manual"
"""The channel of an order that somebody sent by themselves."""

_AMOUNT_STEP = Decimal("0.0001")
_EXACT = Context(prec=60)


class OrderState(StrEnum):
    DRAFT = "draft"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PARTIALLY_RECEIVED = "partially_received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


WITH_SUPPLIER = (OrderState.SENT, OrderState.ACKNOWLEDGED, OrderState.PARTIALLY_RECEIVED)
ON_ORDER = (OrderState.APPROVED, *WITH_SUPPLIER)
"""The open part of such orders is expected to arrive."""
ENDED = (OrderState.RECEIVED, OrderState.CLOSED, OrderState.CANCELLED)
"""Nothing more is to come of such orders."""


class OrderDeed(StrEnum):
    """What can be done to an order. `take_back` undoes a receipt."""

    CHANGE = "change"
    DELETE = "delete"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    RECEIVE = "receive"
    TAKE_BACK = "take_back"
    CLOSE = "close"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """How much of a product is ordered, at what price in the order's currency. `expected_on` is the day that was asked for,
    `promised_on` the one that the supplier named. `learnt` is what the whole line taught about the supplier."""

    number: int
    product: UUID
    quantity: Decimal
    unit_price: Decimal
    item: UUID | None = None
    expected_on: date | None = None
    promised_on: date | None = None
    received: Decimal = ZERO
    over_received: Decimal = ZERO
    cancelled: Decimal = ZERO
    learnt: LeadTime | None = None

    @property
    def open(self) -> Decimal:
        return self.quantity - self.received - self.cancelled

    @property
    def arrived(self) -> Decimal:
        return self.received + self.over_received

    def with_arrived(self, total: Decimal) -> "OrderLine":
        """The line when so much has arrived in all: what was ordered first, then what is beyond it."""
        received = min(total, self.quantity - self.cancelled)
        return replace(self, received=received, over_received=total - received)


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """`number` is what people call it by, unique in the company; lines have numbers of their own, from 1, and so have its
    `receipts`. One unit of `currency` is worth `exchange_rate` of the company's. `tolerance` is how much more than was ordered of
    a line may be received, in percent. `version` counts the changes that were stored."""

    supplier: UUID
    site: UUID
    currency: str
    lines: tuple[OrderLine, ...]
    creator: UUID
    exchange_rate: Decimal = Decimal(1)
    tolerance: Decimal = ZERO
    note: str = ""
    state: OrderState = OrderState.DRAFT
    submitter: UUID | None = None
    approver: UUID | None = None
    sender: UUID | None = None
    channel: str | None = None
    sent_on: date | None = None
    is_acknowledged: bool = False
    supplier_reference: str = ""
    receipts: int = 0
    closing_reason: str = ""
    number: int = 0
    version: int = 1
    id: UUID = field(default_factory=new_id)

    @property
    def value(self) -> Decimal:
        """What is ordered, in the company's currency."""
        return sum((self.worth(line.quantity, line.unit_price) for line in self.lines), ZERO)

    def worth(self, quantity: Decimal, unit_price: Decimal) -> Decimal:
        """What so many units at this price of the order's currency are worth in the company's."""
        in_currency = _EXACT.multiply(quantity, unit_price)
        return _EXACT.multiply(in_currency, self.exchange_rate).quantize(_AMOUNT_STEP, context=_EXACT)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold beside the state, and what to say where it does not."""

    holds: Callable[[PurchaseOrder], bool]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a deed leads to which, under which conditions. An order that is deleted is in no state."""

    done: str
    before: tuple[OrderState, ...]
    after: tuple[OrderState, ...]
    conditions: tuple[Condition, ...] = ()


_UNTOUCHED = Condition(
    lambda order: not any(line.arrived for line in order.lines),
    "something of it was received: close the remainder instead",
)
_DRAFT, _WAITING = (OrderState.DRAFT,), (OrderState.TO_APPROVE,)
_APPROVED, _SENT = (OrderState.APPROVED,), (OrderState.SENT,)
_CONFIRMED, _BEGUN = (OrderState.ACKNOWLEDGED,), (OrderState.PARTIALLY_RECEIVED,)
_WHOLE = (OrderState.RECEIVED,)

MACHINE: Mapping[OrderDeed, Transition] = {
    OrderDeed.CHANGE: Transition("changed", _DRAFT, _DRAFT),
    OrderDeed.DELETE: Transition("deleted", _DRAFT, ()),
    OrderDeed.SUBMIT: Transition("submitted", _DRAFT, (*_WAITING, *_APPROVED)),
    OrderDeed.APPROVE: Transition("approved", _WAITING, _APPROVED),
    OrderDeed.SEND: Transition("sent", _APPROVED, _SENT),
    OrderDeed.ACKNOWLEDGE: Transition("acknowledged", (*_SENT, *_CONFIRMED), _CONFIRMED),
    OrderDeed.RECEIVE: Transition("received", (*_SENT, *_CONFIRMED, *_BEGUN), (*_BEGUN, *_WHOLE)),
    OrderDeed.TAKE_BACK: Transition(
        "relieved of a receipt", (*_BEGUN, *_WHOLE), (*_SENT, *_CONFIRMED, *_BEGUN, *_WHOLE)
    ),
    OrderDeed.CLOSE: Transition("closed", (*_BEGUN, *_WHOLE), (OrderState.CLOSED,)),
    OrderDeed.CANCEL: Transition(
        "cancelled",
        (*_DRAFT, *_WAITING, *_APPROVED, *_SENT, *_CONFIRMED, *_BEGUN, *_WHOLE),
        (OrderState.CANCELLED,),
        (_UNTOUCHED,),
    ),
}


def obstacle(order: PurchaseOrder, deed: OrderDeed) -> str | None:
    """Why the deed cannot be done now, None where it can."""
    transition = MACHINE[deed]
    if order.state not in transition.before:
        state = order.state.value.replace("_", " ")
        return f"a purchase order that is {state} cannot be {transition.done}"
    missing = (condition.otherwise for condition in transition.conditions if not condition.holds(order))
    reason = next(missing, None)
    return f"this purchase order cannot be {transition.done}: {reason}" if reason else None


def require_possible(order: PurchaseOrder, deed: OrderDeed) -> None:
    """Raises Conflict `purchase_order_state`, which names the present state."""
    if detail := obstacle(order, deed):
        raise Conflict("purchase_order_state", detail, details={"state": order.state.value})


def submitted(order: PurchaseOrder, submitter: UUID, threshold: Decimal | None) -> PurchaseOrder:
    """Handed in: approved at once unless its value is above the threshold (None: there is none)."""
    require_possible(order, OrderDeed.SUBMIT)
    waits = threshold is not None and order.value > threshold
    state = OrderState.TO_APPROVE if waits else OrderState.APPROVED
    return replace(order, state=state, submitter=submitter)


def approved(order: PurchaseOrder, approver: UUID) -> PurchaseOrder:
    """Agreed to."""
    require_possible(order, OrderDeed.APPROVE)
    return replace(order, state=OrderState.APPROVED, approver=approver)


def sent(order: PurchaseOrder, sender: UUID, channel: str, day: date) -> PurchaseOrder:
    """With the supplier; lead times count from this day."""
    require_possible(order, OrderDeed.SEND)
    return replace(order, state=OrderState.SENT, sender=sender, channel=channel, sent_on=day)


def acknowledged(
    order: PurchaseOrder, promised: Mapping[int, date | None], supplier_reference: str | None
) -> PurchaseOrder:
    """Confirmed by the supplier, who promises these days by line number. None for the reference keeps the present one."""
    require_possible(order, OrderDeed.ACKNOWLEDGE)
    lines = tuple(replace(line, promised_on=promised.get(line.number, line.promised_on)) for line in order.lines)
    reference = order.supplier_reference if supplier_reference is None else supplier_reference
    return replace(
        order, state=OrderState.ACKNOWLEDGED, lines=lines, is_acknowledged=True, supplier_reference=reference
    )


def closed(order: PurchaseOrder, reason: str) -> PurchaseOrder:
    """Over, with what has arrived; what is still open will not come."""
    require_possible(order, OrderDeed.CLOSE)
    return _given_up(order, OrderState.CLOSED, reason)


def cancelled(order: PurchaseOrder, reason: str) -> PurchaseOrder:
    """Given up before anything of it arrived."""
    require_possible(order, OrderDeed.CANCEL)
    return _given_up(order, OrderState.CANCELLED, reason)


def _given_up(order: PurchaseOrder, state: OrderState, reason: str) -> PurchaseOrder:
    lines = tuple(replace(line, cancelled=line.cancelled + line.open) for line in order.lines)
    return replace(order, state=state, lines=lines, closing_reason=reason)
