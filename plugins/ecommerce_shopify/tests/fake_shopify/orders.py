"""What customers and the shop's people do with orders. Each act changes the stock as Shopify does, and is told of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .records import Fulfilment, Line, Order, Refund, RefundLine, Shop, StockLevel, Variant

Told = Callable[[str, Order, int], None]  # topic, order, number of the part


@dataclass
class Refunded:
    """Some units of a line (by its place in the order), and what becomes of them."""

    line: int
    quantity: int
    restock_type: str = "NO_RESTOCK"
    location: int | None = None


class Orders:
    def __init__(self, shop: Shop, now: Callable[[], datetime], told: Told) -> None:
        self._shop, self._now, self._told = shop, now, told

    def place(self, wanted: Sequence[tuple[Variant, int]], location: int, price: Decimal = Decimal("10.00")) -> Order:
        """A customer orders and pays. What is tracked may be sold below 0, as in shops that go on selling."""
        lines = [
            Line(self._shop.next_number(), variant, quantity, price, variant.sku, variant.product.title)
            for variant, quantity in wanted
        ]
        number = self._shop.next_number()
        order = Order(number, f"#{1001 + len(self._shop.orders)}", self._now(), self._now(), location, lines)
        self._shop.orders[number] = order
        for line in lines:
            self._move(line, location, available=-line.quantity, committed=line.quantity)
        self._told("orders/create", order, number)
        return order

    def cancel(self, order: Order) -> None:
        """All that was not sent is refunded and put back."""
        order.cancelled_at = self._now()
        unsent = [
            Refunded(at, line.unfulfilled, "CANCEL", order.location)
            for at, line in enumerate(order.lines)
            if line.unfulfilled > 0
        ]
        self._refund(order, unsent)
        self._touch(order, "orders/cancelled", order.number)

    def fulfil(self, order: Order, quantities: Sequence[int] | None = None, location: int | None = None) -> Fulfilment:
        """Some units of each line leave; of all lines all that is left, where nothing is said."""
        place = location or order.location
        left = quantities or [max(line.unfulfilled, 0) for line in order.lines]
        sent = [(line, quantity) for line, quantity in zip(order.lines, left, strict=True) if quantity]
        fulfilment = Fulfilment(self._shop.next_number(), self._now(), place, sent)
        order.fulfilments.append(fulfilment)
        for line, quantity in sent:
            line.sent += quantity
            self._move(line, place, available=0, committed=-quantity)
        self._touch(order, "fulfillments/create", fulfilment.number)
        return fulfilment

    def refund(self, order: Order, lines: Sequence[Refunded]) -> None:
        refund = self._refund(order, lines)
        self._touch(order, "refunds/create", refund.number)

    def edit(self, order: Order, line: int, quantity: int) -> None:
        """Somebody takes units out of an order before they are sent, or adds some."""
        changed = order.lines[line]
        fewer = changed.current - quantity
        if fewer >= 0:
            changed.removed += fewer
        else:
            changed.quantity -= fewer
        self._move(changed, order.location, available=fewer, committed=-fewer)
        self._touch(order, "orders/edited", order.number)

    def _refund(self, order: Order, lines: Sequence[Refunded]) -> Refund:
        rows = []
        for one in lines:
            line = order.lines[one.line]
            line.refunded += one.quantity
            rows.append(RefundLine(line, one.quantity, one.restock_type, one.location))
            place = one.location or order.location
            if one.restock_type == "RETURN":
                self._move(line, place, available=one.quantity, committed=0)
            elif one.restock_type == "CANCEL":
                self._move(line, place, available=one.quantity, committed=-one.quantity)
        refund = Refund(self._shop.next_number(), self._now(), rows)
        order.refunds.append(refund)
        return refund

    def _move(self, line: Line, location: int, available: int, committed: int) -> None:
        if line.variant is None or not line.variant.tracked:
            return
        level = self._shop.levels.setdefault((line.variant.item, location), StockLevel())
        level.available += available
        level.committed += committed

    def _touch(self, order: Order, topic: str, part: int) -> None:
        order.updated_at = self._now()
        self._told(topic, order, part)
        self._told("orders/updated", order, order.number)
