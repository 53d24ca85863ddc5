"""The storefronts of the tests keep the contract that real ones must keep."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.ports.failures import Ambiguous, AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Storefront
from core.testing.contracts.storefront import OtherSide, StorefrontContract
from core.testing.fakes.storefront import InMemoryStorefront
from core.testing.plugin_context import plugin_context
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopFolder, ShopState
from tests.plugins.fake_storefront.src.fake_storefront.settings import FakeSettings
from tests.plugins.fake_storefront.src.fake_storefront.storefront import FakeStorefront

LOCATION = "main"


class AnyShop:
    """What both shops have in common."""

    location = LOCATION
    many = 26
    unknown_item = "no-such-item"
    unknown_order = "no-such-order"


class ShopInMemory(AnyShop):
    _TROUBLES: Mapping[type[PortFailure] | None, PortFailure | None] = {
        None: None,
        AuthFailed: AuthFailed("who?"),
        RateLimited: RateLimited(timedelta(seconds=2)),
        Transient: Transient("closed"),
        Ambiguous: Ambiguous("the answer was lost"),
    }

    def __init__(self, *, whole_units: bool) -> None:
        self.whole_units = whole_units
        self._fake = InMemoryStorefront(at=LOCATION, whole_units=whole_units)

    @property
    def storefront(self) -> Storefront:
        return self._fake

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        self._fake.catalogue = {f"item-{sku}": sku for sku in skus}
        return {sku: item for item, sku in self._fake.catalogue.items()}

    async def shown(self) -> Mapping[str, Decimal]:
        return {item: quantity for (item, _), quantity in self._fake.quantities.items()}

    async def edit(self, item: str, quantity: Decimal) -> None:
        self._fake.quantities[item, LOCATION] = quantity

    async def prices(self) -> Mapping[str, Decimal]:
        return self._fake.prices

    async def place(self, item: str, quantity: Decimal) -> str:
        return self._fake.sell_one(item, quantity)

    async def cancel(self, order: str) -> None:
        self._fake.cancel(order)

    async def fulfil(self, order: str) -> None:
        self._fake.fulfil(order)

    async def told(self) -> Sequence[str]:
        return [self._fake.address] if self._fake.address else []

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        self._fake.trouble = self._TROUBLES[failure]


class ShopInFolder(AnyShop):
    whole_units = False
    _TROUBLES: Mapping[type[PortFailure] | None, str] = {
        None: "",
        AuthFailed: "access",
        RateLimited: "busy",
        Transient: "down",
        Ambiguous: "lost answer",
    }

    def __init__(self, folder: Path) -> None:
        self._shop = ShopFolder(folder)
        self._shop.write(ShopState())
        settings = FakeSettings(folder=str(folder), locations={"UIO": LOCATION})
        self._storefront = FakeStorefront(plugin_context(settings))

    @property
    def storefront(self) -> Storefront:
        return self._storefront

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        items = {f"item-{sku}": sku for sku in skus}
        self._shop.write(ShopState(items=items))
        return {sku: item for item, sku in items.items()}

    async def shown(self) -> Mapping[str, Decimal]:
        levels = self._shop.read().levels
        return {place.removesuffix(f"@{LOCATION}"): Decimal(quantity) for place, quantity in levels.items()}

    async def edit(self, item: str, quantity: Decimal) -> None:
        self._shop.edit(item, str(quantity))

    async def prices(self) -> Mapping[str, Decimal]:
        return {item: Decimal(price) for item, price in self._shop.read().prices.items()}

    async def place(self, item: str, quantity: Decimal) -> str:
        return self._shop.place(item, str(quantity))

    async def cancel(self, order: str) -> None:
        self._shop.cancel(order)

    async def fulfil(self, order: str) -> None:
        self._shop.fulfil(order)

    async def told(self) -> Sequence[str]:
        address = self._shop.read().listening
        return [address] if address else []

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        state = self._shop.read()
        state.trouble = self._TROUBLES[failure]
        self._shop.write(state)


@pytest.mark.promise("B3")
class TestInMemory(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return ShopInMemory(whole_units=False)


class TestInMemoryInWholeUnits(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return ShopInMemory(whole_units=True)


@pytest.mark.promise("B3")
class TestInFolder(StorefrontContract):
    @pytest.fixture
    def other_side(self, tmp_path: Path) -> OtherSide:
        return ShopInFolder(tmp_path)


@pytest.mark.anyio
async def test_with_a_seed_about_a_third_of_the_calls_fail_and_always_the_same_ones(tmp_path: Path) -> None:
    """The faults that the tests of the way out rely on are there."""

    async def run() -> list[str]:
        ShopFolder(tmp_path).write(ShopState(items={"a": "A"}, seed=7))
        storefront = FakeStorefront(plugin_context(FakeSettings(folder=str(tmp_path), locations={"UIO": LOCATION})))
        ends = []
        for _ in range(100):
            try:
                await storefront.push_prices([])
                ends.append("")
            except PortFailure as failure:
                ends.append(type(failure).__name__)
        return ends

    first = await run()
    assert await run() == first
    counted = Counter(first)
    assert 20 < 100 - counted[""] < 40
    assert counted.keys() == {"", "Transient", "RateLimited", "Ambiguous"}
