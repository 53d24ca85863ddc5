"""What arrives of a purchase order: in parts, within a tolerance, now and then to be taken back; and what that teaches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault, refuse_if
from core.domain.lead_time import LeadTime, LeadTimes, Learnt
from core.domain.purchase_order import (
    ZERO,
    OrderDeed,
    OrderLine,
    OrderState,
    PurchaseOrder,
    require_possible,
)
from core.domain.stock import OF_PURCHASE, SUPPLIER, Document, DocumentType, Line, Posting, PostingKind
from core.domain.values import amount_fault, normal, quantity_fault

MAX_RECEIPT_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """How much of a line came, of which lot. `unit_cost` is what the invoice says where it differs from the order, in the order's
    currency."""

    line: int
    quantity: Decimal
    lot: str | None = None
    expires_on: date | None = None
    unit_cost: Decimal | None = None


def read_arrivals(order: PurchaseOrder, arrivals: Sequence[Arrival] | None) -> Sequence[Arrival]:
    """What arrived: all that is open if nothing is said. A line may be named once for each of its lots. Raises Conflict
    `purchase_order_state` and Invalid with everything that is wrong."""
    require_possible(order, OrderDeed.RECEIVE)
    if arrivals is None:
        return [Arrival(line.number, line.open) for line in order.lines if line.open]
    faults: list[Fault] = []
    if not 1 <= len(arrivals) <= MAX_RECEIPT_LINES:
        faults.append(Fault("/lines", "out_of_range", f"must have 1 to {MAX_RECEIPT_LINES} lines"))
    for index, arrival in enumerate(arrivals):
        faults += _arrival_faults(f"/lines/{index}", arrival)
    refuse_if([*faults, *_line_faults(order, arrivals)], "invalid_receipt")
    return arrivals


def _arrival_faults(pointer: str, arrival: Arrival) -> Iterator[Fault]:
    found = (
        quantity_fault(f"{pointer}/quantity", arrival.quantity),
        amount_fault(f"{pointer}/unit_cost", arrival.unit_cost),
    )
    yield from (fault for fault in found if fault)


def _line_faults(order: PurchaseOrder, arrivals: Sequence[Arrival]) -> Iterator[Fault]:
    """Lines that the order has not, and those of which more came than the tolerance lets in."""
    room = {line.number: room_for(order, line) for line in order.lines}
    for index, arrival in enumerate(arrivals):
        if arrival.line not in room:
            yield Fault(f"/lines/{index}/line", "not_found", "the order has no line of this number")
        elif not quantity_fault("", arrival.quantity):
            if arrival.quantity > room[arrival.line]:
                yield _over(f"/lines/{index}/quantity", room[arrival.line])
            room[arrival.line] -= arrival.quantity


def room_for(order: PurchaseOrder, line: OrderLine) -> Decimal:
    """How much of a line may still come: what is open, and what is left of the tolerance."""
    return line.open + max(line.quantity * order.tolerance / 100 - line.over_received, ZERO)


def _over(pointer: str, room: Decimal) -> Fault:
    allowed = normal(max(room, ZERO))
    return Fault(
        pointer, "over_receipt", f"only {allowed:f} more may be received of this line", {"allowed": str(allowed)}
    )


def by_line(arrivals: Iterable[Arrival]) -> Mapping[int, Decimal]:
    """How much came of each line, all lots together."""
    total: dict[int, Decimal] = {}
    for arrival in arrivals:
        total[arrival.line] = total.get(arrival.line, ZERO) + arrival.quantity
    return total


def received(order: PurchaseOrder, quantities: Mapping[int, Decimal], today: date) -> PurchaseOrder:
    """After these quantities, by line number, came."""
    require_possible(order, OrderDeed.RECEIVE)
    return _with_arrived(replace(order, receipts=order.receipts + 1), quantities, 1, today)


def taken_back(order: PurchaseOrder, quantities: Mapping[int, Decimal], today: date) -> PurchaseOrder:
    """After a receipt of these quantities, by line number, was undone: they are open again."""
    require_possible(order, OrderDeed.TAKE_BACK)
    return _with_arrived(order, quantities, -1, today)


def _with_arrived(order: PurchaseOrder, quantities: Mapping[int, Decimal], sign: int, today: date) -> PurchaseOrder:
    lines = tuple(
        _learnt(order, line.with_arrived(line.arrived + sign * quantities.get(line.number, ZERO)), today)
        for line in order.lines
    )
    return replace(order, lines=lines, state=_state(order, lines))


def _state(order: PurchaseOrder, lines: Sequence[OrderLine]) -> OrderState:
    if not any(line.open for line in lines):
        return OrderState.RECEIVED
    if any(line.arrived for line in lines):
        return OrderState.PARTIALLY_RECEIVED
    return OrderState.ACKNOWLEDGED if order.is_acknowledged else OrderState.SENT


def _learnt(order: PurchaseOrder, line: OrderLine, today: date) -> OrderLine:
    """The line with what it teaches: it does when it is whole, and no more when it is not."""
    if line.open:
        return replace(line, learnt=None)
    if line.learnt or order.sent_on is None:
        return line
    on_time = None if line.promised_on is None else today <= line.promised_on
    return replace(line, learnt=LeadTime(max((today - order.sent_on).days, 0), on_time))


def learnt_between(before: PurchaseOrder, after: PurchaseOrder) -> Learnt:
    """What is to be added to the lead times of the supplier, all products together and each by itself."""
    found: dict[UUID | None, LeadTimes] = {}
    for old, new in zip(before.lines, after.lines, strict=True):
        for observed, sign in ((old.learnt, -1), (new.learnt, 1)):
            if observed and old.learnt != new.learnt:
                for product in (None, new.product):
                    found[product] = found.get(product, LeadTimes()).after(observed, sign)
    return found


def receipt_posting(
    order: PurchaseOrder, arrivals: Sequence[Arrival], document: str, supplier: str, at: datetime
) -> Posting:
    """The posting of what came at that moment, at its cost in the company's currency. `order` is as it was before: its next receipt
    has this posting and no other."""
    lines = {line.number: line for line in order.lines}
    moves = [_move(order, lines[arrival.line], arrival) for arrival in arrivals]
    return Posting(
        PostingKind.RECEIPT,
        tuple(moves),
        Document(DocumentType.PURCHASE_ORDER, str(order.number), party=supplier),
        reason=f"purchase order {order.number}",
        note=document,
        effective_at=at,
        source=OF_PURCHASE,
        source_ref=f"{order.id}/{order.receipts + 1}",
    )


def _move(order: PurchaseOrder, line: OrderLine, arrival: Arrival) -> Line:
    unit_cost = line.unit_price if arrival.unit_cost is None else arrival.unit_cost
    return Line(
        line.product,
        SUPPLIER,
        order.site,
        arrival.quantity,
        cost=order.worth(arrival.quantity, unit_cost),
        lot=arrival.lot,
        expires_on=arrival.expires_on,
    )
