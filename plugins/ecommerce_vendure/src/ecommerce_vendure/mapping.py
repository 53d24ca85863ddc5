"""Vendure's words in ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity, RemoteReturn
from core.ports.storefront import Item

from .answers import Fulfilment, HistoryEntry, Order, OrderLine, ShopSettings, Variant

CANCELLED = "Cancelled"
FINISHED = ("Shipped", "Delivered", CANCELLED)
"""States of an order of which nothing is left to be sent. Many shops never say that something was delivered."""
_NOT_SENT = "Created"


def amount_of(minor_units: Decimal, precision: int) -> Decimal:
    return minor_units.scaleb(-precision)


def item_of(variant: Variant, settings: ShopSettings, currency: str, barcode_field: str | None) -> Item:
    """`currency` says which of the variant's prices is meant. A variant counts its stock, or does not, or leaves that to the shop."""
    prices = {price.currency_code: amount_of(price.price, settings.precision) for price in variant.prices}
    barcode = variant.custom_fields.get(barcode_field) if barcode_field else None
    return Item(
        id=variant.id,
        sku=variant.sku,
        barcode=str(barcode) if barcode is not None else "",
        title=variant.name,
        price=prices.get(currency),
        counted=variant.track_inventory == "TRUE"
        or (variant.track_inventory == "INHERIT" and settings.track_inventory),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Of one line: what has left, what of that came back because its fulfilment was cancelled, and because it was cancelled itself."""

    sent: int
    recalled: int
    given_back: int
    line: OrderLine

    @property
    def ordered(self) -> int:
        """What left or is still to leave. What was recalled leaves once more."""
        return max(self.line.quantity, self.sent - self.recalled) + self.recalled


def order_of(order: Order, precision: int) -> RemoteOrder | None:
    """The picture of an order, None while it is a cart. Where goods leave from and come back to, Vendure does not say."""
    if order.order_placed_at is None:
        return None
    fulfilments = [one for one in order.fulfillments or () if one.state != _NOT_SENT]
    counts = {line.id: _counts(line, fulfilments) for line in order.lines}
    return RemoteOrder(
        id=order.id,
        number=order.code,
        placed_at=order.order_placed_at,
        updated_at=_changed_at(order),
        currency=order.currency_code,
        lines=[_line(counts[line.id], precision) for line in order.lines],
        cancelled_at=_cancelled_at(order),
        fulfilments=[_fulfilment(one) for one in _by_age(fulfilments)],
        returns=[*_recalls(fulfilments), *_given_back(order, counts)],
        buyer=f"{order.customer.first_name} {order.customer.last_name}".strip() if order.customer else "",
    )


def _changed_at(order: Order) -> datetime:
    """The moment of the newest thing that is known of an order. Vendure's `updatedAt` stays where it is when an order is paid or sent."""
    times = [order.updated_at, *(entry.created_at for entry in order.history.items)]
    times += [one.updated_at for one in order.fulfillments or ()]
    if order.order_placed_at:
        times.append(order.order_placed_at)
    return max(times)


def _cancelled_at(order: Order) -> datetime | None:
    if order.state != CANCELLED:
        return None
    return next(
        (
            entry.created_at
            for entry in order.history.items
            if entry.type == "ORDER_STATE_TRANSITION" and entry.data.get("to") == CANCELLED
        ),
        order.updated_at,
    )


def _counts(line: OrderLine, fulfilments: list[Fulfilment]) -> _Counts:
    """What is cancelled of a line is taken from what has not left yet, and only then from what has."""
    sent = sum(_units(one, line.id) for one in fulfilments)
    recalled = sum(_units(one, line.id) for one in fulfilments if one.state == CANCELLED)
    return _Counts(sent, recalled, max(0, sent - recalled - line.quantity), line)


def _line(counts: _Counts, precision: int) -> RemoteLine:
    line, variant = counts.line, counts.line.product_variant
    price = amount_of(line.prorated_unit_price, precision)
    return RemoteLine(line.id, variant.id, variant.sku, variant.name, Decimal(counts.ordered), price)


def _fulfilment(one: Fulfilment) -> RemoteFulfilment:
    return RemoteFulfilment(one.id, one.created_at, None, _quantities(one))


def _recalls(fulfilments: list[Fulfilment]) -> Iterator[RemoteReturn]:
    """A fulfilment that was cancelled had left the stock, and came back into it whole."""
    for one in _by_age(fulfilments):
        if one.state == CANCELLED:
            yield RemoteReturn(f"fulfilment-{one.id}", one.updated_at, None, _quantities(one))


def _given_back(order: Order, counts: Mapping[str, _Counts]) -> Iterator[RemoteReturn]:
    """What was cancelled after it had left: the last cancellations account for it, so that what an earlier one gave back stays the same."""
    left = {line: one.given_back for line, one in counts.items()}
    returns: list[RemoteReturn] = []
    for entry in order.history.items:  # the newest first
        quantities: list[RemoteQuantity] = []
        for line, cancelled in _cancelled_units(entry).items():
            if units := min(cancelled, left.get(line, 0)):
                left[line] -= units
                quantities.append(RemoteQuantity(line, Decimal(units)))
        if quantities:
            returns.append(RemoteReturn(f"cancellation-{entry.id}", entry.created_at, None, quantities))
    yield from reversed(returns)


def _cancelled_units(entry: HistoryEntry) -> dict[str, int]:
    if entry.type != "ORDER_CANCELLATION":
        return {}
    units: dict[str, int] = {}
    for row in entry.data.get("lines", ()):
        line = str(row["orderLineId"])
        units[line] = units.get(line, 0) + int(row["quantity"])
    return units


def _quantities(one: Fulfilment) -> list[RemoteQuantity]:
    return [RemoteQuantity(line.order_line_id, Decimal(line.quantity)) for line in one.lines if line.quantity > 0]


def _units(one: Fulfilment, line: str) -> int:
    return sum(row.quantity for row in one.lines if row.order_line_id == line)


def _by_age(fulfilments: list[Fulfilment]) -> list[Fulfilment]:
    return sorted(fulfilments, key=lambda one: (one.created_at, one.id))
