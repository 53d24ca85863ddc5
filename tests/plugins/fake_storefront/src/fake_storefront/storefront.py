"""The storefront: the port on a folder."""

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from core.domain.events import Event
from core.domain.remote_order import RemoteOrder
from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, RateLimited, Transient
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

from .folder import LOCATION, ShopFolder, ShopState
from .settings import FakeSettings

FAULTS = ("down", "busy", "lost answer")


class FakeStorefront:
    """`Storefront`."""

    def __init__(self, context: PluginContext[FakeSettings]) -> None:
        self._shop = ShopFolder(Path(context.settings.folder))
        self._locations = tuple(context.settings.locations.values())

    async def check(self) -> Account:
        await self._meet_trouble()
        return Account("Shop in a folder", "USD")

    async def locations(self) -> Sequence[Location]:
        await self._meet_trouble()
        others = (place for place in self._locations if place != LOCATION)
        return [Location(LOCATION, "The shop"), *(Location(place, place) for place in others)]

    async def items(self, cursor: str | None = None) -> ItemPage:
        trouble = await self._meet_trouble()
        state, start = self._shop.read(), int(cursor or 0)
        self._shop.log("items", start)
        if state.list_breaks:
            raise KeyError("page")
        if state.list_busy:
            state.list_busy -= 1
            self._shop.write(state)
            return ItemPage([], str(start), timedelta(seconds=5))
        if trouble == "shifting":  # something new came before what was read
            start = max(0, start - 1)
        page = self._shop.items()[start : start + state.page_size]
        end = start + len(page)
        return ItemPage(page, str(end) if end < len(state.items) else None)

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        await self._meet_trouble()
        self._shop.log("levels", *items)
        known, shown = self._shop.read().items, self._shop.shown
        return [
            ShownLevel(item, place, shown(item, place)) for item in items if item in known for place in self._locations
        ]

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        trouble = await self._meet_trouble()
        known = self._shop.read().items
        if any(known.get(level.item) == "POISON" for level in levels):
            raise KeyError("POISON")
        faults = self._shop.set_levels(list(levels))
        self._shop.log("push", *((level.item, level.location, format(level.quantity, "f")) for level in levels))
        self._shop.log("keys", *(level.key for level in levels))
        if trouble == "lost answer":
            raise Ambiguous("the answer was lost")
        return faults

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        trouble = await self._meet_trouble()
        known = self._shop.read().items
        self._shop.set_prices([price for price in prices if price.item in known])
        self._shop.log("prices", *((price.item, format(price.amount, "f")) for price in prices))
        if trouble == "lost answer":
            raise Ambiguous("the answer was lost")
        return [RefusedPrice(price.item, "no such item") for price in prices if price.item not in known]

    async def orders(self, cursor: str | None = None) -> OrderPage:
        await self._meet_trouble()
        state, start = self._shop.read(), int(cursor or 0)
        if state.orders_down:
            raise Transient("the list of orders is closed")
        overlap = max(0, start - 1)  # what was told last comes again
        changed = state.changes[overlap : overlap + state.page_size + 1]
        end = overlap + len(changed)
        orders = [state.orders[order] for order in dict.fromkeys(changed)]
        return OrderPage(orders, str(end), more=end < len(state.changes))

    async def order(self, order_id: str) -> RemoteOrder | None:
        await self._meet_trouble()
        return self._shop.read().orders.get(order_id)

    async def listen(self, address: str) -> None:
        await self._listen(address)

    async def stop_listening(self) -> None:
        await self._listen(None)

    async def _listen(self, address: str | None) -> None:
        await self._meet_trouble()
        state = self._shop.read()
        state.listening = address
        self._shop.write(state)

    async def _meet_trouble(self) -> str:
        """The trouble that the caller still has to see to, if any."""
        try:
            state = self._shop.read()
        except FileNotFoundError as error:
            raise Misconfigured("there is no shop in this folder") from error
        trouble = state.trouble or self._fault(state)
        match trouble:
            case "down":
                raise Transient("the shop is closed")
            case "busy":
                raise RateLimited(timedelta(seconds=30))
            case "access":
                raise AuthFailed("the shop does not know us")
            case "hangs":
                await asyncio.Event().wait()
            case "exit":
                raise SystemExit("that is enough")
            case "cancelled":
                raise asyncio.CancelledError
        return trouble

    def _fault(self, state: ShopState) -> str:
        if state.seed is None:
            return ""
        state.calls += 1
        self._shop.write(state)
        chance = random.Random(f"{state.seed}:{state.calls}").random()
        return FAULTS[int(chance * 10)] if chance < 0.3 else ""


class LowStockNote:
    """A reaction: writes down that stock is low."""

    def __init__(self, context: PluginContext[FakeSettings]) -> None:
        self._shop = ShopFolder(Path(context.settings.folder))

    async def __call__(self, event: Event) -> None:
        match self._shop.read().trouble:
            case "no notes":
                raise Transient("out of paper")
            case "exit":
                raise SystemExit("that is enough")
        self._shop.log(event.type, event.data["product"], event.data["on_hand"])
