"""Order requests: what staff ask for, what a manager grants of it, and what became of that.

A restock brings goods to the site that asks, by a transfer or of a supplier; a customer order takes them from the site that sells. Every
transition is checked against `MACHINE`, and each is a pure function that returns the request as it becomes. What is granted
is fulfilled, open or closed short.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.purchase_order import ENDED, WITH_SUPPLIER, OrderState
from core.domain.transfer import UNDER_WAY, TransferState

OF_REQUEST = "request"
"""The type of demand of the reservations that a request makes."""

ZERO = Decimal(0)


class RequestKind(StrEnum):
    RESTOCK = "restock"
    CUSTOMER_ORDER = "customer_order"


class RequestState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class RequestDeed(StrEnum):
    """What can be done to a request. `receive` is the receipt of its transfer or of its purchase order; `reopen` takes the decision
    back."""

    CHANGE = "change"
    DELETE = "delete"
    APPROVE = "approve"
    REJECT = "reject"
    FULFIL = "fulfil"
    RECEIVE = "receive"
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class RequestLine:
    """How much of a product is asked for and, once it is decided, granted; of that, what came or left and what never will."""

    number: int
    product: UUID
    quantity: Decimal
    granted: Decimal | None = None
    fulfilled: Decimal = ZERO
    closed: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return (self.granted or ZERO) - self.fulfilled - self.closed


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """`number` is what people call it by, unique in the company; lines have numbers of their own, from 1. `version` counts
    the changes that were stored. A restock that was approved has a transfer or, until its draft is thrown away, a purchase order.
    `closing_reason` says why it was rejected or closed short."""

    kind: RequestKind
    site: UUID
    requester: UUID
    reason: str
    lines: tuple[RequestLine, ...]
    needed_on: date | None = None
    state: RequestState = RequestState.PENDING
    decided_by: UUID | None = None
    closing_reason: str = ""
    transfer: UUID | None = None
    transfer_state: TransferState | None = None
    purchase_order: UUID | None = None
    order_state: OrderState | None = None
    number: int = 0
    version: int = 1
    id: UUID = field(default_factory=new_id)

    @property
    def is_begun(self) -> bool:
        return any(line.fulfilled for line in self.lines)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold beside the state, and what to say where it does not."""

    holds: Callable[[OrderRequest], bool]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a deed leads to which, under which conditions. A request that is deleted is in no state."""

    done: str
    before: tuple[RequestState, ...]
    after: tuple[RequestState, ...]
    conditions: tuple[Condition, ...] = ()


_BEGUN = Condition(lambda request: request.is_begun, "nothing of it was fulfilled yet: cancel it instead")
_UNTOUCHED = Condition(lambda request: not request.is_begun, "a part of it was fulfilled: close the remainder instead")
_BY_HAND = Condition(lambda request: request.kind is RequestKind.CUSTOMER_ORDER, "the receipt of its goods does that")
_BY_RECEIPT = Condition(lambda request: request.kind is RequestKind.RESTOCK, "a customer order brings nothing")
_NOT_UNDER_WAY = Condition(
    lambda request: request.transfer_state not in UNDER_WAY and request.order_state not in WITH_SUPPLIER,
    "its goods are under way: recall its transfer or cancel its order, or receive them",
)
_NO_MORE_COMES = Condition(
    lambda request: (
        request.transfer_state not in (TransferState.PENDING, *UNDER_WAY) and request.order_state in (None, *ENDED)
    ),
    "its transfer or its order may still bring the remainder: end or receive that first",
)
_NOTHING_CAME = Condition(
    lambda request: request.transfer_state is not TransferState.CONFIRMED,
    "its transfer has been received: close it instead",
)
_PENDING, _APPROVED = (RequestState.PENDING,), (RequestState.APPROVED,)
_PROGRESS = (RequestState.APPROVED, RequestState.FULFILLED)

MACHINE: Mapping[RequestDeed, Transition] = {
    RequestDeed.CHANGE: Transition("changed", _PENDING, _PENDING),
    RequestDeed.DELETE: Transition("deleted", _PENDING, ()),
    RequestDeed.APPROVE: Transition("approved", _PENDING, _APPROVED),
    RequestDeed.REJECT: Transition("rejected", _PENDING, (RequestState.REJECTED,)),
    RequestDeed.FULFIL: Transition("fulfilled", _APPROVED, _PROGRESS, (_BY_HAND,)),
    RequestDeed.RECEIVE: Transition("fulfilled by a receipt", _APPROVED, _PROGRESS, (_BY_RECEIPT,)),
    RequestDeed.CLOSE: Transition("closed short", _APPROVED, (RequestState.FULFILLED,), (_BEGUN, _NO_MORE_COMES)),
    RequestDeed.CANCEL: Transition(
        "cancelled", (*_PENDING, *_APPROVED), (RequestState.CANCELLED,), (_UNTOUCHED, _NOT_UNDER_WAY)
    ),
    RequestDeed.REOPEN: Transition(
        "reopened", (*_APPROVED, RequestState.REJECTED), _PENDING, (_UNTOUCHED, _NOT_UNDER_WAY, _NOTHING_CAME)
    ),
}


def obstacle(request: OrderRequest, deed: RequestDeed) -> str | None:
    """Why the deed cannot be done now, None where it can."""
    transition = MACHINE[deed]
    if request.state not in transition.before:
        return f"a request that is {request.state.value} cannot be {transition.done}"
    missing = (condition.otherwise for condition in transition.conditions if not condition.holds(request))
    reason = next(missing, None)
    return f"this request cannot be {transition.done}: {reason}" if reason else None


def require_possible(request: OrderRequest, deed: RequestDeed) -> None:
    """Raises Conflict `request_state`, which names the present state."""
    if detail := obstacle(request, deed):
        raise Conflict("request_state", detail, details={"state": request.state.value})


def approved(request: OrderRequest, granted: Mapping[int, Decimal], approver: UUID) -> OrderRequest:
    """Granted so much of each line."""
    require_possible(request, RequestDeed.APPROVE)
    lines = tuple(replace(line, granted=granted[line.number]) for line in request.lines)
    return replace(request, state=RequestState.APPROVED, lines=lines, decided_by=approver)


def rejected(request: OrderRequest, reason: str, decider: UUID) -> OrderRequest:
    """Turned down as a whole."""
    require_possible(request, RequestDeed.REJECT)
    return replace(request, state=RequestState.REJECTED, closing_reason=reason, decided_by=decider)


def fulfilled(request: OrderRequest, taken: Mapping[int, Decimal]) -> OrderRequest:
    """After these quantities, by line number, went to the customer. None may be more than is open."""
    require_possible(request, RequestDeed.FULFIL)
    return _progressed(request, {line.number: line.fulfilled + taken.get(line.number, ZERO) for line in request.lines})


def arrived(request: OrderRequest, received: Mapping[UUID, Decimal]) -> OrderRequest:
    """After its transfer or its order has brought these quantities, by product, in all. Lines of one product are served in their
    order, because a transfer may have split them by lot."""
    require_possible(request, RequestDeed.RECEIVE)
    left = dict(received)
    served = {}
    for line in request.lines:
        served[line.number] = min(left.get(line.product, ZERO), line.granted or ZERO)
        left[line.product] = left.get(line.product, ZERO) - served[line.number]
    return _progressed(request, served)


def _progressed(request: OrderRequest, served: Mapping[int, Decimal]) -> OrderRequest:
    lines = tuple(replace(line, fulfilled=served[line.number]) for line in request.lines)
    is_whole = all(line.open == 0 for line in lines)
    return replace(request, lines=lines, state=RequestState.FULFILLED if is_whole else RequestState.APPROVED)


def closed(request: OrderRequest, reason: str) -> OrderRequest:
    """Fulfilled as far as it will ever be."""
    require_possible(request, RequestDeed.CLOSE)
    lines = tuple(replace(line, closed=line.open) for line in request.lines)
    return replace(request, lines=lines, state=RequestState.FULFILLED, closing_reason=reason)


def cancelled(request: OrderRequest) -> OrderRequest:
    """Given up before anything of it was fulfilled."""
    require_possible(request, RequestDeed.CANCEL)
    return replace(request, state=RequestState.CANCELLED)


def reopened(request: OrderRequest) -> OrderRequest:
    """Undecided again, as it was asked: for whoever approved or rejected it by mistake, before anything has come of it."""
    require_possible(request, RequestDeed.REOPEN)
    return replace(
        request,
        state=RequestState.PENDING,
        lines=tuple(replace(line, granted=None) for line in request.lines),
        decided_by=None,
        closing_reason="",
        transfer=None,
        transfer_state=None,
        purchase_order=None,
        order_state=None,
    )
