"""The real shop, as the contract arranges it and looks at it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.ports.failures import PortFailure
from core.ports.storefront import Storefront

from .connected import SHOP, WayToVendure, storefront_of
from .server import VendureServer
from .shop import LOCATION, POOL, RealShop


class VendureShop:
    """`OtherSide`. `http` leads there, `settings` say where."""

    location = LOCATION
    whole_units = True
    many = POOL
    unknown_item = "999999"
    unknown_order = "999999"

    def __init__(self, shop: RealShop, server: VendureServer) -> None:
        self._shop = shop
        self.http = WayToVendure(server.url)
        self.settings: Mapping[str, object] = {
            "address": f"{SHOP}/admin-api",
            "api_key": shop.api_key,
            "locations": {"UIO": LOCATION},
        }
        self.storefront: Storefront = storefront_of(shop, self.http)

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        return self._shop.sell(skus)

    async def shown(self) -> Mapping[str, Decimal]:
        return {
            variant["id"]: Decimal(level["stockOnHand"] - level["stockAllocated"])
            for variant in await self._shop.variants()
            for level in variant["stockLevels"]
            if level["stockLocationId"] == LOCATION
        }

    async def edit(self, item: str, quantity: Decimal) -> None:
        await self._shop.edit(item, int(quantity))

    async def prices(self) -> Mapping[str, Decimal]:
        return {variant["id"]: Decimal(variant["price"]) / 100 for variant in await self._shop.variants()}

    async def place(self, item: str, quantity: Decimal) -> str:
        return await self._shop.place(item, int(quantity))

    async def cancel(self, order: str) -> None:
        await self._shop.cancel(order)

    async def fulfil(self, order: str) -> None:
        await self._shop.send(await self._shop.fulfil(order))

    async def told(self) -> Sequence[str]:
        return []

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        self.http.failure = failure
