"""What the shop knows, and what happens in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

OPENED = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass
class Level:
    on_hand: int = 0
    allocated: int = 0


@dataclass
class Variant:
    id: str
    sku: str
    name: str
    created_at: datetime
    prices: dict[str, int] = field(default_factory=lambda: {"USD": 1000})
    levels: dict[str, Level] = field(default_factory=dict)
    track: str = "INHERIT"
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass
class Line:
    id: str
    variant: Variant
    quantity: int
    unit_price: int


@dataclass
class Fulfilment:
    id: str
    state: str
    created_at: datetime
    updated_at: datetime
    lines: list[tuple[Line, int]]


@dataclass
class Entry:
    id: str
    at: datetime
    type: str
    data: dict[str, Any]


@dataclass
class Order:
    id: str
    code: str
    state: str
    updated_at: datetime
    lines: list[Line]
    placed_at: datetime | None = None
    fulfilments: list[Fulfilment] = field(default_factory=list)
    history: list[Entry] = field(default_factory=list)
    buyer: tuple[str, str] = ("Ana", "Mora")


class Shop:
    """A shop that was opened this morning. Its clock goes on by a second whenever something happens."""

    def __init__(self) -> None:
        self.now = OPENED
        self.locations = {"1": "Default Stock Location"}
        self.variants: dict[str, Variant] = {}
        self.orders: dict[str, Order] = {}
        self.currency, self.currencies = "USD", ["USD", "EUR"]
        self.precision = 2
        self.counts_by_itself = True
        self._ids = self._numbers()

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def stock(self, sku: str, **more: Any) -> Variant:
        """A new variant."""
        variant = Variant(next(self._ids), sku, f"The {sku}", self.tick(), **more)
        self.variants[variant.id] = variant
        return variant

    def level(self, variant: str, location: str = "1") -> Level:
        return self.variants[variant].levels.setdefault(location, Level())

    def fill(self, *lines: tuple[str, int]) -> Order:
        """Somebody puts so many of these variants into a cart."""
        rows = [
            Line(next(self._ids), self.variants[item], units, self.variants[item].prices["USD"])
            for item, units in lines
        ]
        number = next(self._ids)
        order = Order(number, f"CODE{number}", "AddingItems", self.tick(), rows)
        self.orders[order.id] = order
        return order

    def pay(self, order: Order) -> None:
        """The cart becomes an order. Its `updatedAt` stays where it is."""
        self._to(order, "PaymentSettled")
        order.placed_at = self.now
        for line in order.lines:
            self.level(line.variant.id).allocated += line.quantity

    def place(self, *lines: tuple[str, int]) -> Order:
        order = self.fill(*lines)
        self.pay(order)
        return order

    def fulfil(self, order: Order, *units: int) -> Fulfilment:
        """A fulfilment is made of so many units of each line (of all of them, if none are named)."""
        lines = list(zip(order.lines, units or [line.quantity for line in order.lines], strict=True))
        made = Fulfilment(next(self._ids), "Pending", self.tick(), self.now, lines)
        order.fulfilments.append(made)
        self._note(order, "ORDER_FULFILLMENT", fulfillmentId=made.id)
        for line, quantity in lines:
            self.level(line.variant.id).allocated -= quantity
            self.level(line.variant.id).on_hand -= quantity
        return made

    def send(self, order: Order, fulfilment: Fulfilment, state: str = "Shipped") -> None:
        """It goes on its way, arrives, or is cancelled. Again the `updatedAt` of the order stays where it is."""
        fulfilment.state, fulfilment.updated_at = state, self.tick()
        self._note(order, "ORDER_FULFILLMENT_TRANSITION", fulfillmentId=fulfilment.id, to=state)
        if state == "Cancelled":
            for line, quantity in fulfilment.lines:
                self.level(line.variant.id).allocated += quantity
                self.level(line.variant.id).on_hand += quantity
        elif self._left(order, state) == 0:
            self._to(order, state)

    def cancel(self, order: Order, *units: int) -> None:
        """So many units of each line are cancelled (all of them, if none are named)."""
        rows = list(zip(order.lines, units or [line.quantity for line in order.lines], strict=True))
        order.updated_at = self.tick()
        for line, quantity in rows:
            open_units = line.quantity - sum(self._sent(order, line))
            released = min(quantity, max(open_units, 0))
            line.quantity -= quantity
            self.level(line.variant.id).allocated -= released
            self.level(line.variant.id).on_hand += quantity - released
        lines = [{"orderLineId": int(line.id), "quantity": quantity} for line, quantity in rows if quantity]
        self._note(order, "ORDER_CANCELLATION", lines=lines, shippingCancelled=False)
        if not any(line.quantity for line in order.lines):
            self._to(order, "Cancelled")

    def _left(self, order: Order, state: str) -> int:
        """How many units have not come so far."""
        so_far = {"Shipped": ("Shipped", "Delivered"), "Delivered": ("Delivered",)}[state]
        ordered = sum(line.quantity for line in order.lines)
        return ordered - sum(units for one in order.fulfilments if one.state in so_far for _, units in one.lines)

    def _sent(self, order: Order, line: Line) -> Iterator[int]:
        for one in order.fulfilments:
            if one.state != "Cancelled":
                yield from (units for other, units in one.lines if other is line)

    def _to(self, order: Order, state: str) -> None:
        self.tick()
        self._note(order, "ORDER_STATE_TRANSITION", **{"from": order.state, "to": state})
        order.state = state

    def _note(self, order: Order, kind: str, **data: Any) -> None:
        order.history.append(Entry(next(self._ids), self.now, kind, data))

    @staticmethod
    def _numbers() -> Iterator[str]:
        number = 100
        while True:
            number += 1
            yield str(number)
