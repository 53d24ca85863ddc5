"""Suppliers and what they sell: in which quantities, at which price, when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.domain.errors import Fault
from core.domain.ids import new_id
from core.domain.values import amount_fault, normal, quantity_fault

MAX_CONTACTS = 20
MAX_PRICE_BREAKS = 50


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody, or a desk, at a supplier."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who sells to the company. `payment_days` is when an invoice is due, after its date; orders are in `currency`."""

    code: str
    name: str
    currency: str
    tax_id: str = ""
    contacts: tuple[Contact, ...] = ()
    payment_days: int = 0
    minimum_order_value: Decimal | None = None
    note: str = ""
    active: bool = True
    version: int = 1
    id: UUID = field(default_factory=new_id)

    def faults(self) -> Iterator[Fault]:
        """What is wrong with it."""
        if not self.name:
            yield Fault("/name", "required", "must not be empty")
        if fault := amount_fault("/minimum_order_value", self.minimum_order_value):
            yield fault
        for index, contact in enumerate(self.contacts):
            if not contact.name:
                yield Fault(f"/contacts/{index}/name", "required", "must not be empty")
            if contact.email and not _is_address(contact.email):
                yield Fault(f"/contacts/{index}/email", "bad_format", "must be an address such as ventas@example.com")


def _is_address(text: str) -> bool:
    local, _, host = text.rpartition("@")
    return bool(local) and "." in host.strip(".") and not any(character.isspace() for character in text)


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From this quantity on, a unit costs so much."""

    from_quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class SupplierItem:
    """On which terms a supplier sells a product. Price breaks rise in quantity; quantities are in the product's unit, prices in the
    supplier's currency. Valid on both of its days and between them; None: without an end on that side."""

    supplier: UUID
    product: UUID
    supplier_sku: str = ""
    price_breaks: tuple[PriceBreak, ...] = ()
    minimum_order_quantity: Decimal | None = None
    order_multiple: Decimal | None = None
    lead_time_days: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1
    id: UUID = field(default_factory=new_id)

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def price_of(self, quantity: Decimal) -> Decimal | None:
        """What a unit costs if so many are ordered; None below the first price break."""
        reached = [one.unit_price for one in self.price_breaks if one.from_quantity <= quantity]
        return reached[-1] if reached else None

    def faults(self) -> Iterator[Fault]:
        """What is wrong with the terms."""
        yield from _break_faults(self.price_breaks)
        quantities = {
            "/minimum_order_quantity": self.minimum_order_quantity,
            "/order_multiple": self.order_multiple,
        }
        for pointer, quantity in quantities.items():
            if quantity is not None and (fault := quantity_fault(pointer, quantity)):
                yield fault
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            yield Fault("/valid_to", "before_start", "must not lie before valid_from")

    def quantity_faults(self, pointer: str, quantity: Decimal) -> Iterator[Fault]:
        """Why so much cannot be ordered."""
        least, pack = self.minimum_order_quantity, self.order_multiple
        if least is not None and quantity < least:
            yield Fault(pointer, "below_minimum", f"the supplier sells at least {normal(least):f}")
        if pack is not None and quantity % pack:
            yield Fault(pointer, "not_a_multiple", f"the supplier sells multiples of {normal(pack):f}")


def _break_faults(breaks: Sequence[PriceBreak]) -> Iterator[Fault]:
    if len(breaks) > MAX_PRICE_BREAKS:
        yield Fault("/price_breaks", "out_of_range", f"must be at most {MAX_PRICE_BREAKS}")
    last = Decimal(0)
    for index, one in enumerate(breaks):
        pointer = f"/price_breaks/{index}"
        quantity = quantity_fault(f"{pointer}/from_quantity", one.from_quantity)
        if quantity:
            yield quantity
        elif one.from_quantity <= last:
            yield Fault(f"{pointer}/from_quantity", "not_rising", "must be more than that of the break before")
        else:
            last = one.from_quantity
        if fault := amount_fault(f"{pointer}/unit_price", one.unit_price):
            yield fault
