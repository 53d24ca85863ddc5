"""The plugin does what every storefront does, on the shop of the tests."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from core.ports.failures import Ambiguous, AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Storefront
from core.testing.contracts.storefront import OtherSide, StorefrontContract

from .connected import storefront_of
from .fake_shopify import FakeShopify, Fault
from .fake_shopify.records import gid, number_in


class Shop:
    whole_units = True
    many = 260
    unknown_item = gid("InventoryItem", 42)
    unknown_order = gid("Order", 42)

    _FAULTS: Mapping[type[PortFailure] | None, Fault | None] = {
        None: None,
        AuthFailed: Fault.REFUSED,
        RateLimited: Fault.TOO_MANY,
        Transient: Fault.UNREACHED,
        Ambiguous: Fault.LOST,
    }

    def __init__(self) -> None:
        self._shop = FakeShopify()
        self.location = gid("Location", self._shop.location)
        self.storefront: Storefront = storefront_of(self._shop)

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        return self._shop.sell(skus)

    async def shown(self) -> Mapping[str, Decimal]:
        levels = self._shop.shop.levels
        return {gid("InventoryItem", item): Decimal(level.available) for (item, _), level in levels.items()}

    async def edit(self, item: str, quantity: Decimal) -> None:
        self._shop.edit(item, int(quantity))

    async def prices(self) -> Mapping[str, Decimal]:
        return {gid("InventoryItem", one.item): one.price for one in self._shop.shop.variants.values()}

    async def place(self, item: str, quantity: Decimal) -> str:
        return gid("Order", self._shop.place((item, int(quantity))).number)

    async def cancel(self, order: str) -> None:
        self._shop.orders.cancel(self._shop.shop.orders[number_in(order, "Order") or 0])

    async def fulfil(self, order: str) -> None:
        self._shop.orders.fulfil(self._shop.shop.orders[number_in(order, "Order") or 0])

    async def told(self) -> Sequence[str]:
        return [one.uri for one in self._shop.shop.subscriptions.values()]

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        self._shop.faults.always = self._FAULTS[failure]


class TestShopify(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return Shop()
