"""Orders: asking for those that have changed.

Vendure has no list of what has changed: the `updatedAt` of an order stays where it is when the order is paid, sent or delivered. So three
lists are asked for at once: what was placed lately, what was edited lately, and some of those that are not finished, one after the other.
What was told and looks the same is not told again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from core.domain.remote_order import RemoteOrder
from core.ports.failures import PermanentlyRejected
from core.ports.storefront import OrderPage

from . import documents
from .answers import NewestOrdersData, Order, OrderData, OrdersData
from .client import VendureClient
from .mapping import FINISHED, order_of

PAGE = 50
WATCHED_AT_ONCE = 50
OVERLAP = timedelta(minutes=2)
"""How much longer ago than the last that was told is asked for: what was begun earlier may have been stored later."""

_TICK = timedelta(milliseconds=1)  # the shop compares more finely than it says its times
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class _List(msgspec.Struct, array_like=True, frozen=True):
    """How far one of the lists was read: the time of the newest order on it. After a full page, `held` are those of that very moment, which
    are not asked for again: otherwise more of them than a page holds would never end."""

    newest: datetime
    held: tuple[str, ...] = ()

    @property
    def after(self) -> datetime:
        return self.newest - (_TICK if self.held else OVERLAP)

    def read(self, page: Sequence[tuple[str, datetime]]) -> "_List":
        newest = max([self.newest, *(time for _, time in page)])
        if len(page) < PAGE:
            return _List(newest)
        before = self.held if newest - _TICK <= self.newest else ()
        return _List(newest, (*before, *(order for order, time in page if time >= newest - _TICK)))


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """How far what was placed and what was edited is read. Of the orders that were placed, or edited last, until we began the finished ones
    are of no interest. `told`: what those looked like that may come again or are not finished, the next to be looked at first."""

    placed: _List
    edited: _List
    placed_before: datetime
    edited_before: datetime
    told: dict[str, str]


class Orders:
    def __init__(self, client: VendureClient) -> None:
        self._client = client

    async def changed(self, cursor: str | None) -> OrderPage:
        start = _read(cursor) if cursor is not None else await self._opening()
        data = await self._client.query(documents.ORDERS, _variables(start), OrdersData)
        found = {order.id: order for some in (data.watched, data.placed, data.changed) for order in some.items}
        news = [order for order in found.values() if start.told.get(order.id) != _look(order)]
        pictures = [picture for order in news if (picture := order_of(order, data.global_settings.precision))]
        end = _next(start, data, found)
        return OrderPage(sorted(pictures, key=_moment), _written(end), more=bool(end.placed.held or end.edited.held))

    async def one(self, order_id: str) -> RemoteOrder | None:
        data = await self._client.query(documents.ORDER, {"id": order_id}, OrderData)
        return order_of(data.order, data.global_settings.precision) if data.order else None

    async def _opening(self) -> _Cursor:
        """From where on nothing is missed: the times are the shop's own."""
        variables = {name: _newest(field) for name, field in (("placed", "orderPlacedAt"), ("changed", "updatedAt"))}
        data = await self._client.query(documents.NEWEST_ORDERS, variables, NewestOrdersData)
        placed = max((order.order_placed_at for order in data.placed.items), default=_BEGINNING)
        edited = max((order.updated_at for order in data.changed.items), default=_BEGINNING)
        return _Cursor(_List(_BEGINNING), _List(edited), placed, edited, {})


def _variables(cursor: _Cursor) -> dict[str, object]:
    watched = list(cursor.told)[:WATCHED_AT_ONCE]
    is_placed = {"orderPlacedAt": {"isNull": False}}
    return {
        "placed": _since("orderPlacedAt", cursor.placed, _of_interest("orderPlacedAt", cursor.placed_before)),
        "changed": _since("updatedAt", cursor.edited, is_placed, _of_interest("updatedAt", cursor.edited_before)),
        "watched": {"filter": {"id": {"in": watched}}, "take": max(len(watched), 1)},
    }


def _of_interest(field: str, before: datetime) -> Mapping[str, object]:
    return {"_or": [{"state": {"notIn": FINISHED}}, {field: {"after": before + _TICK}}]}


def _since(field: str, how_far: _List, *more: Mapping[str, object]) -> dict[str, object]:
    conditions: list[Mapping[str, object]] = [{field: {"after": how_far.after}}, *more]
    if how_far.held:
        conditions.append({"id": {"notIn": how_far.held}})
    return {"filter": {"_and": conditions}, "sort": {field: "ASC", "id": "ASC"}, "take": PAGE}


def _newest(field: str) -> dict[str, object]:
    return {"filter": {"orderPlacedAt": {"isNull": False}}, "sort": {field: "DESC"}, "take": 1}


def _next(start: _Cursor, data: OrdersData, found: Mapping[str, Order]) -> _Cursor:
    placed = start.placed.read([(one.id, one.order_placed_at) for one in data.placed.items if one.order_placed_at])
    edited = start.edited.read([(one.id, one.updated_at) for one in data.changed.items])
    looked_at = set(list(start.told)[:WATCHED_AT_ONCE])
    waiting = {order: look for order, look in start.told.items() if order not in looked_at and order not in found}
    asked_again = min(placed.after, edited.after)
    seen = {order.id: _look(order) for order in found.values() if _is_kept(order, asked_again)}
    return _Cursor(placed, edited, start.placed_before, start.edited_before, waiting | seen)


def _is_kept(order: Order, asked_again: datetime) -> bool:
    """Whether it is remembered: it is not finished, or it is going to come again."""
    if order.state not in FINISHED:
        return True
    return max(order.updated_at, order.order_placed_at or order.updated_at) >= asked_again


def _look(order: Order) -> str:
    """What tells two states of an order apart."""
    return hashlib.blake2s(msgspec.json.encode(order), digest_size=6).hexdigest()


def _moment(picture: RemoteOrder) -> tuple[datetime, str]:
    return picture.updated_at, picture.id


def _written(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _read(cursor: str) -> _Cursor:
    try:
        return msgspec.json.decode(cursor, type=_Cursor)
    except msgspec.DecodeError:
        raise PermanentlyRejected("this is no place in the list of orders") from None
