"""The shop in memory, as the contract arranges it and looks at it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from core.ports.failures import Ambiguous, AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Storefront

from .connected import ADDRESS, storefront_of
from .fake_vendure import FakeVendure, Shop, Trouble
from .fake_vendure.server import API_KEY

_TROUBLES: Mapping[type[PortFailure], Trouble] = {
    AuthFailed: Trouble.NOT_US,
    RateLimited: Trouble.BUSY,
    Transient: Trouble.DOWN,
    Ambiguous: Trouble.LOST,
}


class ShopInMemory:
    """`OtherSide`. `http` leads there, `settings` say where."""

    location = "1"
    whole_units = True
    many = 120
    unknown_item = "999999"
    unknown_order = "999999"
    settings: Mapping[str, object] = {"address": ADDRESS, "api_key": API_KEY, "locations": {"UIO": "1"}}

    def __init__(self) -> None:
        self._shop = Shop()
        self.http = FakeVendure(self._shop)
        self.storefront: Storefront = storefront_of(self.http)

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        self._shop.variants.clear()
        return {sku: self._shop.stock(sku).id for sku in skus}

    async def shown(self) -> Mapping[str, Decimal]:
        found = {item: variant.levels.get(self.location) for item, variant in self._shop.variants.items()}
        return {item: Decimal(level.on_hand - level.allocated) for item, level in found.items() if level}

    async def edit(self, item: str, quantity: Decimal) -> None:
        level = self._shop.level(item)
        level.on_hand = int(quantity) + level.allocated

    async def prices(self) -> Mapping[str, Decimal]:
        return {item: Decimal(variant.prices["USD"]) / 100 for item, variant in self._shop.variants.items()}

    async def place(self, item: str, quantity: Decimal) -> str:
        return self._shop.place((item, int(quantity))).id

    async def cancel(self, order: str) -> None:
        self._shop.cancel(self._shop.orders[order])

    async def fulfil(self, order: str) -> None:
        placed = self._shop.orders[order]
        self._shop.send(placed, self._shop.fulfil(placed))

    async def told(self) -> Sequence[str]:
        return []

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        self.http.trouble = _TROUBLES[failure] if failure else Trouble.NONE
