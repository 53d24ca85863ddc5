"""A purchase order as its supplier gets it: word for word what was ordered when it was sent, whatever changes later."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Standing(StrEnum):
    """Whether it is an order: not before nobody has to approve it any more, and not after it was cancelled."""

    DRAFT = "draft"
    AGREED = "agreed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DocumentSupplier:
    """Whom the order is for. `contact` is the first that the company has there."""

    code: str
    name: str
    tax_id: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DocumentBuyer:
    """Who orders, and for which site. `email` is proven, empty where none is."""

    company: str
    site_code: str
    site_name: str
    person: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """How many units of what, at what price. `supplier_sku` is what the supplier calls it, empty where we do not know. Price and
    amount are None for those who may not see costs."""

    line: int
    sku: str
    supplier_sku: str
    name: str
    unit: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal | None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An order in the language and manner of `locale`. `number` is what the company calls it by; `sending` counts from 1 how often it
    was sent anew, and is 0 where it is only looked at. Amounts are in `currency`."""

    order: UUID
    number: int
    issued_on: date
    locale: str
    buyer: DocumentBuyer
    supplier: DocumentSupplier
    currency: str
    payment_days: int
    lines: tuple[DocumentLine, ...]
    total: Decimal | None
    note: str = ""
    sending: int = 0
    standing: Standing = Standing.AGREED

    @property
    def key(self) -> str:
        """What this sending of the order is known by, however often it is repeated."""
        return f"{self.order}-{self.sending}"
