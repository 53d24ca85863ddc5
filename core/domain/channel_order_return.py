"""What comes back of an order goes back into stock at the price and the cost of its sale."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from core.domain.channel_order import ZERO
from core.domain.channel_order_plan import Part
from core.domain.stock import CUSTOMER, Line, Posting, PostingKind, ReturnedKey, sale_return


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale of the order, and what of it has come back so far."""

    posting: Posting
    returned: Mapping[ReturnedKey, Decimal]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A posting of what came back, and how many units of which part it is."""

    posting: Posting
    part: Part
    quantity: Decimal


def taken_back(part: Part, sales: Sequence[PastSale], currency: str, *, has_lots: bool) -> Iterator[TakenBack]:
    """The returns of one part: of the order's sales, the oldest first, and of what was never posted as sold, as goods that come in. Of these
    nobody knows the lot, so where lots are told apart they wait until their sale is posted."""
    wanted = part.quantity
    for sale in sales:
        quantity = min(wanted, still_out(sale, part.product))
        if quantity <= 0:
            continue
        back = sale_return(sale.posting, sale.returned, {part.product: quantity}, "")
        yield TakenBack(replace(back, lines=tuple(_at(line, part) for line in back.lines)), part, quantity)
        wanted -= quantity
    if wanted > 0 and not has_lots:
        line = Line(part.product, CUSTOMER, part.site, wanted, unit_price=part.line.unit_price)
        yield TakenBack(Posting(PostingKind.CUSTOMER_RETURN, (line,), currency=currency), part, wanted)


def _at(line: Line, part: Part) -> Line:
    """Where it came back, and at the price of the line that it was ordered by. The parts of a kit share the price as they did before."""
    if line.kit_id is not None:
        return replace(line, destination=part.site)
    return replace(line, destination=part.site, unit_price=part.line.unit_price, total=None)


def still_out(sale: PastSale, product: UUID) -> Decimal:
    """How many units of a product, or kits, of the sale have not come back."""
    sold: dict[UUID | str, tuple[Decimal, Decimal]] = {}
    for line in sale.posting.lines:
        if product == (line.kit_id or line.product):
            units, quantity = sold.get(line.product, (ZERO, ZERO))
            sold[line.product] = (units + (line.kit_quantity or line.quantity), quantity + line.quantity)
    out = []
    for component, (units, quantity) in sold.items():
        kit = None if component == product else product
        back = sum((each for key, each in sale.returned.items() if (key[0], key[2]) == (component, kit)), ZERO)
        out.append((quantity - back) * units / quantity)
    return max(min(out, default=ZERO), ZERO)
