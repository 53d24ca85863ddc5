"""The storefront contract, on a real Vendure."""

import pytest

from core.testing.contracts.storefront import OtherSide, StorefrontContract

from .other_side import VendureShop
from .server import VendureServer
from .shop import RealShop


class TestVendure(StorefrontContract):
    @pytest.fixture
    def other_side(self, real_shop: RealShop, vendure: VendureServer) -> OtherSide:
        return VendureShop(real_shop, vendure)
