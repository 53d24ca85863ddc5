"""The storefronts of the tests keep the contract that real ones must keep."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from core.plugin.context import PluginContext
from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.storefront import Storefront
from core.testing.contracts.storefront import LOCATION, OtherSide, StorefrontContract
from core.testing.fakes.storefront import InMemoryStorefront
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopFolder, ShopState
from tests.plugins.fake_storefront.src.fake_storefront.settings import FakeSettings
from tests.plugins.fake_storefront.src.fake_storefront.storefront import FakeStorefront


class ShopInMemory:
    def __init__(self) -> None:
        self._fake = InMemoryStorefront()

    @property
    def storefront(self) -> Storefront:
        return self._fake

    def sell(self, items: Mapping[str, str]) -> None:
        self._fake.catalogue = dict(items)

    def shown(self) -> Mapping[str, Decimal]:
        return {item: quantity for (item, location), quantity in self._fake.levels.items() if location == LOCATION}

    def refuse(self, failure: type[PortFailure] | None) -> None:
        troubles = {AuthFailed: AuthFailed("who?"), RateLimited: RateLimited(timedelta(seconds=2))}
        self._fake.trouble = troubles.get(failure, Transient("closed")) if failure else None


class ShopInFolder:
    _TROUBLES: Mapping[type[PortFailure] | None, str] = {
        None: "",
        AuthFailed: "access",
        RateLimited: "busy",
        Transient: "down",
    }

    def __init__(self, folder: Path) -> None:
        self._shop = ShopFolder(folder)
        self._shop.write(ShopState())
        settings = FakeSettings(folder=str(folder), locations={"UIO": LOCATION})
        self._storefront = FakeStorefront(PluginContext(uuid4(), settings))

    @property
    def storefront(self) -> Storefront:
        return self._storefront

    def sell(self, items: Mapping[str, str]) -> None:
        self._shop.write(ShopState(items=dict(items)))

    def shown(self) -> Mapping[str, Decimal]:
        levels = self._shop.read().levels
        return {place.removesuffix(f"@{LOCATION}"): Decimal(quantity) for place, quantity in levels.items()}

    def refuse(self, failure: type[PortFailure] | None) -> None:
        state = self._shop.read()
        state.trouble = self._TROUBLES[failure]
        self._shop.write(state)


class TestInMemory(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return ShopInMemory()


class TestInFolder(StorefrontContract):
    @pytest.fixture
    def other_side(self, tmp_path: Path) -> OtherSide:
        return ShopInFolder(tmp_path)
