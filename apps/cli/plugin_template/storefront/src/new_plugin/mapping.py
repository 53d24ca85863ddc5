"""The shop's words and ours: no calls, so that each rule can be tried by itself."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity
from core.ports.storefront import Item, Level, LevelFault, MovedLevel, RefusedLevel


class ShopItem(msgspec.Struct):
    """Something that the shop sells."""

    id: str
    sku: str
    title: str = ""


class ShopFault(msgspec.Struct):
    """Why the shop did not set something. `shown` is what it has, where somebody has changed that."""

    item: str
    code: str
    shown: Decimal | None = None


class ShopLine(msgspec.Struct):
    """A line of an order."""

    id: str
    item: str
    sku: str
    quantity: Decimal
    price: Decimal


class ShopOrder(msgspec.Struct):
    """An order."""

    id: str
    number: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    location: str
    lines: list[ShopLine]
    cancelled_at: datetime | None = None
    sent_at: datetime | None = None


def item(given: ShopItem) -> Item:
    return Item(given.id, given.sku, title=given.title)


def wish(level: Level) -> dict[str, object]:
    """What the shop is told of a level. `expected` is what it must still show."""
    return {"item": level.item, "quantity": level.quantity, "expected": level.last_seen, "key": level.key}


def fault(given: ShopFault, location: str) -> LevelFault:
    if given.code == "changed":
        return MovedLevel(given.item, location, given.shown)
    return RefusedLevel(given.item, location, given.code)


def order(given: ShopOrder) -> RemoteOrder:
    return RemoteOrder(
        id=given.id,
        number=given.number,
        placed_at=given.placed_at,
        updated_at=given.updated_at,
        currency=given.currency,
        lines=[_line(line) for line in given.lines],
        location=given.location,
        cancelled_at=given.cancelled_at,
        fulfilments=_fulfilments(given),
    )


def _line(given: ShopLine) -> RemoteLine:
    return RemoteLine(given.id, given.item, given.sku, given.sku, given.quantity, given.price)


def _fulfilments(given: ShopOrder) -> Sequence[RemoteFulfilment]:
    """The shop sends an order out whole."""
    if given.sent_at is None:
        return []
    lines = [RemoteQuantity(line.id, line.quantity) for line in given.lines]
    return [RemoteFulfilment(given.id, given.sent_at, given.location, lines)]
