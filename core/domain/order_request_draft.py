"""What people ask of an order request: what it names, how much of it is granted, how much of that is handed over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.domain.errors import Fault, refuse_if
from core.domain.known_product import KnownProduct
from core.domain.order_request import OrderRequest, RequestKind, RequestLine
from core.domain.product import ProductKind, Tracking
from core.domain.transfer_draft import KnownSite
from core.domain.values import amount_fault, level_fault, normal, quantity_fault

MAX_REQUEST_LINES = 500


@dataclass(frozen=True, slots=True)
class NamedProduct(KnownProduct):
    """A product that a reference named; `has_parts` says whether it is a kit with components."""

    has_parts: bool


@dataclass(frozen=True, slots=True)
class WantedProduct:
    """A line as it was asked for, with what its reference names (None: nothing)."""

    quantity: Decimal
    product: NamedProduct | None


@dataclass(frozen=True, slots=True)
class Handover:
    """How much of a line goes to the customer, and at what price."""

    line: int
    quantity: Decimal
    unit_price: Decimal | None = None
    lot: str | None = None


def reason_faults(reason: str) -> Iterator[Fault]:
    """A reason must say something."""
    if not reason.strip():
        yield Fault("/reason", "required", "must say why")


def site_faults(pointer: str, site: KnownSite | None, *, in_reach: bool) -> Iterator[Fault]:
    """What is wrong with a site that was named."""
    if site is None:
        yield Fault(pointer, "not_found", "no site has this id or code")
        return
    if not in_reach:
        yield Fault(pointer, "forbidden", "outside the sites that you may write")
    if not site.active:
        yield Fault(pointer, "closed", "the site is closed")


def line_faults(kind: RequestKind, lines: Sequence[WantedProduct]) -> Iterator[Fault]:
    """Everything that is wrong with the lines of a request of this kind."""
    if not 1 <= len(lines) <= MAX_REQUEST_LINES:
        yield Fault("/lines", "out_of_range", f"must have 1 to {MAX_REQUEST_LINES} lines")
    for index, line in enumerate(lines):
        quantity = quantity_fault(f"/lines/{index}/quantity", line.quantity)
        if quantity:
            yield quantity
        elif line.product and line.product.tracking is Tracking.SERIAL and line.quantity % 1:
            yield Fault(f"/lines/{index}/quantity", "serial", "a serial number is exactly one unit")
        yield from _product_faults(f"/lines/{index}/product", kind, line.product)


def _product_faults(pointer: str, kind: RequestKind, product: NamedProduct | None) -> Iterator[Fault]:
    if product is None:
        yield Fault(pointer, "not_found", "no product has this id or SKU")
        return
    if not product.active:
        yield Fault(pointer, "inactive", "the product is inactive")
    if product.kind is ProductKind.KIT and kind is RequestKind.RESTOCK:
        yield Fault(pointer, "kit", "a kit holds no stock of its own: ask for its components")
    elif product.kind is ProductKind.KIT and not product.has_parts:
        yield Fault(pointer, "empty_kit", "this kit has no components")


def numbered(lines: Sequence[WantedProduct]) -> tuple[RequestLine, ...]:
    """Sound lines, numbered from 1."""
    named = [(line.product.id, line.quantity) for line in lines if line.product]
    return tuple(RequestLine(number, product, quantity) for number, (product, quantity) in enumerate(named, 1))


def source_faults(request: OrderRequest, source: KnownSite | None, *, in_reach: bool) -> Iterator[Fault]:
    """What is wrong with the site that a restock is to come from."""
    yield from site_faults("/source", source, in_reach=in_reach)
    if source and source.site.id == request.site:
        yield Fault("/source", "same_site", "must be another site than the one that asks")


def whence_faults(request: OrderRequest, source: str | None, supplier: str | None) -> Iterator[Fault]:
    """What is wrong with how it is said whence the goods come: of a restock from a site or of a supplier."""
    if request.kind is RequestKind.CUSTOMER_ORDER:
        detail = "a customer order is fulfilled by the site that sells"
        for pointer, said in (("/source", source), ("/supplier", supplier)):
            if said is not None:
                yield Fault(pointer, "not_allowed", detail)
    elif source is None and supplier is None:
        yield Fault("/source", "required", "say from which site or, as `supplier`, of whom the goods come")
    elif source is not None and supplier is not None:
        yield Fault("/supplier", "ambiguous", "the goods come from a site or of a supplier, not both")


def read_grants(
    request: OrderRequest, quantities: Sequence[tuple[int, Decimal]] | None, faults: Sequence[Fault] = ()
) -> Mapping[int, Decimal]:
    """How much of each line is granted: all that was asked for if nothing is said. Raises Invalid with these faults and
    every one of its own."""
    asked = {line.number: line.quantity for line in request.lines}
    if quantities is None:
        refuse_if(faults, "invalid_request")
        return asked
    found = [*faults, *_naming_faults(request, [number for number, _ in quantities])]
    if missing := sorted(asked.keys() - {number for number, _ in quantities}):
        named = ", ".join(map(str, missing))
        found.append(Fault("/lines", "incomplete", f"name every line, with 0 for what is not granted: {named} missing"))
    for index, (number, quantity) in enumerate(quantities):
        found += _limit_faults(f"/lines/{index}/quantity", quantity, asked.get(number), "were asked for")
    if quantities and not any(quantity for _, quantity in quantities):
        found.append(Fault("/lines", "nothing_granted", "grant at least something of one line, or reject the request"))
    refuse_if(found, "invalid_request")
    return dict(quantities)


def read_handover(request: OrderRequest, handovers: Sequence[Handover] | None) -> Sequence[Handover]:
    """What goes to the customer: all that is open, without prices, if nothing is said. Raises Invalid with every fault."""
    left = {line.number: line.open for line in request.lines}
    if handovers is None:
        return [Handover(number, quantity) for number, quantity in left.items() if quantity]
    found = list(_naming_faults(request, [handover.line for handover in handovers]))
    for index, handover in enumerate(handovers):
        found += _limit_faults(f"/lines/{index}/quantity", handover.quantity, left.get(handover.line), "are still open")
        if fault := amount_fault(f"/lines/{index}/unit_price", handover.unit_price):
            found.append(fault)
    found += _price_faults(handovers)
    if not any(handover.quantity for handover in handovers):
        found.append(Fault("/lines", "nothing_fulfilled", "hand over at least something of one line"))
    refuse_if(found, "invalid_request")
    return handovers


def _naming_faults(request: OrderRequest, numbers: Sequence[int]) -> Iterator[Fault]:
    known = {line.number for line in request.lines}
    for index, number in enumerate(numbers):
        if number not in known:
            yield Fault(f"/lines/{index}/line", "not_found", "the request has no line of this number")
        elif number in numbers[:index]:
            yield Fault(f"/lines/{index}/line", "repeated", "this line is named twice")


def _limit_faults(pointer: str, quantity: Decimal, limit: Decimal | None, what: str) -> Iterator[Fault]:
    if fault := level_fault(pointer, quantity):
        yield fault
    elif limit is not None and quantity > limit:
        yield Fault(pointer, "out_of_range", f"only {normal(limit):f} {what}")


def _price_faults(handovers: Sequence[Handover]) -> Iterator[Fault]:
    """With one price it is a sale, of which every line has one."""
    if any(handover.unit_price is not None for handover in handovers):
        for index, handover in enumerate(handovers):
            if handover.unit_price is None and handover.quantity:
                yield Fault(f"/lines/{index}/unit_price", "required", "give a price to every line or to none")
