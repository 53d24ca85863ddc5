"""What people ask of a purchase order: of whom, for which site, which products, in which quantities, at which price."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault
from core.domain.known_product import KnownProduct
from core.domain.product import ProductKind, Tracking
from core.domain.purchase_order import OrderLine
from core.domain.supplier import Supplier, SupplierItem
from core.domain.values import amount_fault, quantity_fault, rate_fault

MAX_ORDER_LINES = 500
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line names: a product of the company, and the terms on which the supplier sells it on the day of the order. None:
    nothing is named by that, or it is not sold."""

    product: KnownProduct | None
    item: SupplierItem | None


@dataclass(frozen=True, slots=True)
class WantedGoods:
    """A line as it was asked for. Named by an item of the supplier (`by_item`) or by a product."""

    by_item: bool
    goods: Goods
    quantity: Decimal
    unit_price: Decimal | None
    expected_on: date | None

    @property
    def price(self) -> Decimal | None:
        """What is paid for a unit: the price given, otherwise the one of the quantity."""
        if self.unit_price is not None or self.goods.item is None:
            return self.unit_price
        return self.goods.item.price_of(self.quantity)


def supplier_faults(pointer: str, supplier: Supplier | None) -> Iterator[Fault]:
    """What is wrong with a supplier that was named."""
    if supplier is None:
        yield Fault(pointer, "not_found", "no supplier has this id or code")
    elif not supplier.active:
        yield Fault(pointer, "inactive", "the supplier is inactive")


def exchange_faults(supplier: Supplier | None, company_currency: str, exchange_rate: Decimal | None) -> Iterator[Fault]:
    """What is wrong with the rate: needed where the currencies differ, and nowhere else."""
    if exchange_rate is not None and (fault := rate_fault("/exchange_rate", exchange_rate)):
        yield fault
    elif supplier and supplier.currency == company_currency and exchange_rate not in (None, ONE):
        yield Fault("/exchange_rate", "not_allowed", "the supplier's currency is the company's")
    elif supplier and supplier.currency != company_currency and exchange_rate is None:
        detail = f"say how much {company_currency} one {supplier.currency} is worth"
        yield Fault("/exchange_rate", "required", detail)


def line_faults(lines: Sequence[WantedGoods], day: date) -> Iterator[Fault]:
    """Everything that is wrong with the lines of an order of this day."""
    if not 1 <= len(lines) <= MAX_ORDER_LINES:
        yield Fault("/lines", "out_of_range", f"must have 1 to {MAX_ORDER_LINES} lines")
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}"
        yield from _goods_faults(pointer, line, day)
        yield from _quantity_faults(f"{pointer}/quantity", line)
        yield from _price_faults(f"{pointer}/unit_price", line)


def _goods_faults(pointer: str, line: WantedGoods, day: date) -> Iterator[Fault]:
    product, item = line.goods.product, line.goods.item
    place = f"{pointer}/{'item' if line.by_item else 'product'}"
    if product is None:
        what = "the supplier has no item of this id" if line.by_item else "no product has this id or SKU"
        yield Fault(place, "not_found", what)
        return
    if line.by_item and item and not item.is_valid_on(day):
        yield Fault(place, "not_valid", f"the supplier does not sell on these terms on {day.isoformat()}")
    if not product.active:
        yield Fault(place, "inactive", "the product is inactive")
    if product.kind is ProductKind.KIT:
        yield Fault(place, "kit", "a kit holds no stock of its own: order its components")


def _quantity_faults(pointer: str, line: WantedGoods) -> Iterator[Fault]:
    if fault := quantity_fault(pointer, line.quantity):
        yield fault
        return
    if line.goods.product and line.goods.product.tracking is Tracking.SERIAL and line.quantity % 1:
        yield Fault(pointer, "serial", "a serial number is exactly one unit")
    if line.goods.item:
        yield from line.goods.item.quantity_faults(pointer, line.quantity)


def _price_faults(pointer: str, line: WantedGoods) -> Iterator[Fault]:
    if fault := amount_fault(pointer, line.unit_price):
        yield fault
    elif line.goods.product and line.unit_price is None and not quantity_fault("", line.quantity):
        if line.goods.item is None:
            yield Fault(pointer, "required", "the supplier does not sell this product today: give a price to order it")
        elif line.price is None:
            yield Fault(pointer, "required", "the supplier has no price for this quantity: give one")


def numbered(lines: Sequence[WantedGoods]) -> tuple[OrderLine, ...]:
    """Sound lines, numbered from 1."""
    return tuple(_numbered(number, line) for number, line in enumerate(lines, 1))


def _numbered(number: int, line: WantedGoods) -> OrderLine:
    product, item, price = line.goods.product, line.goods.item, line.price
    if product is None or price is None:
        raise ValueError(f"line {number} was not judged before it was numbered")
    return OrderLine(number, product.id, line.quantity, price, _id_of(item), line.expected_on)


def _id_of(item: SupplierItem | None) -> UUID | None:
    return item.id if item else None
