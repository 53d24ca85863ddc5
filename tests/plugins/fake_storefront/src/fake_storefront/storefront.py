"""The storefront: the port on a folder."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from core.domain.events import Event
from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, RateLimited, Transient
from core.ports.storefront import ItemPage, Level, RefusedLevel

from .folder import ShopFolder
from .settings import FakeSettings


class FakeStorefront:
    """`Storefront`."""

    def __init__(self, context: PluginContext[FakeSettings]) -> None:
        self._shop = ShopFolder(Path(context.settings.folder))

    async def check(self) -> None:
        self._meet_trouble()

    async def items(self, cursor: str | None = None) -> ItemPage:
        self._meet_trouble()
        state, start = self._shop.read(), int(cursor or 0)
        if state.trouble == "shifting":  # something new came before what was read
            start = max(0, start - 1)
        page = self._shop.items()[start : start + state.page_size]
        end = start + len(page)
        return ItemPage(page, str(end) if end < len(state.items) else None)

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[RefusedLevel]:
        self._meet_trouble()
        known = self._shop.read().items
        if any(known.get(level.item) == "POISON" for level in levels):
            raise KeyError("POISON")
        self._shop.set_levels([level for level in levels if level.item in known])
        self._shop.log("push", *((level.item, level.location, str(level.quantity)) for level in levels))
        if self._shop.read().trouble == "lost answer":
            raise Ambiguous("the answer was lost")
        return [RefusedLevel(level.item, level.location, "no such item") for level in levels if level.item not in known]

    def _meet_trouble(self) -> None:
        try:
            trouble = self._shop.read().trouble
        except FileNotFoundError as error:
            raise Misconfigured("there is no shop in this folder") from error
        match trouble:
            case "down":
                raise Transient("the shop is closed")
            case "busy":
                raise RateLimited(timedelta(seconds=30))
            case "access":
                raise AuthFailed("the shop does not know us")
            case "exit":
                raise SystemExit("that is enough")
            case "cancelled":
                raise asyncio.CancelledError


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
