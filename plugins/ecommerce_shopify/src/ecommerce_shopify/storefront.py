"""The storefront: the port on Shopify's Admin API."""

from collections.abc import Iterable, Sequence

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
from .catalogue import Catalogue
from .client import ShopifyClient
from .levels import Levels
from .orders import Orders
from .prices import Prices
from .settings import ShopifySettings
from .subscriptions import OF_ORDERS, OF_STOCK, Subscriptions

_SCOPES = ("read_products", "read_inventory", "write_inventory", "read_locations")
_SCOPES_OF_ORDERS = ("read_orders", "read_merchant_managed_fulfillment_orders")


class ShopifyStorefront:
    """`Storefront`. Items are Shopify's inventory items."""

    def __init__(self, context: PluginContext[ShopifySettings]) -> None:
        self._settings = context.settings
        self._client = ShopifyClient(context)
        self._catalogue, self._levels, self._prices = (
            Catalogue(self._client),
            Levels(self._client),
            Prices(self._client),
        )
        self._orders = Orders(self._client, context.clock)
        self._subscriptions = Subscriptions(self._client, context.hook_url)

    async def check(self) -> Account:
        """Raises `Misconfigured` naming every scope that the app lacks, or every location that the shop lacks."""
        found = await self._client.execute(documents.ACCOUNT)
        self._refuse_missing_scopes(scope["handle"] for scope in found["currentAppInstallation"]["accessScopes"])
        await self._refuse_missing_locations()
        shop = found["shop"]
        return Account(shop["name"], shop["currencyCode"], {"shop": shop["myshopifyDomain"], "api": documents.VERSION})

    async def locations(self) -> Sequence[Location]:
        return [
            Location(place["id"], place["name"], place["isActive"])
            async for place in self._client.pages(documents.LOCATIONS, "locations")
        ]

    async def items(self, cursor: str | None = None) -> ItemPage:
        return await self._catalogue.items(cursor)

    async def levels(self, items: Sequence[str]) -> Sequence[ShownLevel]:
        return await self._levels.shown(items, self._settings.locations.values())

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        return await self._levels.push(levels)

    async def push_prices(self, prices: Sequence[Price]) -> Sequence[RefusedPrice]:
        return await self._prices.push(prices)

    async def orders(self, cursor: str | None = None) -> OrderPage:
        return await self._orders.page(cursor)

    async def order(self, order_id: str) -> RemoteOrder | None:
        return await self._orders.one(order_id)

    async def listen(self, address: str) -> None:
        topics = OF_STOCK + OF_ORDERS if self._settings.take_orders else OF_STOCK
        await self._subscriptions.listen(address, topics)

    async def stop_listening(self) -> None:
        await self._subscriptions.stop()

    def _refuse_missing_scopes(self, granted: Iterable[str]) -> None:
        """Whoever may write something may read it too."""
        has = set(granted)
        has |= {"read_" + scope.removeprefix("write_") for scope in has if scope.startswith("write_")}
        wanted = [
            *_SCOPES,
            *(_SCOPES_OF_ORDERS if self._settings.take_orders else ()),
            *(["write_products"] if self._settings.push_prices else ()),
        ]
        if missing := [scope for scope in wanted if scope not in has]:
            raise Misconfigured(f"the app in Shopify lacks these access scopes: {', '.join(missing)}")

    async def _refuse_missing_locations(self) -> None:
        active = {place.id: place.name for place in await self.locations() if place.active}
        if missing := [place for place in self._settings.locations.values() if place not in active]:
            there = ", ".join(f"{name} ({place})" for place, name in active.items())
            raise Misconfigured(f"the shop has no active location {', '.join(missing)}; it has: {there}")
