"""Transfers: goods that leave one site and arrive at another, with everything between accounted for.

Each transition is a pure function: it returns the transfer as it becomes and the movement that the ledger must record for it.
What left is always received, in transit or resolved (short, lost, damaged, called back), and its value follows it to the last
digit: shares are rounded cumulatively, so the last unit takes exactly what is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.company import transit_address
from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.stock import Document, DocumentType, Line, Place, Posting, PostingKind, location_address

ZERO = Decimal(0)
_AMOUNT_STEP = Decimal("0.0001")
_EXACT = Context(prec=60)


class TransferState(StrEnum):
    DRAFT = "draft"
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PARTIALLY_RECEIVED = "partially_received"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    RECALLED = "recalled"


UNDER_WAY = (TransferState.IN_TRANSIT, TransferState.PARTIALLY_RECEIVED)


@dataclass(frozen=True, slots=True)
class TransferSite:
    """An end of a transfer."""

    id: UUID
    code: str

    @property
    def transit(self) -> Place:
        return transit_address(self.code)

    @property
    def quarantine(self) -> Place:
        return location_address(self.code, "QUARANTINE")


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One product, or from dispatch on one lot of it. `shipped_cost` is the value that left, `settled_cost` the part of it
    that is no longer in transit."""

    number: int
    product: UUID
    requested: Decimal
    lot: str | None = None
    shipped: Decimal = ZERO
    received: Decimal = ZERO
    resolved: Decimal = ZERO
    shipped_cost: Decimal = ZERO
    settled_cost: Decimal = ZERO

    @property
    def in_transit(self) -> Decimal:
        return self.shipped - self.received - self.resolved

    def settle(self, *, received: Decimal = ZERO, resolved: Decimal = ZERO) -> "TransferLine":
        """The line after so much of what was in transit has left it, with its share of the value."""
        settled = self.received + self.resolved + received + resolved
        return replace(
            self,
            received=self.received + received,
            resolved=self.resolved + resolved,
            settled_cost=share(self.shipped_cost, settled, self.shipped),
        )


def share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The value of a part, in steps of the smallest amount of money."""
    if part == whole:
        return total
    return _EXACT.divide(_EXACT.multiply(total, part), whole).quantize(_AMOUNT_STEP)


@dataclass(frozen=True, slots=True)
class Transfer:
    """`number` is what people call it by, unique in the company; lines have numbers of their own, from 1. `version` counts
    the changes that were stored."""

    source: TransferSite
    destination: TransferSite
    lines: tuple[TransferLine, ...]
    state: TransferState = TransferState.DRAFT
    number: int = 0
    version: int = 1
    id: UUID = field(default_factory=new_id)

    @property
    def in_transit(self) -> Decimal:
        return sum((line.in_transit for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Leg:
    """What one line of a posting moves: the transfer's line by its number, and the line of the posting."""

    line: int
    move: Line


@dataclass(frozen=True, slots=True)
class Movement:
    """A posting that a transition asks for, with the number of the transfer's line behind each of its lines."""

    posting: Posting
    line_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What the ledger took of a line at dispatch: one lot, if the product has lots, and what it is worth."""

    line: int
    lot: str | None
    quantity: Decimal
    cost: Decimal


def movement(transfer: Transfer, kind: PostingKind, reason: str, legs: Sequence[Leg]) -> Movement:
    """The posting of these legs, on the transfer's word."""
    posting = Posting(
        kind,
        tuple(leg.move for leg in legs),
        Document(DocumentType.TRANSFER, str(transfer.number)),
        reason=reason,
        source="transfer",
        transfer_id=transfer.id,
    )
    return Movement(posting, tuple(leg.line for leg in legs))


def require_state(transfer: Transfer, deed: str, *allowed: TransferState) -> None:
    """Raises Conflict `transfer_state`, which names the present state."""
    if transfer.state not in allowed:
        state = transfer.state.value
        detail = f"a transfer that is {state.replace('_', ' ')} cannot be {deed}"
        raise Conflict("transfer_state", detail, details={"state": state})


def submitted(transfer: Transfer) -> Transfer:
    """Handed in: its goods are to be reserved at the source."""
    require_state(transfer, "submitted", TransferState.DRAFT)
    return replace(transfer, state=TransferState.PENDING)


def cancelled(transfer: Transfer) -> Transfer:
    """Given up before anything left."""
    require_state(transfer, "cancelled", TransferState.DRAFT, TransferState.PENDING)
    return replace(transfer, state=TransferState.CANCELLED)


def departure(transfer: Transfer, shipped: Mapping[int, Decimal]) -> Movement:
    """What takes these quantities, by line number, from the source into transit."""
    require_state(transfer, "dispatched", TransferState.PENDING)
    source = transfer.source
    legs = [
        Leg(line.number, Line(line.product, source.id, source.transit, shipped[line.number], lot=line.lot))
        for line in transfer.lines
        if shipped.get(line.number)
    ]
    return movement(transfer, PostingKind.TRANSFER, "dispatched", legs)


def rows_of_loads(transfer: Transfer, loads: Sequence[Load]) -> Iterator[tuple[int, Load]]:
    """The line that each load becomes: the first of a line keeps its number, further lots follow at the end."""
    taken: set[int] = set()
    next_number = max(line.number for line in transfer.lines) + 1
    for load in loads:
        if load.line in taken:
            yield next_number, load
            next_number += 1
        else:
            taken.add(load.line)
            yield load.line, load


def departed(transfer: Transfer, loads: Sequence[Load]) -> Transfer:
    """Under way with what the ledger took; a line that took several lots becomes one line for each."""
    require_state(transfer, "dispatched", TransferState.PENDING)
    lines = {line.number: line for line in transfer.lines}
    for number, load in rows_of_loads(transfer, loads):
        origin = lines[load.line]
        requested = origin.requested
        if number != load.line:
            requested = load.quantity
            lines[load.line] = replace(origin, requested=origin.requested - load.quantity)
        lines[number] = replace(
            origin,
            number=number,
            requested=requested,
            lot=load.lot,
            shipped=load.quantity,
            shipped_cost=load.cost,
        )
    return replace(transfer, state=TransferState.IN_TRANSIT, lines=tuple(lines.values()))


def recalled(transfer: Transfer) -> tuple[Transfer, Movement]:
    """Called back: what is in transit returns to the source at its cost."""
    require_state(transfer, "recalled", *UNDER_WAY)
    source, lines, legs = transfer.source, [], []
    for line in transfer.lines:
        back = line.in_transit
        after = line.settle(resolved=back) if back else line
        lines.append(after)
        if back:
            cost = after.settled_cost - line.settled_cost
            legs.append(Leg(line.number, Line(line.product, source.transit, source.id, back, cost=cost, lot=line.lot)))
    after_all = replace(transfer, state=TransferState.RECALLED, lines=tuple(lines))
    return after_all, movement(transfer, PostingKind.TRANSFER, "recalled", legs)
