"""How a transfer arrives: in parts, with gaps that are settled by name, and now and then with more than was sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.errors import Fault, refuse_if
from core.domain.stock import ADJUSTMENT, Line, Place, PostingKind
from core.domain.transfer import (
    UNDER_WAY,
    ZERO,
    Leg,
    Load,
    Movement,
    Transfer,
    TransferLine,
    TransferState,
    movement,
    require_state,
    rows_of_loads,
    share,
)
from core.domain.transfer_draft import naming_faults
from core.domain.values import level_fault, normal

_KIND_OF_PART = {
    "received": PostingKind.TRANSFER,
    "damaged": PostingKind.TRANSFER,
    "short": PostingKind.ADJUSTMENT,
    "lost": PostingKind.ADJUSTMENT,
    "over": PostingKind.ADJUSTMENT,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the receiver says of a line. `received` None means all that the gap leaves."""

    line: int
    received: Decimal | None = None
    damaged: Decimal = ZERO
    short: Decimal = ZERO
    lost: Decimal = ZERO

    @property
    def gap(self) -> Decimal:
        return self.damaged + self.short + self.lost


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a line: arrived sound, arrived damaged, did not come, is known to be lost; `over` came beyond what was
    in transit."""

    line: int
    received: Decimal = ZERO
    damaged: Decimal = ZERO
    short: Decimal = ZERO
    lost: Decimal = ZERO
    over: Decimal = ZERO

    @property
    def settled(self) -> Decimal:
        return self.received + self.damaged + self.short + self.lost

    def parts(self) -> dict[str, Decimal]:
        """The quantities that are not zero, by name."""
        named = ((name, getattr(self, name)) for name in _KIND_OF_PART)
        return {name: quantity for name, quantity in named if quantity}


def expected(transfer: Transfer) -> dict[int, Decimal]:
    """What can still come, by line number: before dispatch what was asked for, then what is in transit."""
    pending = transfer.state is TransferState.PENDING
    return {line.number: line.requested if pending else line.in_transit for line in transfer.lines}


def read_receipts(transfer: Transfer, receipts: Sequence[Receipt] | None) -> list[Arrival]:
    """What arrives: all that can still come if nothing is said. Raises Invalid with everything that is wrong."""
    require_state(transfer, "received", TransferState.PENDING, *UNDER_WAY)
    coming = expected(transfer)
    if receipts is None:
        return [Arrival(line, quantity) for line, quantity in coming.items() if quantity]
    faults = list(naming_faults(transfer, [receipt.line for receipt in receipts]))
    for index, receipt in enumerate(receipts):
        faults += _receipt_faults(f"/lines/{index}", receipt, coming.get(receipt.line))
    refuse_if(faults, "invalid_transfer")
    arrivals = [_arrival(receipt, coming[receipt.line]) for receipt in receipts]
    if not any(arrival.parts() for arrival in arrivals):
        refuse_if(
            [Fault("/lines", "nothing_received", "say of at least one line what became of it")], "invalid_transfer"
        )
    return arrivals


def _receipt_faults(pointer: str, receipt: Receipt, coming: Decimal | None) -> Iterator[Fault]:
    quantities = {
        "received": receipt.received or ZERO,
        "resolution/damaged": receipt.damaged,
        "resolution/short": receipt.short,
        "resolution/lost": receipt.lost,
    }
    found = [fault for name, value in quantities.items() if (fault := level_fault(f"{pointer}/{name}", value))]
    yield from found
    if not found and coming is not None and receipt.gap and receipt.gap + (receipt.received or ZERO) > coming:
        yield Fault(
            f"{pointer}/resolution",
            "out_of_range",
            f"only {normal(coming):f} can still come: the gap is larger than that",
        )


def _arrival(receipt: Receipt, coming: Decimal) -> Arrival:
    received = coming - receipt.gap if receipt.received is None else receipt.received
    over = max(received + receipt.gap - coming, ZERO)
    return Arrival(receipt.line, received - over, receipt.damaged, receipt.short, receipt.lost, over)


def spread_over_lots(transfer: Transfer, loads: Sequence[Load], arrivals: Iterable[Arrival]) -> list[Arrival]:
    """The arrivals of a transfer that is dispatched and received at once, line by line as the lots have split it."""
    rows: dict[int, list[tuple[int, Load]]] = {}
    for number, load in rows_of_loads(transfer, loads):
        rows.setdefault(load.line, []).append((number, load))
    return [piece for arrival in arrivals for piece in _spread(arrival, rows.get(arrival.line, []))]


def _spread(arrival: Arrival, rows: Sequence[tuple[int, Load]]) -> Iterator[Arrival]:
    rest = arrival.parts()
    over = rest.pop("over", ZERO)
    for number, load in rows:
        room = load.quantity
        piece = {}
        for name in rest:
            piece[name] = min(rest[name], room)
            rest[name] -= piece[name]
            room -= piece[name]
        yield Arrival(number, **piece, over=over)
        over = ZERO


def arrived(transfer: Transfer, arrivals: Iterable[Arrival]) -> tuple[Transfer, list[Movement]]:
    """Received in part or, when nothing is in transit any more, confirmed. No arrival may settle more than is in transit."""
    require_state(transfer, "received", *UNDER_WAY)
    lines = {line.number: line for line in transfer.lines}
    legs: dict[str, list[Leg]] = {}
    for arrival in arrivals:
        for part, quantity in arrival.parts().items():
            before = lines[arrival.line]
            lines[arrival.line], move = _part_arrived(transfer, before, part, quantity)
            legs.setdefault(part, []).append(Leg(arrival.line, move))
    after = replace(transfer, lines=tuple(lines.values()))
    state = TransferState.PARTIALLY_RECEIVED if after.in_transit else TransferState.CONFIRMED
    movements = [movement(transfer, kind, part, legs[part]) for part, kind in _KIND_OF_PART.items() if part in legs]
    return replace(after, state=state), movements


def _part_arrived(transfer: Transfer, line: TransferLine, part: str, quantity: Decimal) -> tuple[TransferLine, Line]:
    destination = transfer.destination
    if part == "over":  # found at the destination beyond what was sent, and worth what the shipped units are worth
        cost = share(line.shipped_cost, quantity, line.shipped) if line.shipped else None
        return line, Line(line.product, ADJUSTMENT, destination.id, quantity, cost=cost, lot=line.lot)
    ends: Mapping[str, Place] = {"received": destination.id, "damaged": destination.quarantine}
    after = line.settle(received=quantity) if part == "received" else line.settle(resolved=quantity)
    cost = after.settled_cost - line.settled_cost
    return after, Line(
        line.product, transfer.source.transit, ends.get(part, ADJUSTMENT), quantity, cost=cost, lot=line.lot
    )
