"""The storefront: the port on Vendure's Admin API."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from core.domain.remote_order import RemoteOrder
from core.plugin.context import PluginContext
from core.ports.failures import Misconfigured
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

from . import documents
from .answers import ChangedData, CheckData
from .catalogue import Catalogue, currency_of
from .client import VendureClient
from .levels import Levels
from .orders import Orders
from .settings import VendureSettings

_DEFAULT_CHANNEL = "__default_channel__"


class VendureStorefront:
    """`Storefront`."""

    def __init__(self, context: PluginContext[VendureSettings]) -> None:
        self._settings = context.settings
        self._client = VendureClient(context)
        self._catalogue = Catalogue(self._client, context.settings)
        self._levels = Levels(self._client)
        self._orders = Orders(self._client)

    async def check(self) -> Account:
        data = await self._client.query(documents.CHECK, {}, CheckData)
        currency = currency_of(self._settings, data.active_channel)
        missing = set(self._settings.locations.values()) - {place.id for place in await self._catalogue.locations()}
        if missing:
            raise Misconfigured(f"the shop has no stock location {', '.join(sorted(missing))}")
        await self._catalogue.items(None)
        await self._client.change(documents.MAY_CHANGE, {}, ChangedData)
        details = {"variants": str(data.product_variants.total_items), "orders": str(data.orders.total_items)}
        return Account(self._name(data.active_channel.code), currency, details)

    async def locations(self) -> Sequence[Location]:
        return await self._catalogue.locations()

    async def items(self, cursor: str | None = None) -> ItemPage:
        return await self._catalogue.items(cursor)

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        return await self._levels.shown(items, list(self._settings.locations.values()))

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        return await self._levels.push(levels)

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        return await self._catalogue.push_prices(prices)

    async def orders(self, cursor: str | None = None) -> OrderPage:
        return await self._orders.changed(cursor)

    async def order(self, order_id: str) -> RemoteOrder | None:
        return await self._orders.one(order_id)

    async def listen(self, address: str) -> None:
        """Without effect: Vendure tells nobody anything by itself. The small plugin for it that comes with this one does, at the address
        that the shop's owner gives it."""

    async def stop_listening(self) -> None:
        """Without effect, as `listen`."""

    def _name(self, channel: str) -> str:
        """The shop has no name but its host's; a channel has a code."""
        host = urlsplit(self._settings.address).hostname or ""
        return host if channel in ("", _DEFAULT_CHANNEL) else f"{host} ({channel})"
