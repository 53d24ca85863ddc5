"""The storefront: the port on the shop's API."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TypeVar
from urllib.parse import quote

import msgspec

from core.domain.remote_order import RemoteOrder
from core.plugin.context import PluginContext
from core.ports.storefront import (
    Account,
    ItemPage,
    Level,
    LevelFault,
    Location,
    OrderPage,
    Price,
    RefusedPrice,
    ShownLevel,
)

from . import mapping
from .client import ShopClient
from .settings import ShopSettings

T = TypeVar("T")

MOST = 50  # items, levels, prices or orders in one call


class _Shop(msgspec.Struct):
    name: str
    currency: str


class _Place(msgspec.Struct):
    id: str
    name: str


class _Items(msgspec.Struct):
    items: list[mapping.ShopItem]
    next: str | None = None


class _Shown(msgspec.Struct):
    item: str
    quantity: Decimal


class _Faults(msgspec.Struct):
    faults: list[mapping.ShopFault]


class _Orders(msgspec.Struct):
    orders: list[mapping.ShopOrder]
    cursor: str
    more: bool


class ShopStorefront:
    """`Storefront`."""

    def __init__(self, context: PluginContext[ShopSettings]) -> None:
        self._client = ShopClient(context.http, context.settings)
        self._places = tuple(context.settings.locations.values())

    async def check(self) -> Account:
        shop = await self._client.get("/shop", _Shop)
        return Account(shop.name, shop.currency)

    async def locations(self) -> Sequence[Location]:
        return [Location(place.id, place.name) for place in await self._client.get("/locations", list[_Place])]

    async def items(self, cursor: str | None = None) -> ItemPage:
        query: dict[str, str | int] = {"limit": MOST, **({"after": cursor} if cursor else {})}
        page = await self._client.get("/items", _Items, query)
        return ItemPage([mapping.item(each) for each in page.items], page.next)

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        found: list[ShownLevel] = []
        for place in self._places:
            for some in _parts(items):
                query: dict[str, str | int] = {"location": place, "items": ",".join(some)}
                shown = await self._client.get("/levels", list[_Shown], query)
                found += [ShownLevel(one.item, place, one.quantity) for one in shown]
        return found

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        faults: list[LevelFault] = []
        for place, there in groupby(sorted(levels, key=_place), _place):
            for some in _parts(list(there)):
                body = {"location": place, "levels": [mapping.wish(level) for level in some]}
                answer = await self._client.change("POST", "/levels", body, _Faults)
                faults += [mapping.fault(fault, place) for fault in answer.faults]
        return faults

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        refused: list[RefusedPrice] = []
        for some in _parts(prices):
            body = {"prices": [{"item": price.item, "price": price.amount} for price in some]}
            answer = await self._client.change("POST", "/prices", body, _Faults)
            refused += [RefusedPrice(fault.item, fault.code) for fault in answer.faults]
        return refused

    async def orders(self, cursor: str | None = None) -> OrderPage:
        query: dict[str, str | int] = {"limit": MOST, **({"after": cursor} if cursor else {})}
        page = await self._client.get("/orders", _Orders, query)
        return OrderPage([mapping.order(each) for each in page.orders], page.cursor, page.more)

    async def order(self, order_id: str) -> RemoteOrder | None:
        found = await self._client.find(f"/orders/{quote(order_id, safe='')}", mapping.ShopOrder)
        return mapping.order(found) if found else None

    async def listen(self, address: str) -> None:
        await self._client.change("PUT", "/webhook", {"url": address}, object)

    async def stop_listening(self) -> None:
        await self._client.change("PUT", "/webhook", {"url": None}, object)


def _place(level: Level) -> str:
    return level.location


def _parts(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as the shop takes."""
    return (all_of_them[start : start + MOST] for start in range(0, len(all_of_them), MOST))
