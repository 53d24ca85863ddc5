"""What people ask of a transfer: where from, where to, which goods, and later how much of them leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault, refuse_if
from core.domain.transfer import Transfer, TransferLine, TransferSite, TransferState, require_state
from core.domain.values import level_fault, normal, quantity_fault

MAX_TRANSFER_LINES = 500


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site that a reference named."""

    site: TransferSite
    active: bool


@dataclass(frozen=True, slots=True)
class KnownGoods:
    """A product that a reference named; `lot_found` says whether it has the lot that was named with it."""

    product: UUID
    kind: str
    tracking: str
    lot_found: bool


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as it was asked for, with what its references name (None: nothing)."""

    quantity: Decimal
    lot: str | None
    goods: KnownGoods | None


def draft_transfer(
    source: KnownSite | None, destination: KnownSite | None, lines: Sequence[WantedLine], faults: Sequence[Fault] = ()
) -> Transfer:
    """A draft. Raises Invalid with these faults and every one of its own."""
    found = [*faults, *_end_faults("/source", source), *_end_faults("/destination", destination)]
    if source and destination and source.site.id == destination.site.id:
        found.append(Fault("/destination", "same_site", "must be another site than the source"))
    if not 1 <= len(lines) <= MAX_TRANSFER_LINES:
        found.append(Fault("/lines", "out_of_range", f"must have 1 to {MAX_TRANSFER_LINES} lines"))
    for index, line in enumerate(lines):
        found += _line_faults(f"/lines/{index}", line)
    refuse_if(found, "invalid_transfer")
    source_site, destination_site = (end.site for end in (source, destination) if end)
    named = [(line.goods.product, line.quantity, line.lot) for line in lines if line.goods]
    numbered = tuple(
        TransferLine(number, product, quantity, lot) for number, (product, quantity, lot) in enumerate(named, 1)
    )
    return Transfer(source_site, destination_site, numbered)


def _end_faults(pointer: str, end: KnownSite | None) -> Iterator[Fault]:
    if end is None:
        yield Fault(pointer, "not_found", "no site has this id or code")
    elif not end.active:
        yield Fault(pointer, "closed", "the site is closed")


def _line_faults(pointer: str, line: WantedLine) -> Iterator[Fault]:
    quantity = quantity_fault(f"{pointer}/quantity", line.quantity)
    if quantity:
        yield quantity
    if line.goods is None:
        yield Fault(f"{pointer}/product", "not_found", "no product has this id or SKU")
        return
    if line.goods.kind == "kit":
        yield Fault(f"{pointer}/product", "kit", "a kit holds no stock of its own: move its components")
    if line.lot is not None and line.goods.tracking == "none":
        yield Fault(f"{pointer}/lot", "unexpected", "this product is not tracked by lot or serial number")
    elif line.lot is not None and not line.goods.lot_found:
        yield Fault(f"{pointer}/lot", "not_found", "this product has no lot of this number")
    if not quantity and line.goods.tracking == "serial" and _is_part(line.quantity, named=line.lot is not None):
        yield Fault(f"{pointer}/quantity", "serial", "a serial number is exactly one unit")


def _is_part(quantity: Decimal, *, named: bool) -> bool:
    return quantity != 1 if named else quantity != quantity.to_integral_value()


def naming_faults(transfer: Transfer, numbers: Sequence[int]) -> Iterator[Fault]:
    """Whether lines are named rightly: known ones, each once and, as long as nothing has left, all of them."""
    known = {line.number for line in transfer.lines}
    for index, number in enumerate(numbers):
        if number not in known:
            yield Fault(f"/lines/{index}/line", "not_found", "the transfer has no line of this number")
        elif number in numbers[:index]:
            yield Fault(f"/lines/{index}/line", "repeated", "this line is named twice")
    missing = sorted(known.difference(numbers))
    if missing and transfer.state is TransferState.PENDING:
        named = ", ".join(map(str, missing))
        yield Fault("/lines", "incomplete", f"name every line, with 0 for what stays: {named} missing")


def read_shipment(transfer: Transfer, quantities: Sequence[tuple[int, Decimal]] | None) -> dict[int, Decimal]:
    """How much of each line leaves: all that was asked for if nothing is said. Raises Invalid with every fault."""
    require_state(transfer, "dispatched", TransferState.PENDING)
    requested = {line.number: line.requested for line in transfer.lines}
    if quantities is None:
        return requested
    faults = list(naming_faults(transfer, [number for number, _ in quantities]))
    for index, (number, quantity) in enumerate(quantities):
        pointer = f"/lines/{index}/quantity"
        if fault := level_fault(pointer, quantity):
            faults.append(fault)
        elif quantity > requested.get(number, quantity):
            faults.append(Fault(pointer, "out_of_range", f"only {normal(requested[number]):f} were asked for"))
    if not faults and not any(quantity for _, quantity in quantities):
        faults.append(Fault("/lines", "nothing_shipped", "ship at least something of one line"))
    refuse_if(faults, "invalid_transfer")
    return dict(quantities)
