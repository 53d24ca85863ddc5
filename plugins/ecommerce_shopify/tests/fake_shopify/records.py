"""What the shop holds."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_in(text: str, kind: str) -> int | None:
    """The number of an id of this kind, None for another."""
    head, _, tail = text.rpartition("/")
    return int(tail) if head == f"gid://shopify/{kind}" and tail.isdecimal() else None


@dataclass
class Location:
    number: int
    name: str
    active: bool = True


@dataclass
class Product:
    number: int
    title: str


@dataclass
class Variant:
    """And its inventory item, whose number is `item`."""

    number: int
    item: int
    product: Product
    sku: str
    barcode: str | None = None
    title: str = "Default Title"
    price: Decimal = Decimal("10.00")
    tracked: bool = True


@dataclass
class StockLevel:
    """`available` may be sold, `committed` was sold and not sent yet; both are on hand."""

    available: int = 0
    committed: int = 0
    active: bool = True

    @property
    def on_hand(self) -> int:
        return self.available + self.committed


@dataclass
class Line:
    number: int
    variant: Variant | None
    quantity: int
    price: Decimal
    sku: str
    name: str
    removed: int = 0
    refunded: int = 0
    sent: int = 0
    tax: Decimal = Decimal(0)

    @property
    def current(self) -> int:
        return self.quantity - self.removed - self.refunded

    @property
    def unfulfilled(self) -> int:
        """As the live store reckons it: below 0 once something that was sent is refunded."""
        return self.current - self.sent


@dataclass
class Fulfilment:
    number: int
    at: datetime
    location: int
    lines: list[tuple[Line, int]]
    status: str = "SUCCESS"


@dataclass
class RefundLine:
    line: Line
    quantity: int
    restock_type: str
    location: int | None


@dataclass
class Refund:
    number: int
    at: datetime
    lines: list[RefundLine]


@dataclass
class Order:
    number: int
    name: str
    created_at: datetime
    updated_at: datetime
    location: int
    lines: list[Line]
    cancelled_at: datetime | None = None
    taxes_included: bool = False
    fulfilments: list[Fulfilment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.cancelled_at is None and any(line.unfulfilled > 0 for line in self.lines)


@dataclass
class Subscription:
    number: int
    topic: str
    uri: str


@dataclass
class Bulk:
    number: int
    status: str
    polls_left: int
    file: bytes = b""
    error_code: str | None = None


@dataclass
class Shop:
    """Numbers are beyond 2^53, so that whoever rounds them is found out."""

    name: str = "Example"
    currency: str = "USD"
    locations: dict[int, Location] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    levels: dict[tuple[int, int], StockLevel] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    bulks: dict[int, Bulk] = field(default_factory=dict)
    scopes: list[str] = field(default_factory=list)
    last_number: int = 2**53

    def next_number(self) -> int:
        self.last_number += 1
        return self.last_number

    def variant_of_item(self, item: int | None) -> Variant | None:
        return self.variants.get(item) if item is not None else None
