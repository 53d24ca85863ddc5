"""Transfers: goods that leave one site and arrive at another, with everything between accounted for.

Each transition is a pure function: it returns the transfer as it becomes and the movements that the ledger must record for it.
What left is always received, in transit or resolved (short, lost, damaged, called back), and its value follows it to the last
digit: shares are rounded cumulatively, so the last unit takes exactly what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.company import transit_address
from core.domain.errors import Conflict
from core.domain.ids import new_id
from core.domain.stock import ADJUSTMENT, Document, DocumentType, Line, Place, Posting, PostingKind, location_address

_ZERO = Decimal(0)
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
    shipped: Decimal = _ZERO
    received: Decimal = _ZERO
    resolved: Decimal = _ZERO
    shipped_cost: Decimal = _ZERO
    settled_cost: Decimal = _ZERO

    @property
    def in_transit(self) -> Decimal:
        return self.shipped - self.received - self.resolved

    @property
    def cost_in_transit(self) -> Decimal:
        return self.shipped_cost - self.settled_cost

    def settle(self, *, received: Decimal = _ZERO, resolved: Decimal = _ZERO) -> "TransferLine":
        """The line after so much of it has left transit, with its share of the value."""
        settled = self.shipped - self.in_transit + received + resolved
        return replace(
            self,
            received=self.received + received,
            resolved=self.resolved + resolved,
            settled_cost=_share(self.shipped_cost, settled, self.shipped),
        )


def _share(total: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    if part == whole:
        return total
    return _EXACT.divide(_EXACT.multiply(total, part), whole).quantize(_AMOUNT_STEP)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Lines are numbered from 1. `number` is what people call it by, unique in the company."""

    source: TransferSite
    destination: TransferSite
    lines: tuple[TransferLine, ...]
    state: TransferState = TransferState.DRAFT
    number: int = 0
    id: UUID = field(default_factory=new_id)

    @property
    def in_transit(self) -> Decimal:
        return sum((line.in_transit for line in self.lines), _ZERO)


@dataclass(frozen=True, slots=True)
class Movement:
    """A posting that a transition asks for, and for each of its lines the number of the transfer's line that it moves."""

    posting: Posting
    line_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What the ledger took of a line at dispatch: one lot, if the product has lots, and what it is worth."""

    line: int
    lot: str | None
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a line: arrived sound, arrived damaged, did not come (`short`), is known to be lost. `over` came beyond
    what was shipped."""

    line: int
    received: Decimal = _ZERO
    damaged: Decimal = _ZERO
    short: Decimal = _ZERO
    lost: Decimal = _ZERO
    over: Decimal = _ZERO

    @property
    def settled(self) -> Decimal:
        return self.received + self.damaged + self.short + self.lost


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
    """The posting that takes these quantities, by line number, from the source into transit."""
    require_state(transfer, "dispatched", TransferState.PENDING)
    lines = [line for line in transfer.lines if shipped.get(line.number)]
    source = transfer.source
    return _movement(
        transfer,
        PostingKind.TRANSFER,
        [(line, Line(line.product, source.id, source.transit, shipped[line.number], lot=line.lot)) for line in lines],
    )


def departed(transfer: Transfer, loads: Sequence[Load]) -> Transfer:
    """Under way with what the ledger took. A line that took several lots becomes one line for each: the first keeps its
    number, the others follow at the end."""
    require_state(transfer, "dispatched", TransferState.PENDING)
    next_number = max(line.number for line in transfer.lines) + 1
    kept: list[TransferLine] = []
    added: list[TransferLine] = []
    for line in transfer.lines:
        first, *others = [load for load in loads if load.line == line.number] or [Load(line.number, line.lot, _ZERO, _ZERO)]
        elsewhere = sum((load.quantity for load in others), _ZERO)
        kept.append(_loaded(line, first, line.number, line.requested - elsewhere))
        for load in others:
            added.append(_loaded(line, load, next_number, load.quantity))
            next_number += 1
    return replace(transfer, state=TransferState.IN_TRANSIT, lines=(*kept, *added))


def _loaded(line: TransferLine, load: Load, number: int, requested: Decimal) -> TransferLine:
    return replace(
        line, number=number, requested=requested, lot=load.lot, shipped=load.quantity, shipped_cost=load.cost
    )


def arrived(transfer: Transfer, arrivals: Iterable[Arrival]) -> tuple[Transfer, list[Movement]]:
    """Received in part or, when nothing is in transit any more, confirmed. No arrival may settle more than is in transit."""
    require_state(transfer, "received", *UNDER_WAY)
    lines = {line.number: line for line in transfer.lines}
    legs: dict[str, list[tuple[TransferLine, Line]]] = {}
    for arrival in arrivals:
        before = lines[arrival.line]
        lines[arrival.line] = _settled(transfer, before, arrival, legs)
        if arrival.over:
            legs.setdefault("over", []).append((before, _surplus(transfer, before, arrival.over)))
    after = replace(transfer, lines=tuple(lines.values()))
    state = TransferState.PARTIALLY_RECEIVED if after.in_transit else TransferState.CONFIRMED
    movements = [_movement(transfer, _KIND_OF_LEG[reason], legs[reason], reason) for reason in _KIND_OF_LEG if reason in legs]
    return replace(after, state=state), movements


_KIND_OF_LEG = {
    "received": PostingKind.TRANSFER,
    "damaged": PostingKind.TRANSFER,
    "short": PostingKind.ADJUSTMENT,
    "lost": PostingKind.ADJUSTMENT,
    "over": PostingKind.ADJUSTMENT,
}


def _settled(
    transfer: Transfer, line: TransferLine, arrival: Arrival, legs: dict[str, list[tuple[TransferLine, Line]]]
) -> TransferLine:
    ends: tuple[tuple[str, Decimal, Place], ...] = (
        ("received", arrival.received, transfer.destination.id),
        ("damaged", arrival.damaged, transfer.destination.quarantine),
        ("short", arrival.short, ADJUSTMENT),
        ("lost", arrival.lost, ADJUSTMENT),
    )
    for reason, quantity, place in ends:
        if quantity:
            after = line.settle(received=quantity) if reason == "received" else line.settle(resolved=quantity)
            cost = after.settled_cost - line.settled_cost
            leg = Line(line.product, transfer.source.transit, place, quantity, cost=cost, lot=line.lot)
            legs.setdefault(reason, []).append((line, leg))
            line = after
    return line


def _surplus(transfer: Transfer, line: TransferLine, quantity: Decimal) -> Line:
    """More came than was sent: found at the destination, worth what the shipped units are worth."""
    cost = _share(line.shipped_cost, quantity, line.shipped) if line.shipped else None
    return Line(line.product, ADJUSTMENT, transfer.destination.id, quantity, cost=cost, lot=line.lot)


def recalled(transfer: Transfer) -> tuple[Transfer, Movement]:
    """Called back: what is in transit returns to the source at its cost."""
    require_state(transfer, "recalled", *UNDER_WAY)
    source = transfer.source
    returning = [line for line in transfer.lines if line.in_transit]
    legs = [
        (line, Line(line.product, source.transit, source.id, line.in_transit, cost=line.cost_in_transit, lot=line.lot))
        for line in returning
    ]
    lines = tuple(line.settle(resolved=line.in_transit) if line.in_transit else line for line in transfer.lines)
    return replace(transfer, state=TransferState.RECALLED, lines=lines), _movement(
        transfer, PostingKind.TRANSFER, legs, "recalled"
    )


def _movement(
    transfer: Transfer, kind: PostingKind, legs: Sequence[tuple[TransferLine, Line]], reason: str = "dispatched"
) -> Movement:
    posting = Posting(
        kind,
        tuple(leg for _, leg in legs),
        Document(DocumentType.TRANSFER, str(transfer.number)),
        reason=reason,
        source="transfer",
        transfer_id=transfer.id,
    )
    return Movement(posting, tuple(line.number for line, _ in legs))
