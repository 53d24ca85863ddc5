"""The storefront contract, on the shop in memory. The real shop passes it too: `tests/plugins/vendure`."""

import pytest

from core.testing.contracts.storefront import OtherSide, StorefrontContract

from .other_side import ShopInMemory


class TestShopInMemory(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return ShopInMemory()
